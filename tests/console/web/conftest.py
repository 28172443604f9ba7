"""The console of a running house, signed in to as the test likes."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.house import open_house
from tests.console.web.browsing import CHROMIUM, Browsing, chromium, served
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


@pytest.fixture(scope="session")
async def _browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the pages were not tested in a browser; install it, then repeat")
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def browsing(_browser: Browser, web: WebHouse) -> AsyncIterator[Browsing]:
    """Real browsers on a served console."""
    application = make_application(web)
    async with served(application) as address:
        people = Browsing(_browser, web, application, address)
        yield people
        await people.close()
