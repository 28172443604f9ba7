"""Many like cases decided by one person at once: seen first, three opened, then each by an Update of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from secrets import SystemRandom

from knowledge.base import Frozen
from knowledge.judgement.together import SAMPLES, why_not_together
from knowledge.rules.authority import Permission, permissions_of
from tools.records.leases import LeaseHeld, LeaseLost
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.queue import Queue
from tools.records.queue_rows import QueueRow
from tools.records.records import RecordsUnavailable
from tools.records.set_previews import LeftOut, PreviewContent, PreviewedCase, SetPreview, SetPreviews
from workflows.desk import CasesSilentError, NotNowError
from workflows.installation import Installation
from workflows.messages import Review, ReviewAction
from workflows.review_rules import FORCED_LOOK_SHARE, drawn
from workflows.reviewing import Person, Reviewing

_AT_ONCE = 4
"""Cases under way at a time: half of what the records' pool holds, so that everybody else's pages go on."""
_CHANGED = "changed since you saw it; look at it anew"


class NotTogetherError(ValueError):
    """The cases are not decided together; `why` has a line for every reason."""

    def __init__(self, why: Sequence[str]) -> None:
        self.why = tuple(why)
        super().__init__("; ".join(why))


class Became(StrEnum):
    """What became of a case of the set."""

    DECIDED = "decided"
    UNCONFIRMED = "not yet confirmed"
    """Sent; whether the workflow took it is not known yet. The same set sent again asks."""
    PROPOSED = "waits for a second person"
    LEFT_OUT = "left out"
    REFUSED = "not decided"
    TAKEN_BACK = "taken back"
    TOO_LATE = "not taken back"


class CaseOutcome(Frozen):
    """What became of one case, in a word and in a sentence."""

    case_id: str
    became: Became
    said: str


class DecidingTogether:
    """Previews sets and decides them through the one door for decisions."""

    def __init__(self, installation: Installation, reviewing: Reviewing) -> None:
        self._queue = Queue(installation.records)
        self._previews = SetPreviews(installation.records)
        self._reviews = PersonReviews(installation.records)
        self._reviewing = reviewing

    @property
    def undo_seconds(self) -> float:
        """How long a decision can be taken back before it is carried out."""
        return self._reviewing.policy.undo_seconds

    async def preview(self, person: Person, merchant: str, chosen: Sequence[str]) -> str:
        """Keep what the person is about to see of the chosen cases; the preview's id.

        A case that has moved on, or that a lot reserves for a closer look, is left out and named. NotTogetherError says
        why the rest is no set, PermissionError that the role decides none, LookupError that a case never waited.
        """
        _refuse(person)
        rows = await self._queue.rows(merchant, chosen)
        absent = [case_id for case_id in chosen if case_id not in rows]
        if absent:
            raise LookupError(f"no such cases in the queue: {', '.join(absent)}")
        left_out = tuple(
            LeftOut(case_id=case_id, why=why) for case_id, row in rows.items() if (why := _left_out(row)) is not None
        )
        without = {one.case_id for one in left_out}
        lines = [rows[case_id].line for case_id in dict.fromkeys(chosen) if case_id not in without]
        why = why_not_together(lines, person.role, self._reviewing.policy)
        if why:
            raise NotTogetherError([*why, *(f"{one.case_id}: {one.why}" for one in left_out)])
        cases = tuple(
            PreviewedCase(
                case_id=line.case_id,
                version=rows[line.case_id].version,
                decision_id=line.decision_id or "",
                proposal=line.proposal,
                amount=line.amount,
                stake=line.stake,
            )
            for line in lines
        )
        samples = SystemRandom().sample([case.case_id for case in cases], min(SAMPLES, len(cases)))
        content = PreviewContent(cases=cases, samples=tuple(samples), left_out=left_out)
        return await self._previews.keep(merchant, person.account, content)

    async def seen(self, person: Person, merchant: str, preview_id: str) -> tuple[SetPreview, Sequence[str]]:
        """The person's preview and the samples they have opened since; LookupError when it is not theirs."""
        preview = await self._previews.find(merchant, person.account, preview_id)
        return preview, await self._previews.opened(merchant, preview)

    async def decide(self, person: Person, merchant: str, preview_id: str) -> Sequence[CaseOutcome]:
        """Approve every case of the preview that still stands as it did; what became of each, in the preview's order.

        The same again changes nothing and tells what is known by then. NotTogetherError while a sample is unopened,
        LookupError when the preview is not the person's.
        """
        _refuse(person)
        preview, opened = await self.seen(person, merchant, preview_id)
        unopened = [case_id for case_id in preview.content.samples if case_id not in opened]
        if unopened:
            raise NotTogetherError([f"samples: open {', '.join(unopened)} first"])
        rows = await self._queue.rows(merchant, [case.case_id for case in preview.content.cases])
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(case: PreviewedCase) -> CaseOutcome:
            async with turn:
                return await self._decide_one(person, merchant, preview, case, rows)

        return await asyncio.gather(*(one(case) for case in preview.content.cases))

    async def take_back(self, person: Person, merchant: str, preview_id: str) -> Sequence[CaseOutcome]:
        """Take back what this set decided, where it is not carried out yet; what became of each case so decided.

        LookupError when the preview is not the person's.
        """
        preview = await self._previews.find(merchant, person.account, preview_id)
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(case: PreviewedCase) -> CaseOutcome | None:
            async with turn:
                return await self._take_back_one(person, merchant, case.case_id, f"together-{preview.preview_id}")

        became = await asyncio.gather(*(one(case) for case in preview.content.cases))
        return [outcome for outcome in became if outcome is not None]

    async def _take_back_one(self, person: Person, merchant: str, case_id: str, review_id: str) -> CaseOutcome | None:
        try:
            last = await self._reviews.latest(merchant, case_id, ReviewState.SENT, ReviewState.TAKEN)
            if last is None or last.review_id != review_id:
                return None
            answered = await self._reviewing.undo(person, merchant, case_id)
        except (NotNowError, LookupError) as late:
            return CaseOutcome(case_id=case_id, became=Became.TOO_LATE, said=str(late))
        except RecordsUnavailable as silent:
            return CaseOutcome(case_id=case_id, became=Became.UNCONFIRMED, said=f"{silent}; send it again")
        return CaseOutcome(case_id=case_id, became=Became.TAKEN_BACK, said=f"{answered.detail}; it waits again")

    async def _decide_one(
        self, person: Person, merchant: str, preview: SetPreview, case: PreviewedCase, rows: Mapping[str, QueueRow]
    ) -> CaseOutcome:
        case_id, review_id = case.case_id, f"together-{preview.preview_id}"
        try:
            known = await self._reviews.find(merchant, case_id, review_id)
            row = rows.get(case_id)
            if known is None and (row is None or not row.waits or row.version != case.version):
                return CaseOutcome(case_id=case_id, became=Became.LEFT_OUT, said=_CHANGED)
            reviewed = await self._reviewing.decide(
                person,
                merchant,
                case_id,
                Review(by=person.name, action=ReviewAction.APPROVE, decision_id=case.decision_id),
                review_id=review_id,
                spent=(datetime.now(UTC) - preview.at) / len(preview.content.cases),
            )
            if known is None and reviewed.state is not ReviewState.REFUSED:
                await self._previews.decided(merchant, person.account, case_id, preview)
        except (NotNowError, LeaseHeld, LeaseLost, PermissionError) as refused:
            return CaseOutcome(case_id=case_id, became=Became.REFUSED, said=str(refused))
        except LookupError:
            return CaseOutcome(case_id=case_id, became=Became.LEFT_OUT, said=_CHANGED)
        except (RecordsUnavailable, CasesSilentError) as silent:
            return CaseOutcome(case_id=case_id, became=Became.UNCONFIRMED, said=f"{silent}; send the set again")
        match reviewed.state:
            case ReviewState.TAKEN:
                became = Became.DECIDED
            case ReviewState.SENT:
                became = Became.UNCONFIRMED
            case ReviewState.PROPOSED | ReviewState.CONFIRMED:
                became = Became.PROPOSED
            case ReviewState.REFUSED | ReviewState.REPLACED | ReviewState.UNDONE:
                became = Became.REFUSED
        return CaseOutcome(case_id=case_id, became=became, said=reviewed.said)


def _refuse(person: Person) -> None:
    if Permission.DECIDE_TOGETHER not in permissions_of(person.role):
        raise PermissionError(f"role {person.role.value} may not decide cases together")


def _left_out(row: QueueRow) -> str | None:
    if not row.waits:
        return "has moved on"
    decision = row.line.decision_id
    if decision is not None and drawn(FORCED_LOOK_SHARE, "forced-look", row.line.case_id, decision):
        return "drawn for a closer look; decide it on its own page"
    return None
