"""Events: what happened to a case, as a merchant's system is told; made of the audit chain, without personal data."""

from enum import StrEnum

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CaseKind
from tools.records.audit import AuditEntry


class EventType(StrEnum):
    """What can be told of a case."""

    CASE_OPENED = "case.opened"
    EVIDENCE_ADDED = "evidence.added"
    DECISION_MADE = "decision.made"
    REVIEW_NEEDED = "review.needed"
    QUESTION_ASKED = "question.asked"
    OFFER_MADE = "offer.made"
    RETURN_AWAITED = "return.awaited"
    REFUND_PAID = "refund.paid"
    LETTER_WRITTEN = "letter.written"
    LETTER_SUBMITTED = "letter.submitted"
    CASE_CLOSED = "case.closed"
    """A refund case that ended without a refund."""
    DISPUTE_CLOSED = "dispute.closed"
    CASE_ERASED = "case.erased"


class Event(Frozen):
    """One event. It tells that something happened; what holds now is read from the case."""

    id: str
    """The same however often it is sent: what came twice is known by it."""
    type: EventType
    created_at: AwareDatetime
    merchant: str
    case_id: str
    kind: CaseKind
    outcome: str | None = None
    """For `refund.paid`, `case.closed` and `dispute.closed`."""
    digest: str | None = None
    """SHA-256 of what was saved: of the bundle, the addition, the decision, the packet."""


_OF_ACTION = {
    "case.opened": EventType.CASE_OPENED,
    "evidence.added": EventType.EVIDENCE_ADDED,
    "decision.saved": EventType.DECISION_MADE,
    "status.review": EventType.REVIEW_NEEDED,
    "status.escalated": EventType.REVIEW_NEEDED,
    "status.asking": EventType.QUESTION_ASKED,
    "status.offered": EventType.OFFER_MADE,
    "status.returning": EventType.RETURN_AWAITED,
    "artifact.packet": EventType.LETTER_WRITTEN,
    "event.submitted": EventType.LETTER_SUBMITTED,
    "case.erased": EventType.CASE_ERASED,
}
_OUTCOME = "outcome."


def event_type_of(action: str, kind: CaseKind) -> EventType | None:
    """What an entry of the chain about a case of that kind tells; None for what is nobody's business outside."""
    if action.startswith(_OUTCOME):
        if kind is CaseKind.CHARGEBACK:
            return EventType.DISPUTE_CLOSED
        return EventType.REFUND_PAID if action == f"{_OUTCOME}paid" else EventType.CASE_CLOSED
    return _OF_ACTION.get(action)


def event_of(merchant: str, entry: AuditEntry, kind: CaseKind) -> Event | None:
    """The event an entry stands for; None when it stands for none. The same entry gives the same event for ever."""
    told = event_type_of(entry.action, kind)
    if told is None:
        return None
    return Event(
        id=f"evt_{entry.seq}_{entry.hash[:16]}",
        type=told,
        created_at=entry.at,
        merchant=merchant,
        case_id=entry.case_id,
        kind=kind,
        outcome=entry.action.removeprefix(_OUTCOME) if entry.action.startswith(_OUTCOME) else None,
        digest=entry.digest or None,
    )
