"""What a reviewer's decision on a refund comes to."""

from knowledge.decision import Resolution
from knowledge.money import Money
from workflows.messages import Decided, Review, ReviewAction


def decided_by(review: Review, proposed: Decided) -> tuple[Resolution, Money]:
    """The resolution and the amount the reviewer decides on, built on the proposal."""
    nothing = Money.zero(proposed.amount.currency)
    match review.action:
        case ReviewAction.ADJUST:
            resolution = review.resolution or proposed.resolution
            if resolution in {Resolution.DENY, Resolution.ASK_EVIDENCE}:
                resolution = review.resolution or Resolution.PRICE_REDUCTION
            return resolution, review.amount or proposed.amount
        case ReviewAction.DENY:
            return Resolution.DENY, nothing
        case ReviewAction.ASK:
            return Resolution.ASK_EVIDENCE, nothing
        case _:
            return review.resolution or proposed.resolution, proposed.amount


def escalation(review: Review) -> str:
    """Why the case was handed up, in words."""
    return f"escalated by {review.by}" + (f": {review.note}" if review.note else "")
