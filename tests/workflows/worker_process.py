"""A worker in a process of its own, to be killed: `python -m tests.workflows.worker_process`."""

import asyncio

from tests.workflows.house import plain_household
from tools.settings import Settings
from workflows.worker import run_worker


async def main() -> None:
    """Work for ever."""
    await run_worker(Settings(), plain_household(), asyncio.Event())


asyncio.run(main())
