"""A sign of life from long steps, so that a killed worker is noticed in seconds and not at the step's time limit."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio import activity

SILENCE = timedelta(seconds=10)
"""How long the server waits for a sign before it gives the step to another worker."""
_EVERY_SECONDS = 2.0


@asynccontextmanager
async def signs_of_life() -> AsyncGenerator[None, None]:
    """Heartbeats until the block ends."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)  # its start was the first sign
            activity.heartbeat()

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
