"""Which earlier purchases may speak for a cardholder at all, whatever programme they are shown under."""

from enum import StrEnum

from knowledge.case import Order, PriorTransaction


class Unsound(StrEnum):
    """Why an earlier purchase can prove nothing about the one in dispute."""

    THE_DISPUTED_CHARGE = "the_disputed_charge"
    NOT_EARLIER = "not_earlier"
    ZERO_AMOUNT = "zero_amount"
    """A validation of the card, not a purchase."""
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    """For whatever cause: our records do not say which, and a refund for cause never counts."""
    FRAUD_REPORTED = "fraud_reported"
    """The issuer reported fraud on it (Visa TC40, Mastercard SAFE)."""


def why_unsound(prior: PriorTransaction, order: Order) -> Unsound | None:
    """Why `prior` may not be held against a dispute of `order`'s payment; None when it may.

    Source: Visa Compelling Evidence 3.0 Merchant Readiness, March 2023 (settled, paid, undisputed, no active fraud
    report, no zero-amount validation), which other networks' ordinary evidence follows in spirit.
    """
    payment = order.payment
    for reason, holds in (
        (Unsound.THE_DISPUTED_CHARGE, prior.processor_reference.strip() == payment.processor_reference),
        (Unsound.NOT_EARLIER, prior.at >= payment.captured_at),
        (Unsound.ZERO_AMOUNT, prior.amount.minor <= 0),
        (Unsound.DISPUTED, prior.disputed),
        (Unsound.REFUNDED, prior.refunded),
        (Unsound.FRAUD_REPORTED, prior.fraud_reported),
    ):
        if holds:
            return reason
    return None
