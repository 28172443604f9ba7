"""The console of a running house, signed in to as the test likes."""

from collections.abc import AsyncIterator

import pytest

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.house import open_house
from tests.console.web.visiting import Visiting
from tests.workflows.house import House, running_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """Services for the whole session."""
    async with running_house() as running:
        yield running


@pytest.fixture(scope="session")
def web(house: House) -> WebHouse:
    """The pages' own view of it."""
    return open_house(house.installation, secure=False)


@pytest.fixture
async def visiting(web: WebHouse) -> AsyncIterator[Visiting]:
    """Browsers without a screen: requests and answers."""
    async with Visiting(web, make_application(web)) as visits:
        yield visits
