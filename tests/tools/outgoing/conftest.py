"""The records' database, and a receiver of webhooks."""

from collections.abc import AsyncIterator

import pytest

from tests.tools.outgoing.receiver import Receiver, receiving
from tests.tools.records.conftest import merchant, new_merchant, owner_url, records, server, superuser, superuser_url

__all__ = ["merchant", "new_merchant", "owner_url", "records", "server", "superuser", "superuser_url"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running
