"""What is legal at a case's doors, and the words of every refusal: for the workflows' validators and for the desk."""

from collections.abc import Sequence

from knowledge.decision import Resolution
from knowledge.money import Money
from workflows.messages import (
    BuyerMessage,
    BuyerMove,
    Decided,
    LetterWritten,
    OpenCase,
    Review,
    ReviewAction,
    Stage,
    Undo,
)

_REFUND_REVIEWS = tuple(action.value for action in ReviewAction if action is not ReviewAction.HOLD)
_AGAINST_THE_BUYER = frozenset({"denied", "offer_lapsed", "not_returned"})
APPEALED = "appealed"
"""The event in a case's timeline that says so."""
MOST_APPEALS = 2
"""A person decides each; after that nothing but new words would come."""
_NO_MONEY = frozenset({Resolution.DENY, Resolution.ASK_EVIDENCE})


def legal_for_refund(stage: Stage) -> tuple[str, ...]:
    """What may be done with a refund case at this stage."""
    match stage:
        case Stage.REVIEW | Stage.ESCALATED:
            return (*_REFUND_REVIEWS, "amend-fact", "say")
        case Stage.OFFERED:
            return tuple(move.value for move in BuyerMove)
        case Stage.DECIDED:
            return ("undo",)
        case Stage.ASKING:
            return ("say", "escalate")
        case Stage.RETURNING:
            return ("return-received", "say", "escalate")
        case _:
            return ()


def legal_for_chargeback(stage: Stage) -> tuple[str, ...]:
    """What may be done with a chargeback at this stage."""
    if stage in {Stage.REVIEW, Stage.ESCALATED}:
        return ("approve", "deny", "ask", "escalate", "hold", "amend-fact")
    if stage is Stage.ANNOUNCED:
        return ("approve", "deny", "escalate", "hold", "amend-fact")
    if stage is Stage.DECIDED:
        return ("undo",)
    return ()


def may_appeal(status: str, outcome: str | None, appeals: int) -> bool:
    """Whether a buyer may contest how their case ended, having done so `appeals` times before."""
    return status == Stage.CLOSED.value and outcome in _AGAINST_THE_BUYER and appeals < MOST_APPEALS


def refuse_unless(what: str, stage: Stage, legal: Sequence[str]) -> None:
    """ValueError that says where the case stands and what is legal now, unless `what` is."""
    if what not in legal:
        raise ValueError(f"the case is {stage.value}; legal now: {', '.join(legal) or 'nothing'}")


def refuse_second(review: Review | None) -> None:
    """ValueError when a reviewer has decided and the case has not moved on yet."""
    if review is not None:
        raise ValueError(f"the case has just been decided by {review.by}")


def refuse_superseded(review: Review, decision_id: str | None) -> None:
    """ValueError when the person saw another decision than the one in force."""
    if review.decision_id is not None and review.decision_id != decision_id:
        raise ValueError("decision_id: the case was decided anew since you saw it; look at it again, then decide")


def refuse_anothers(undo: Undo, review: Review | None) -> None:
    """ValueError unless whoever takes a decision back is who made it."""
    if review is None or (undo.account, undo.by) != (review.account, review.by):
        raise ValueError("by: only who has just decided can take it back")


def refuse_another_letter(review: Review, written: LetterWritten | None) -> None:
    """ValueError when the letter a review signs is not the one the case has now, or is signed by another action."""
    if review.signed is None:
        return
    if review.action is not ReviewAction.APPROVE:
        raise ValueError(f"signed: a letter is signed by approving, not by {review.action.value}; leave it out")
    if written is None or not written.letter_sha256 or review.signed.composed_sha256 != written.letter_sha256:
        raise ValueError("signed: the letter was written anew meanwhile; load it again, and sign what it says now")


def as_signed(written: LetterWritten, review: Review | None) -> LetterWritten:
    """What is submitted: the artifacts the review signed, or what was written when it signed none."""
    if review is None or review.signed is None:
        return written
    chosen = {"letter_sha256": review.signed.letter_sha256, "packet_sha256": review.signed.packet_sha256}
    return written.model_copy(update=chosen)


def refuse_incomplete(review: Review, case: OpenCase, decided: Decided | None) -> None:
    """ValueError that names the field in which a refund's review says too little, or what cannot be done."""
    if review.action is ReviewAction.ADJUST and review.amount is None:
        raise ValueError("amount: missing; an adjustment needs the amount to offer")
    if review.amount is not None:
        _refuse_amount(review.amount, case.currency, "write what the buyer is to get, or deny the claim")
        if case.captured is not None and review.amount > case.captured:
            raise ValueError(f"amount: is {review.amount}; only {case.captured} was paid")
    if review.resolution is not None and review.resolution in _NO_MONEY:
        raise ValueError(f"resolution: {review.resolution.value} gives nothing back; use deny or ask")
    if review.action is ReviewAction.ASK and not review.question:
        raise ValueError("question: missing; say what the buyer is asked")
    empty = decided is not None and decided.resolution not in _NO_MONEY and decided.amount.minor == 0
    if review.action is ReviewAction.APPROVE and empty:
        raise ValueError("amount: the proposal gives nothing back; adjust it, or deny the claim")


def refuse_answer(message: BuyerMessage, currency: str) -> None:
    """ValueError that names the field in which a buyer's answer says too little, or what cannot be meant."""
    if message.move is BuyerMove.COUNTER and message.amount is None:
        raise ValueError("amount: missing; a counter-offer names an amount")
    if message.amount is not None:
        _refuse_amount(message.amount, currency, "write what the buyer asks for")


def _refuse_amount(amount: Money, currency: str, mend: str) -> None:
    if amount.currency != currency:
        raise ValueError(f"amount: is in {amount.currency}; the order was paid in {currency}")
    if amount.minor <= 0:
        raise ValueError(f"amount: is {amount}; {mend}")
