"""A workflow that does nothing, with as many activities, local activities, updates and timers as a refund case."""

import asyncio
from datetime import timedelta

from temporalio import activity, workflow

ACTIVITIES = 12
"""Three readers, recording, doubts, recall, proposal, recording, two messages, payment and closing are twelve."""
LOCAL_ACTIVITIES = 5
_STEP = timedelta(seconds=60)
HALFWAY: dict[str, asyncio.Event] = {}
"""Set, by the workflow's name, when all before the wait is done: whoever answers need not ask."""


@activity.defn
async def nothing(number: int) -> int:
    """Give the number back."""
    return number


@activity.defn
async def nothing_halfway(name: str) -> str:
    """Nothing, and whoever waits to answer hears of it."""
    HALFWAY.pop(name).set()
    return name


@workflow.defn
class IdleCase:
    """Waits for one update behind a timer, between activities that do nothing."""

    @workflow.init
    def __init__(self, name: str) -> None:
        self._answered = False

    @workflow.update
    async def answer(self) -> str:
        """The one update."""
        self._answered = True
        return "taken"

    @workflow.run
    async def run(self, name: str) -> str:
        """Half of the activities, the wait, the other half."""
        for place in range(ACTIVITIES - 4):
            await workflow.execute_activity(nothing, place, start_to_close_timeout=_STEP)
        for place in range(LOCAL_ACTIVITIES):
            await workflow.execute_local_activity(nothing, place, start_to_close_timeout=_STEP)
        await workflow.execute_activity(nothing_halfway, name, start_to_close_timeout=_STEP)
        await workflow.wait_condition(lambda: self._answered, timeout=timedelta(days=3))
        for place in range(3):
            await workflow.execute_activity(nothing, place, start_to_close_timeout=_STEP)
        return name
