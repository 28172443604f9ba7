"""The views' counts, counted once in a while for everybody of a merchant and not for every page."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request

from tools.records.queue import Queue
from tools.records.queue_filter import QueueView
from tools.records.records import Records

_KEPT = 2.0
"""Seconds for which a count is shown; an open page hears of later ones by itself."""


@dataclass
class _Counted:
    counts: Mapping[QueueView, int] = field(default_factory=dict[QueueView, int])
    at: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class ViewCounts:
    """Counts of this process. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._queue = Queue(records)
        self._counted: defaultdict[str, _Counted] = defaultdict(_Counted)

    async def of(self, merchant: str, account: str) -> Mapping[QueueView, int]:
        """How many cases each view shows the person: their own as they are, the others at most two seconds old."""
        counted = self._counted[merchant]
        # Whoever comes while somebody counts waits for that count.
        async with counted.turn:
            if time.monotonic() - counted.at > _KEPT:
                counted.counts = await self._queue.counts(merchant)
                counted.at = time.monotonic()
        return {**counted.counts, **await self._queue.own_counts(merchant, account)}


def counts_of(request: Request) -> ViewCounts:
    """The counts the application was made with."""
    counts: ViewCounts = request.app.state.view_counts
    return counts
