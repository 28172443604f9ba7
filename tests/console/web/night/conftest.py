"""A house whose parts are killed, stopped and started again, and the console on it, which is never restarted."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.house import open_house
from tests.console.web.browsing import Browsing, served
from tests.console.web.night.parts import KillableBank
from tests.console.web.visiting import Visiting
from tests.workflows.house import House, running_house
from tools.processors.sandbox.control import SandboxControl


@pytest.fixture(scope="session")
async def bank() -> AsyncIterator[KillableBank]:
    """The house's Stripe."""
    folder = Path(tempfile.mkdtemp(prefix="amends-bank-"))
    running = await KillableBank.start(folder)
    yield running
    await running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def house(bank: KillableBank) -> AsyncIterator[House]:
    """Services for the whole session; Temporal keeps its state, for it is stopped too."""
    async with running_house(durable=True, stripe_url=bank.url) as running, SandboxControl(bank.url) as control:
        yield replace(running, bank=control)
        assert await control.violations() == []


@pytest.fixture(scope="session")
def web(house: House) -> WebHouse:
    """The pages' own view of it."""
    return open_house(house.installation, secure=False)


@pytest.fixture
async def visiting(web: WebHouse) -> AsyncIterator[Visiting]:
    """Browsers without a screen: requests and answers."""
    async with Visiting(web, make_application(web)) as visits:
        yield visits


@pytest.fixture
async def browsing(_browser: Browser, web: WebHouse) -> AsyncIterator[Browsing]:
    """Real browsers on a served console."""
    application = make_application(web)
    async with served(application) as address:
        people = Browsing(_browser, web, application, address)
        yield people
        await people.close()
