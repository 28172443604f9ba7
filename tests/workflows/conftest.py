"""A whole house for the workflow tests: PostgreSQL, Temporal, Chroma and the sandbox processor, all real."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.workflows.house import House, plain_household
from tools.embedded import EmbeddedServices
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.launch import start_sandbox
from tools.settings import Settings
from workflows.desk import CaseDesk
from workflows.installation import open_installation

SPECIFICATION = Path(__file__).parents[1] / "specifications" / "stripe_disputes.json"


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[House]:
    """Services for the whole session; each test brings a case of its own."""
    parent = Path(tempfile.mkdtemp(prefix="amends-house-"))
    parent.chmod(0o755)
    sandbox = await start_sandbox(parent / "sandbox", SPECIFICATION)
    addresses = {"postgres_url": None, "temporal_address": None, "chroma_url": None, "stripe_url": sandbox.url}
    settings = Settings.model_validate({"data": parent / "data", **addresses})
    services = EmbeddedServices(settings, durable=False)
    await services.start()
    try:
        async with open_installation(settings) as installation, SandboxControl(sandbox.url) as bank:
            outbox = parent / "data" / "outbox"
            yield House(installation, CaseDesk(installation), bank, plain_household(), services, outbox)
            assert await bank.violations() == []
    finally:
        await services.erase()
        await sandbox.stop()
        shutil.rmtree(parent, ignore_errors=True)
