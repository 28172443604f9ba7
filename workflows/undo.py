"""The seconds in which a person can take a decision back, before anything is done on it."""

from datetime import datetime, timedelta

from temporalio import workflow

from workflows.waiting import within


class UndoWindow:
    """Open from a person's decision until its time is over or the decision is taken back."""

    def __init__(self) -> None:
        self._undone = False

    def take_back(self) -> None:
        """The person takes the decision back."""
        self._undone = True

    def opens(self, seconds: float) -> datetime:
        """Begin; returns when the window closes."""
        self._undone = False
        return workflow.now() + timedelta(seconds=seconds)

    async def taken_back(self, closes: datetime) -> bool:
        """Wait until the window closes; whether the decision was taken back."""
        await within(max(closes - workflow.now(), timedelta(0)), lambda: self._undone)
        # Asked again: an undo may have been taken in the very moment in which the time ran out.
        return self._undone
