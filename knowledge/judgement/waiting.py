"""A case that waits for a person: what the queue shows and sorts by. Typed values and codes only, no personal data."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.case import CaseKind
from knowledge.money import Money


class WaitCause(StrEnum):
    """Why a case waits for a person. The sentence that says more stays sealed on the case."""

    # What the decision itself leaves to a person.
    CONTRADICTION = "contradiction"
    UNSURE_CLAIM = "unsure_claim"
    INSTRUCTS = "instructs_its_reader"
    ALWAYS_REVIEWED = "always_reviewed"
    DENIAL = "denial"
    ABOVE_LIMIT = "above_the_automatic_limit"
    NO_RATE = "no_limit_in_the_currency"
    GAP = "evidence_missing"
    OTHER_DOUBT = "other_doubt"
    # What happened to the case.
    HANDED_UP = "handed_up"
    OVERDUE = "nobody_decided_in_time"
    HELD = "held"
    BUYER_SILENT = "buyer_did_not_answer"
    BUYER_REFUSED = "buyer_refused"
    BUYER_COUNTERED = "buyer_answered_otherwise"
    CONTESTED = "contested_by_the_buyer"
    NEW_EVIDENCE = "new_evidence"
    REFUND_FAILED = "refund_failed"
    TOO_OFTEN = "decided_anew_too_often"
    # Chargebacks alone.
    LETTER_TO_SIGN = "letter_to_sign"
    LETTER_UNPROVED = "letter_not_proved"
    LETTER_ATTACKED = "letter_open_to_attack"
    MERCHANT_ASKED = "something_asked_of_the_merchant"
    LATER_CYCLE = "issuer_asks_again"
    NOT_SUBMITTED = "not_submitted"
    PROCESSOR_SILENT = "processor_does_not_answer"
    CONCESSION_ANNOUNCED = "concession_announced"


class CertaintyBand(StrEnum):
    """How far the machine stands behind its own proposal."""

    AUTOMATIC = "automatic"
    """It would have acted alone; something other than doubt brought the case here."""
    LOOK = "needs_a_look"
    ABSTAINED = "abstained"
    """It could not make up its mind: what it proposes is a beginning, not an answer."""


class QueueFlag(StrEnum):
    """What a person should know before opening the case; a flagged case is never decided together with others."""

    IMAGE_REUSE = "image_reuse"
    INSTRUCTS = "instructs_its_reader"
    CONTRADICTION = "contradiction"
    HIGH_VALUE = "high_value"
    FOUR_EYES = "four_eyes"
    APPEAL = "appeal"
    LETTER = "letter_to_sign"


WAITING_STAGES = ("escalated", "announced", "review")
"""The stages in which a case waits for a person; the values of `workflows.messages.Stage`."""

AT_PROCESSOR_STAGES = ("paying", "submitting")
"""The stages in which a processor was asked to act and has not answered; it is asked again until it does."""


class WaitingCase(Frozen):
    """One line of the queue."""

    case_id: str
    kind: CaseKind
    stage: str
    causes: tuple[WaitCause, ...]
    proposal: str
    """The proposed resolution or stance; empty before the first decision."""
    decision_id: str | None
    amount: Money | None
    """What the proposal pays, or contests."""
    fair_low: Money | None = None
    fair_high: Money | None = None
    """The fair interval around a refund's amount."""
    win_chance: float | None = Field(default=None, ge=0, le=1)
    """In a chargeback, of winning if it is fought."""
    stake: Money
    """The most the case can turn on."""
    worth_cents: int
    """The stake in euro cents by the policy's reference rates, for sorting and filters only."""
    respond_by: AwareDatetime | None = None
    """A chargeback's date at the processor."""
    house_due: AwareDatetime | None = None
    """The house's own date: the promised time, or when the answer goes out."""
    due: AwareDatetime
    """The next of the two that can still be met; the deadline the queue goes by."""
    band: CertaintyBand
    reason: str
    """The dispute reason, or the family of the reason code."""
    reason_code: str | None = None
    network: str | None = None
    carrier: str | None = None
    language: str | None = None
    destination: str
    flags: tuple[QueueFlag, ...] = ()
    policy_version: str
    chance_wrong: float = Field(ge=0, le=1)
    minutes: float = Field(gt=0)
    rank: float
    """The order of `knowledge.judgement.priority`: higher first."""
    opened_at: AwareDatetime
    order_id: str
    payment_reference: str
