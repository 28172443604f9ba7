"""A whole house for the workflow tests."""

from collections.abc import AsyncIterator

import pytest

from tests.workflows.house import House, running_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """Services for the whole session; each test brings a case of its own."""
    async with running_house() as running:
        yield running
