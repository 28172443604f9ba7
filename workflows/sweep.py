"""The sweep: processors are asked for disputes whose webhook never came, so that none waits unseen for its date.

What it finds goes into the inbox like any notice, under an event id of its own: from there on there is one way.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from knowledge.case import ProcessorName
from tools.intake.notice import NoticeKind, WebhookNotice, WebhookProcessor
from tools.ports import ProcessorError
from tools.processors.connected import ConnectedProcessors
from tools.records.cases import CaseRecords
from tools.records.inbox import Stored, WebhookInbox
from tools.records.records import RecordsUnavailable
from tools.settings import WebhookAccount

_log = logging.getLogger("amends.sweep")
_EVERY = 3600.0
"""Seconds between sweeps; the shortest time a network gives is days."""
_BACK = timedelta(days=14)
"""How far back is looked: over an outage of our own of two weeks."""


class Sweep:
    """One may run beside every door; finding the same dispute twice is finding it once."""

    def __init__(
        self,
        processors: ConnectedProcessors,
        inbox: WebhookInbox,
        cases: CaseRecords,
        clock: Callable[[], datetime],
    ) -> None:
        self._processors = processors
        self._inbox = inbox
        self._cases = cases
        self._clock = clock

    async def keep_sweeping(self, accounts: Sequence[WebhookAccount], woken: asyncio.Event) -> None:
        """Sweep every hour until cancelled; `woken` is set when something was found."""
        while True:
            for account in accounts:
                try:
                    if await self.sweep(account):
                        woken.set()
                except (ProcessorError, RecordsUnavailable) as down:
                    named = {"processor": account.processor.value, "merchant": account.merchant}
                    _log.warning("no sweep", extra=named, exc_info=down)
            await asyncio.sleep(_EVERY)

    async def sweep(self, account: WebhookAccount) -> int:
        """Put the account's disputes nobody has told of into its inbox; how many. ProcessorError passes."""
        name = ProcessorName(account.processor)
        if name not in self._processors.names():
            return 0
        found = 0
        processor = self._processors.of(name)
        for reference in await processor.disputes_since(self._clock() - _BACK):
            if await self._cases.cases_on_dispute(account.merchant, reference):
                continue
            if await self._inbox.entries(account.merchant, dispute=reference):
                continue
            opened = (await processor.dispute(reference)).opened_at
            notice = WebhookNotice(
                processor=WebhookProcessor(account.processor),
                event_id=f"sweep-{reference}",
                event_type="amends.sweep",
                kind=NoticeKind.DISPUTE_OPENED,
                at=opened or self._clock(),
                dispute=reference,
            )
            stored = await self._inbox.store(account.merchant, account.account, notice, reference.encode())
            found += stored is Stored.NEW
            _log.warning(
                "dispute was never told; found by the sweep",
                extra={"dispute": reference, "merchant": account.merchant},
            )
        return found
