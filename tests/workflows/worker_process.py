"""A worker in a process of its own, to be killed: `python -m tests.workflows.worker_process`."""

import asyncio
import signal

from tests.workflows.house import plain_household
from tools.settings import Settings
from workflows.worker import run_worker


async def main() -> None:
    """Work until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await run_worker(Settings(), plain_household(), stopped)


asyncio.run(main())
