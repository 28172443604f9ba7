"""Messages in and out of the workflows: one small frozen type each. They are an on-disk format."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from knowledge.base import Frozen
from knowledge.case import CaseKind
from knowledge.decision import Resolution, Route, Rung, Stance
from knowledge.facts import FactName, FactValue, Reading, checked_value
from knowledge.judgement.waiting import WaitCause
from knowledge.money import Money
from knowledge.rules.policy import Days, Hours

TASK_QUEUE = "amends"


def workflow_id(merchant: str, case_id: str) -> str:
    """The workflow of a case: one case of one merchant is one workflow for ever."""
    return f"case/{merchant}/{case_id}"


class CaseRef(Frozen):
    """Which case; every activity starts from it."""

    merchant: str
    case_id: str


class Appeal(Frozen):
    """The buyer contests how their closed case ended; their words are evidence before the workflow hears of it."""

    message_id: str
    outcome: str
    """What the case was closed with: the only thing the appeal reopens."""


class OpenCase(CaseRef):
    """Start a case's workflow. `digest` is the bundle's, so that another bundle under the same id is noticed."""

    kind: CaseKind
    digest: str
    opened_at: AwareDatetime
    currency: str
    captured: Money | None = None
    """What was paid; None in cases that were opened before it was told."""
    appeal: Appeal | None = None
    """Why a closed case is taken up again; None for one that is opened."""


class Stage(StrEnum):
    """Where a case stands."""

    READING = "reading"
    DECIDING = "deciding"
    REVIEW = "review"
    ESCALATED = "escalated"
    ANNOUNCED = "announced"
    """A concession is made soon unless somebody denies it."""
    DECIDED = "decided"
    """A person has decided and can take it back for a few seconds; nothing is done on it yet."""
    ASKING = "asking"
    OFFERED = "offered"
    RETURNING = "returning"
    PAYING = "paying"
    REFUND_PENDING = "refund_pending"
    PREPARING = "preparing"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    CLOSED = "closed"


class ReviewAction(StrEnum):
    """What a reviewer may do with a waiting case."""

    APPROVE = "approve"
    ADJUST = "adjust"
    DENY = "deny"
    ASK = "ask"
    ESCALATE = "escalate"
    HOLD = "hold"
    """A chargeback's proved letter stays until a person releases it, also when the buffer before the date begins."""


class SignedLetter(Frozen):
    """The artifacts a person signed: what is submitted is these bytes, with the proof kept of that letter."""

    composed_sha256: str
    """The composed letter they are, or are a wording of; another one written meanwhile refuses the review."""
    letter_sha256: str
    packet_sha256: str


class Review(Frozen):
    """A reviewer's decision."""

    by: Annotated[str, Field(min_length=1, max_length=100)]
    action: ReviewAction
    resolution: Resolution | None = None
    """For `adjust`: another resolution; the proposed one when left out."""
    amount: Money | None = None
    """For `adjust`."""
    note: Annotated[str, Field(max_length=2000)] = ""
    question: Annotated[str, Field(max_length=2000)] = ""
    """For `ask`: what the buyer (or, in a chargeback, the merchant) is asked."""
    account: Annotated[str, Field(max_length=100)] = ""
    """The account of whoever decides; empty from a door that knows names only."""
    proposed_by: Annotated[str, Field(max_length=100)] = ""
    """Who proposed what is confirmed or decided otherwise here, when the amount took two people."""
    decision_id: str | None = None
    """The decision the person saw; another one in force refuses the review. None from a door that shows none."""
    signed: SignedLetter | None = None
    """For `approve` in a chargeback: the very letter and packet that were signed; the composed ones when left out."""


class Undo(Frozen):
    """A person takes back what they have just decided."""

    by: Annotated[str, Field(min_length=1, max_length=100)]
    account: Annotated[str, Field(max_length=100)] = ""


class FactCorrection(Frozen):
    """A fact a person supplies or corrects; the case is decided anew."""

    by: Annotated[str, Field(min_length=1, max_length=100)]
    name: FactName
    value: FactValue
    note: Annotated[str, Field(min_length=1, max_length=2000)]

    @model_validator(mode="after")
    def _of_the_facts_type(self) -> Self:
        # Said at the door, to whoever writes it, and not by the step that would keep it.
        checked_value(self.name, self.value)
        return self


class BuyerMove(StrEnum):
    """What a buyer may do."""

    SAY = "say"
    ACCEPT = "accept"
    REFUSE = "refuse"
    COUNTER = "counter"


class BuyerMessage(Frozen):
    """A buyer's answer. The text itself is stored as evidence before the workflow hears of it."""

    move: BuyerMove
    message_id: str
    amount: Money | None = None
    """For `counter`: what the buyer asks for."""


class EvidenceAdded(Frozen):
    """New evidence is in the records; `digest` is that of the addition."""

    digest: str
    by: str


class ReturnReceived(Frozen):
    """The goods came back."""

    by: Annotated[str, Field(min_length=1, max_length=100)]
    note: Annotated[str, Field(max_length=2000)] = ""


class OutcomeNews(Frozen):
    """The processor said something about the dispute; the workflow asks it what holds now."""

    event_id: str


class Answered(Frozen):
    """What every Update answers: where the case stands now."""

    stage: Stage
    detail: str = ""


class CaseView(Frozen):
    """What a case shows to the doors, without personal data."""

    case_id: str
    kind: CaseKind
    stage: Stage
    detail: str
    decision_id: str | None = None
    resolution: Resolution | None = None
    stance: Stance | None = None
    amount: Money | None = None
    paid: Money | None = None
    due: AwareDatetime | None = None
    """When the stage's clock runs out."""
    respond_by: AwareDatetime | None = None
    """A dispute's date at the processor, in the cycle the case is in."""
    causes: tuple[WaitCause, ...] = ()
    """What happened to the case that brings a person."""
    unsigned_at: AwareDatetime | None = None
    """When a proved, composed letter goes out without a signature; None when it does not."""
    allowed: tuple[str, ...] = ()
    """What may be done now, as the validators see it."""
    result: str | None = None
    rung: Rung | None = None
    """What stands before the buyer now: the offer to answer, or what a return gives back."""


