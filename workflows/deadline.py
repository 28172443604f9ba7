"""The date by which a dispute is answered: when the answer goes out, and when people are called."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from knowledge.base import Frozen

_LAST_CALLS = (timedelta(days=2), timedelta(hours=6))
"""Before the processor's date, beside half of the time; our own choice: a letter is written within an hour."""


class Deadline(Frozen):
    """The processor's date and the buffer before it. Pure: the workflow's clock is passed in."""

    opened: AwareDatetime
    respond_by: AwareDatetime
    buffer: timedelta
    before_days_off: AwareDatetime | None = None
    """When the answer goes out instead, because the buffer begins on a day off."""

    @property
    def send_by(self) -> datetime:
        """When a proved answer goes out at the latest."""
        return self.before_days_off or self.respond_by - self.buffer

    @property
    def calls(self) -> tuple[datetime, ...]:
        """When people are called to an answer that cannot go out by itself, in order; the last time at the date."""
        half = self.opened + (self.respond_by - self.opened) / 2
        last = [self.respond_by - before for before in _LAST_CALLS]
        return tuple(sorted({half, *(moment for moment in last if moment > self.opened), self.respond_by}))

    def next_call(self, now: datetime) -> datetime | None:
        """The first call after `now`; None after the last."""
        return next((moment for moment in self.calls if moment > now), None)

    def left(self, now: datetime) -> str:
        """How long there is, in words."""
        rest = self.respond_by - now
        if rest <= timedelta(0):
            return "the date to answer by is over"
        if rest >= timedelta(days=2):
            return f"{rest.days} days are left to answer"
        hours, minutes = int(rest.total_seconds() // 3600), int(rest.total_seconds() // 60)
        if hours >= 2:
            return f"{hours} hours are left to answer"
        return f"{minutes} minutes are left to answer"
