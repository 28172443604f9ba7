"""The API of a running house, with keys as the test likes."""

from collections.abc import AsyncIterator

import pytest

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.house import open_house
from tests.console.api.asking import Asking
from tests.workflows.house import House, running_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """Services for the whole session; the tests of all merchants share them."""
    async with running_house(api_requests_per_minute=100_000, webhooks_to_private_addresses=True) as running:
        yield running


@pytest.fixture(scope="session")
def web(house: House) -> WebHouse:
    """The console's own view of it."""
    return open_house(house.installation, secure=False)


@pytest.fixture
async def asking(web: WebHouse) -> AsyncIterator[Asking]:
    """Makes keys and clients."""
    async with Asking(web, make_application(web)) as asks:
        yield asks
