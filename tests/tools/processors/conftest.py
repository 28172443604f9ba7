"""A sandbox that holds every request to its processor's specification, its control, and the processors under test."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.tools.processors.adyen_shop import AdyenShop
from tests.tools.processors.paypal_shop import PayPalShop
from tests.tools.processors.shop import SPECIFICATION, Shop
from tests.tools.records.conftest import owner_url, records, server, superuser_url
from tools.processors.adyen import AdyenClient, AdyenProcessor, addresses
from tools.processors.paypal import PayPalClient, PayPalProcessor
from tools.processors.sandbox.adyen.control import AdyenSandbox, SandboxNotifications
from tools.processors.sandbox.adyen.notices import ACCOUNT
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.launch import RunningSandbox, start_sandbox
from tools.processors.sandbox.paypal.control import PayPalWorld
from tools.processors.stripe import StripeClient, StripeProcessor
from tools.records.adyen_requests import RecordedAdyenRequests
from tools.records.records import Records

__all__ = ["owner_url", "records", "server", "superuser_url"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningSandbox]:
    """One sandbox process for the session."""
    running = await start_sandbox(tmp_path_factory.mktemp("sandbox"), SPECIFICATION)
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_shop(sandbox: RunningSandbox) -> AsyncGenerator[Shop]:
    """The shop of the session."""
    client, impatient = (
        StripeClient(SecretStr("sk_test_shop"), url=sandbox.url, timeout_seconds=seconds) for seconds in (20.0, 2.0)
    )
    async with SandboxControl(sandbox.url) as world:
        yield Shop(StripeProcessor(client), StripeProcessor(impatient), world, sandbox.url)
    await client.close()
    await impatient.close()


@pytest_asyncio.fixture(loop_scope="session")
async def shop(open_shop: Shop) -> AsyncGenerator[Shop]:
    """The shop; afterwards nothing may have broken the specification, neither we nor the sandbox."""
    await open_shop.world.clear_troubles()
    await open_shop.world.forget_violations()
    yield open_shop
    assert await open_shop.world.violations() == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_paypal_shop(sandbox: RunningSandbox, open_shop: Shop) -> AsyncGenerator[PayPalShop]:
    """The PayPal account of the session."""
    url = f"{sandbox.url}/paypal"
    client, impatient = (
        PayPalClient("shop", SecretStr("secret"), url=url, timeout_seconds=seconds) for seconds in (20.0, 2.0)
    )
    async with PayPalWorld(url) as world:
        yield PayPalShop(PayPalProcessor(client), PayPalProcessor(impatient), world, open_shop.world, url)
    await client.close()
    await impatient.close()


@pytest_asyncio.fixture(loop_scope="session")
async def paypal(open_paypal_shop: PayPalShop) -> AsyncGenerator[PayPalShop]:
    """The PayPal account; afterwards nothing may have broken the specification, neither we nor the sandbox."""
    await open_paypal_shop.troubles.clear_troubles()
    await open_paypal_shop.troubles.forget_violations()
    yield open_paypal_shop
    assert await open_paypal_shop.troubles.violations() == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def open_adyen_shop(sandbox: RunningSandbox, records: Records) -> AsyncGenerator[AdyenShop]:
    """The Adyen account of the session, its own requests kept in PostgreSQL."""
    where = addresses(None, f"{sandbox.url}/adyen")
    client, impatient, stranger = (
        AdyenClient(SecretStr("key-of-the-shop"), account, where, timeout_seconds=seconds)
        for account, seconds in ((ACCOUNT, 20.0), (ACCOUNT, 2.0), ("SomebodyElse", 20.0))
    )
    requests = RecordedAdyenRequests(records, ACCOUNT)
    async with AdyenSandbox(sandbox.url) as world, SandboxControl(sandbox.url) as control:
        told = SandboxNotifications(world)
        processors = [AdyenProcessor(one, told, requests) for one in (client, impatient, stranger)]
        yield AdyenShop(*processors, client=client, requests=requests, told=told, world=world, control=control)
    for one in (client, impatient, stranger):
        await one.close()


@pytest_asyncio.fixture(loop_scope="session")
async def adyen(open_adyen_shop: AdyenShop) -> AsyncGenerator[AdyenShop]:
    """The Adyen account; afterwards nothing may have broken the specification, neither we nor the sandbox."""
    await open_adyen_shop.control.clear_troubles()
    await open_adyen_shop.control.forget_violations()
    yield open_adyen_shop
    assert await open_adyen_shop.control.violations() == []
