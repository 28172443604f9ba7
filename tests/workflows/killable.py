"""A worker in a process of its own, which a test can kill."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.workflows.house import MASTER_KEY, House, connected_sources


@asynccontextmanager
async def worker_process(
    house: House, *, lines: int | None = None, **more: str
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """A worker that can be killed; what is left of it is killed at the end.

    `lines` is where its log goes (a file descriptor, or `asyncio.subprocess.PIPE`); `more` are further variables.
    """
    installation = house.installation
    sources = connected_sources(str(installation.settings.carriers_url))
    environment = {
        **os.environ,
        **installation.addresses.environment(),
        **{f"AMENDS_{name.upper()}": _as_text(value) for name, value in sources.items()},
        "AMENDS_DATA": str(installation.settings.data),
        "AMENDS_MASTER_KEY": MASTER_KEY,
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.worker_process", env=environment, stderr=lines
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
