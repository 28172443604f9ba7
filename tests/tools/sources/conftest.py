"""The three stand-ins in a process of their own, and a sample case they hold."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from tools.processors.sandbox.launch import RunningSandbox
from tools.sources.aggregator import Aggregator
from tools.sources.helpdesk import Helpdesk
from tools.sources.sandbox.control import SourcesControl, start_sources
from tools.sources.shopify import ShopifyShop


@pytest.fixture(scope="session")
async def sources() -> AsyncIterator[RunningSandbox]:
    running = await start_sources()
    yield running
    await running.stop()


@pytest.fixture
async def world(sources: RunningSandbox) -> AsyncIterator[SourcesControl]:
    """The control of the stand-ins; nobody may have asked what the real ones would refuse."""
    async with SourcesControl(sources.url) as control:
        before = len(await control.violations())
        yield control
        await control.clear_troubles()
        assert (await control.violations())[before:] == []


@pytest.fixture
async def shop(sources: RunningSandbox) -> AsyncIterator[ShopifyShop]:
    shop = ShopifyShop("lumen", sources.url, SecretStr("shpat_test"), timeout_seconds=2)
    yield shop
    await shop.close()


@pytest.fixture
async def aggregator(sources: RunningSandbox) -> AsyncIterator[Aggregator]:
    aggregator = Aggregator(sources.url, SecretStr("key"), timeout_seconds=2)
    yield aggregator
    await aggregator.close()


@pytest.fixture
async def helpdesk(sources: RunningSandbox) -> AsyncIterator[Helpdesk]:
    desk = Helpdesk(sources.url, "ana@lumen.example", SecretStr("token"), timeout_seconds=2)
    yield desk
    await desk.close()