class Readings(CaseRef):
    """What the reading graph found, with readers that disagreed in plain words."""

    claim: Reading
    photos: Reading
    journey: Reading
    doubts: tuple[str, ...] = ()


class DecideCase(CaseRef):
    """Decide, or decide anew, as of a moment; None means as of the newest evidence."""

    as_of: AwareDatetime | None = None


class Decided(Frozen):
    """A recorded refund decision, as far as the workflow needs it: what was offered cannot change with a release."""

    decision_id: str
    resolution: Resolution
    amount: Money
    ladder: tuple[Rung, ...]
    route: Route
    review_because: tuple[str, ...]
    question: str | None
    policy_version: str
    policy_sla_hours: Hours
    reminder_days: Days
    open_days: Days
    return_days: Days = 30
    poll_hours: Hours = 1
    undo_seconds: float = 0
    """How long a person's decision can be taken back; 0 in cases that were decided before there was an undo."""


class PersonDecides(CaseRef):
    """A reviewer's own decision on top of a proposal."""

    base_decision_id: str
    by: str
    resolution: Resolution
    amount: Money
    note: str
    account: str = ""
    proposed_by: str = ""


class PersonTakesStance(CaseRef):
    """A reviewer fights or concedes, on top of a proposal."""

    base_decision_id: str
    by: str
    stance: Stance
    note: str
    account: str = ""
    proposed_by: str = ""


class Say(CaseRef):
    """Compose and send one message to the buyer. `what` names the message kind, `key` makes it unique."""

    what: str
    key: str
    decision_id: str | None = None
    rung: int = 0
    question: str = ""
    amount: Money | None = None
    closes_at: AwareDatetime | None = None


class PayRefund(CaseRef):
    """Pay once. The key is derived from case and decision, never from an attempt."""

    decision_id: str
    amount: Money
    key: str


class PaymentState(StrEnum):
    """What became of a payment."""

    PAID = "paid"
    PENDING = "pending"
    FAILED = "failed"
    BLOCKED = "blocked"


class PaymentResult(Frozen):
    """The outcome of paying or of asking again."""

    state: PaymentState
    reference: str | None = None
    why: str = ""


class StageChange(CaseRef):
    """Write the stage into the records, where queues and people see it."""

    stage: Stage
    detail: str = ""
    actor: str = "amends"
    causes: tuple[WaitCause, ...] = ()
    """Where the case waits for a person: what happened to it that brings one; the decision's own doubts aside."""
    due: AwareDatetime | None = None
    """The stage's own clock."""
    respond_by: AwareDatetime | None = None
    """The processor's date, as the processor tells it in this cycle."""


class Close(CaseRef):
    """End a case: outcome to the records, and to the precedents when a person decided it."""

    outcome: str
    amount: Money | None
    decision_id: str | None
    taught_by_person: bool = False
    accepted: bool | None = None
    answered: bool = False
    """Whether a chargeback had been answered when it ended."""


class LinkPayment(CaseRef):
    """Make the ledger agree with the processor about the disputed payment."""


class Linked(Frozen):
    """What the processor says about the dispute now."""

    respond_by: AwareDatetime
    send_by: AwareDatetime | None = None
    """When the answer goes out at the latest, if days off move it before the buffer's own beginning."""
    state: str
    stage: str = "chargeback"
    """The cycle, a value of `DisputeStage`."""
    submission_count: int
    """Answers that were sent before, in earlier cycles or by hand."""
    credited: Money
    recovered: Money | None = None


class DefenceDecided(Frozen):
    """A recorded defence decision."""

    decision_id: str
    stance: Stance
    contested: Money
    route: Route
    review_because: tuple[str, ...]
    question: str | None
    buffer_hours: Hours
    notice_hours: float = 0
    """How long a concession is announced before it is made."""
    undo_seconds: float = 0
    """How long a person's decision can be taken back; 0 in cases that were decided before there was an undo."""


class LetterWritten(Frozen):
    """A composed, verified and rendered packet in the records."""

    letter_sha256: str
    packet_sha256: str
    proof_sha256: str
    proved: bool
    problems: tuple[str, ...] = ()
    pages: int
    attacks: tuple[str, ...] = ()
    """What an issuer's analyst could decide the packet on against the merchant: fatal findings only."""


class WriteLetter(CaseRef):
    """Compose, verify and render the packet of a decision."""

    decision_id: str
    dated: AwareDatetime


class Submit(CaseRef):
    """Stage and submit a packet, exactly once."""

    packet_sha256: str
    letter_sha256: str
    """The letter the packet was rendered from; its sentences fill the processor's own fields."""
    key: str
    signed_by: str | None
    """Who approved; None when the proved, composed letter went out at the buffer."""
    answered_before: int = 0
    """Answers the processor had when this cycle began: one more than these means that this one has arrived."""


class SubmissionState(StrEnum):
    """What became of a submission."""

    SUBMITTED = "submitted"
    REFUSED = "refused"


class SubmissionResult(Frozen):
    """The outcome of submitting."""

    state: SubmissionState
    why: str = ""


class Concede(CaseRef):
    """Accept the chargeback at the processor."""

    key: str


class DisputeStanding(Frozen):
    """The dispute as the processor tells it now."""

    state: str
    amount: Money
    stage: str = "chargeback"
    recovered: Money | None = None
    """What came back to the merchant, told apart from won and lost."""
