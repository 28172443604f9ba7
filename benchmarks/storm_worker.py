"""A worker for the dispute storm, to be killed: the house's policy with a buffer of seconds, readers without models.

`python -m benchmarks.storm_worker BUFFER_SECONDS`
"""

import asyncio
import sys

from tests.workflows.hasty import hasty
from tests.workflows.house import plain_household
from tools.settings import Settings
from workflows.worker import run_worker


async def main() -> None:
    """Work until killed. Above 100 EUR a letter waits for a signature, and goes out when the buffer begins."""
    policy = hasty(buffer=float(sys.argv[1]), automatic_up_to_eur=100)
    await run_worker(Settings(), plain_household(policy), asyncio.Event())


asyncio.run(main())
