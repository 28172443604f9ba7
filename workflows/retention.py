"""Retention: once a day what is kept no longer is erased, batch by batch; what was begun is finished."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from temporalio.service import RPCError

from knowledge.library.precedents import LibraryUnavailable
from knowledge.rules.retention import RetentionKind, RetentionPolicy
from tools.records.due import DueRecords
from tools.records.erasure import Doomed, ErasureRefused
from tools.records.records import RecordsUnavailable
from workflows.erasure import Eraser
from workflows.installation import Installation

_log = logging.getLogger("amends.retention")
_LOOKS_EVERY = 3600.0
"""Seconds between looks at whether a day has passed: a worker that was down at the hour runs when it is back."""
_MOST_SHOWN = 100_000


class Retention:
    """Runs for each merchant under its own days."""

    def __init__(self, installation: Installation, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._installation = installation
        self._due = DueRecords(installation.records)
        self._eraser = Eraser(installation)
        self._clock = clock

    def policy(self, merchant: str) -> RetentionPolicy:
        """The merchant's days."""
        return self._installation.settings.retention.get(merchant, RetentionPolicy())

    async def preview(self, merchant: str) -> Mapping[RetentionKind, Doomed]:
        """What a run would erase now."""
        due = await self._due.due(merchant, self.policy(merchant), self._clock(), most=_MOST_SHOWN)
        return {one.kind: one.doomed for one in due}

    async def run(self, merchant: str, *, by: str, again: bool = True) -> Mapping[RetentionKind, int] | None:
        """Erase what is due; how many of each kind. None when `again` is false and a run began within the day.

        Raises LibraryUnavailable, RPCError or RecordsUnavailable when something cannot be reached; the next run
        finishes.
        """
        if not await self._due.begin_run(merchant, by=by, again=again):
            return None
        await self._eraser.resume(merchant, by=by)
        erased: Counter[RetentionKind] = Counter()
        while due := await self._due.due(merchant, self.policy(merchant), self._clock()):
            for kind, doomed in due:
                await self._eraser.erase_due(merchant, doomed, by=by)
                erased[kind] += sum(map(len, (doomed.cases, doomed.orders, doomed.notices, doomed.pieces)))
        await self._due.forget_ended_sessions()
        return erased

    async def keep_running(self) -> None:
        """Once a day for every merchant that is known, until cancelled."""
        while True:
            try:
                for merchant in sorted(await self._merchants()):
                    erased = await self.run(merchant, by="retention", again=False)
                    if erased:
                        counts = {kind.value: count for kind, count in erased.items()}
                        _log.info("retention erased what was due", extra={"merchant": merchant, **counts})
            except (RecordsUnavailable, LibraryUnavailable, RPCError, ErasureRefused) as stopped:
                _log.warning("retention stopped and goes on later", exc_info=stopped)
            except Exception:
                # The worker beside it pays and answers disputes: it goes on whatever is wrong here.
                _log.exception("retention failed")
            await asyncio.sleep(_LOOKS_EVERY)

    async def _merchants(self) -> set[str]:
        settings = self._installation.settings
        named = {settings.merchant, *settings.retention, *(account.merchant for account in settings.webhooks)}
        return (named | await self._due.merchants()) - {""}
