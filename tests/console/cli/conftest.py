"""A whole house for the commands that work with cases."""

from collections.abc import AsyncIterator

import pytest

from tests.workflows.house import House, running_house


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """Services for all commands; each test brings a case of its own."""
    async with running_house() as running:
        yield running
