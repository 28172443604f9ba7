"""Working the inbox of webhooks: each notice makes the dispute's case ask its processor what holds now.

A notice carries no state from here on: told twice, late or out of order, it is one more question to the processor.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from knowledge.case import ProcessorName
from tools.intake.notice import NoticeKind
from tools.records.cases import CaseRecords, CaseSummary
from tools.records.inbox import InboxEntry, InboxState, WebhookInbox
from tools.records.records import RecordsUnavailable
from workflows.desk import CaseDesk, NewsTaken

_log = logging.getLogger("amends.intake")
_PAUSE = 5.0
"""Seconds between looks when nothing new was stored here: for what another door stored and for pauses that ended."""

_SAID = {
    NewsTaken.TOLD: "told case {}",
    NewsTaken.CLOSED: "case {} is closed",
    NewsTaken.TAKEN_UP: "took case {} up again",
}


class Intake:
    """Several may work at once, in one process or many."""

    def __init__(self, inbox: WebhookInbox, cases: CaseRecords, desk: CaseDesk) -> None:
        self._inbox = inbox
        self._cases = cases
        self._desk = desk

    async def keep_working(self, merchants: Sequence[str], woken: asyncio.Event) -> None:
        """Work the inboxes of `merchants` until cancelled: when `woken` is set, and every few seconds."""
        while True:
            woken.clear()
            for merchant in merchants:
                try:
                    while await self.work(merchant):
                        pass
                except RecordsUnavailable as down:
                    _log.warning("the inbox waits", extra={"merchant": merchant}, exc_info=down)
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), _PAUSE)

    async def work(self, merchant: str) -> int:
        """Deal with some of what is due, and return how many notices that were; RecordsUnavailable passes."""
        due = await self._inbox.waiting(merchant)
        for entry in due:
            try:
                await self._deal(merchant, entry)
            except RecordsUnavailable:
                raise
            except Exception as failure:
                # Whatever it is, the notice stays: it is tried again, and in the end a person sees it with the reason.
                named = {"merchant": merchant, "event_id": entry.event_id}
                _log.warning("notice failed", extra=named, exc_info=failure)
                why = f"{type(failure).__name__}: {failure}"
                if await self._inbox.failed(merchant, entry, why) is InboxState.STUCK:
                    _log.error("notice is stuck; see `amends webhooks list`", extra=named)
        return len(due)

    async def _deal(self, merchant: str, entry: InboxEntry) -> None:
        match entry.kind:
            case NoticeKind.OTHER:
                await self._inbox.done(merchant, entry, "nothing about disputes or refunds")
            case NoticeKind.REFUND_CHANGED:
                await self._inbox.done(merchant, entry, "refund cases ask the processor by themselves")
            case NoticeKind.FRAUD_WARNING:
                await self._inbox.unmatched(merchant, entry, "a warning about a payment that is not disputed")
            case NoticeKind.DISPUTE_OPENED | NoticeKind.DISPUTE_CHANGED | NoticeKind.DISPUTE_CLOSED:
                await self._tell_cases(merchant, entry)

    async def _tell_cases(self, merchant: str, entry: InboxEntry) -> None:
        found: Sequence[CaseSummary] = ()
        if entry.dispute is not None:
            found = await self._cases.cases_on_dispute(merchant, entry.dispute)
        if not found:
            if entry.dispute is not None and entry.kind is not NoticeKind.DISPUTE_CLOSED:
                await self._desk.gather(merchant, ProcessorName(entry.processor.value), entry.dispute)
            await self._inbox.unmatched(merchant, entry, "no case on this dispute yet")
            return
        said: list[str] = []
        for case in found:
            taken = await self._desk.outcome_news(merchant, case.case_id, entry.event_id)
            said.append(_SAID[taken].format(case.case_id))
        await self._inbox.done(merchant, entry, ", ".join(said))
