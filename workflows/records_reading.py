"""The figures of the records: read together, at most every few seconds, and set for whoever asks next."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from prometheus_client import Gauge

from tools.records.case_words import CaseErased
from tools.records.house_figures import HouseFigures, MerchantFigures
from tools.records.records import RecordsUnavailable
from tools.telemetry import figures
from workflows.installation import Installation
from workflows.messages import Stage

_log = logging.getLogger("amends.operating")
_FRESH_SECONDS = 10.0
"""Readings of the records are at least this far apart, whoever asks how often."""
_DATES_AT_ONCE = 300
"""Bundles opened in one reading for their dates; the next goes on."""
_WAITS_FOR_A_PERSON = frozenset({Stage.REVIEW.value, Stage.ESCALATED.value, Stage.ANNOUNCED.value})
_WITHIN = {"passed": timedelta(), "6h": timedelta(hours=6), "24h": timedelta(hours=24)}


class RecordsReading:
    """Sets the figures of the records. A database that is down leaves them as they were, with the time they are of."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._figures = HouseFigures(installation.records)
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._dates: dict[tuple[str, str], datetime | None] = {}

    async def refresh(self) -> None:
        """Read again, unless that was done moments ago."""
        async with self._reading:
            if time.monotonic() - self._read_at < _FRESH_SECONDS:
                return
            try:
                read = {name: await self._figures.of(name) for name in await self._merchants()}
                await self._read_dates(read)
            except RecordsUnavailable as down:
                _log.warning("no figures of the records", exc_info=down)
                return
            self._show(read)
            self._read_at = time.monotonic()

    async def _merchants(self) -> list[str]:
        settings = self._installation.settings
        named = {each.merchant for each in (*settings.webhooks, *settings.shops, *settings.helpdesks)}
        named |= set(await self._figures.merchants())
        return sorted(named | ({settings.merchant} if settings.merchant else set()))

    async def _read_dates(self, read: Mapping[str, MerchantFigures]) -> None:
        """A case's own date is sealed in its bundle and never changes, so each is opened once."""
        told = {(name, case_id): date for name, each in read.items() for case_id, date in each.unanswered.items()}
        self._dates = {key: date or self._dates.get(key) for key, date in told.items() if date or key in self._dates}
        for merchant, case_id in sorted(told.keys() - self._dates.keys())[:_DATES_AT_ONCE]:
            try:
                notice = (await self._installation.cases.bundle(merchant, case_id)).chargeback
            except (CaseErased, LookupError):
                notice = None
            self._dates[merchant, case_id] = None if notice is None else notice.respond_by
        figures.UNREAD_DATES.set(len(told) - len(self._dates))

    def _show(self, read: Mapping[str, MerchantFigures]) -> None:
        for gauge in figures.OF_RECORDS:
            gauge.clear()
        now = datetime.now(UTC)
        oldest: dict[tuple[Gauge, str], float] = {}
        for merchant, each in read.items():
            label = merchant if self._installation.settings.metrics_by_merchant else figures.ALL_MERCHANTS
            self._show_merchant(label, merchant, each, now)
            for gauge, since in _since(each).items():
                age = 0.0 if since is None else max(0.0, (now - since).total_seconds())
                oldest[gauge, label] = max(age, oldest.get((gauge, label), 0.0))
        for (gauge, label), age in oldest.items():
            gauge.labels(label).set(age)
        figures.RECORDS_READ.set(now.timestamp())

    def _show_merchant(self, label: str, merchant: str, read: MerchantFigures, now: datetime) -> None:
        for waiting in read.cases:
            figures.CASES.labels(label, waiting.kind, waiting.stage).inc(waiting.count)
        dates = [date for (whose, _), date in self._dates.items() if whose == merchant and date is not None]
        for within, span in _WITHIN.items():
            figures.DUE.labels(label, within).inc(sum(date <= now + span for date in dates))
        for state in ("waiting", "unmatched", "stuck"):
            figures.INBOX.labels(label, state).inc(read.inbox.get(state, 0))
        for entry in read.entries:
            figures.LEDGER_OPEN.labels(label, entry.kind, entry.state).inc(entry.count)
        figures.LEDGER_FOREIGN.labels(label).inc(read.foreign)
        figures.LEDGER_OVERDRAWN.labels(label).inc(read.overdrawn)


def _since(read: MerchantFigures) -> Mapping[Gauge, datetime | None]:
    """Since when the oldest of each kind has waited."""
    waits = [waiting.since for waiting in read.cases if waiting.stage in _WAITS_FOR_A_PERSON]
    refunds = [entry.since for entry in read.entries if entry.kind == "refund"]
    return {
        figures.OLDEST_CASE: min(waits, default=None),
        figures.OLDEST_NOTICE: read.oldest_notice,
        figures.LEDGER_OLDEST: min(refunds, default=None),
    }
