"""A sign of life from every step, so that a killed worker is noticed in seconds and not at the step's time limit."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

SILENCE = timedelta(seconds=10)
"""How long the server waits for a sign before it gives the step to another worker."""
_EVERY_SECONDS = 2.0


class SignsOfLife(Interceptor):
    """Lets every activity that was scheduled with a heartbeat timeout, graph nodes included, show that it lives."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Wrap an activity's execution."""
        return _Living(next)


class _Living(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        if activity.info().heartbeat_timeout is None:
            return await super().execute_activity(input)
        async with _signs_of_life():
            return await super().execute_activity(input)


@asynccontextmanager
async def _signs_of_life() -> AsyncGenerator[None, None]:
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
