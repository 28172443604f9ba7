"""Waiting inside a workflow for something to happen, and no longer than promised."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow


async def within(patience: timedelta | None, happened: Callable[[], bool]) -> bool:
    """Wait until something happened; False when it had not when the time ran out. None waits for ever.

    What happens in the same moment in which the time runs out has happened: its sender was told it was taken.
    """
    try:
        await workflow.wait_condition(happened, timeout=patience)
    except TimeoutError:
        return happened()
    return True
