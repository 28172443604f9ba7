"""Which earlier purchases may speak for a cardholder at all, whatever programme they are shown under."""

from enum import StrEnum

from knowledge.case import CaseBundle, Order, PriorTransaction
from knowledge.rules.liability.identifiers import Identifier, identifiers_of

_CONNECTION = (Identifier.IP, Identifier.DEVICE_ID, Identifier.FINGERPRINT)


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


REPEAT_WITHIN_DAYS = 7
"""How far apart two charges may lie and still be taken for each other. Our own choice; no network names a number."""


def linked_purchases(bundle: CaseBundle) -> tuple[PriorTransaction, ...]:
    """Sound earlier purchases made from the IP address or the device of the disputed one, of whatever age.

    Ordinary compelling evidence, as networks other than Visa and Visa's own list for digital goods take it.
    """
    order = bundle.order
    ours = identifiers_of(order.device, None, None)
    found: list[PriorTransaction] = []
    for prior in bundle.chargeback.prior_transactions if bundle.chargeback is not None else ():
        theirs = identifiers_of(prior.device, None, None)
        if why_unsound(prior, order) is None and any(theirs.get(name) == ours.get(name, "") for name in _CONNECTION):
            found.append(prior)
    return tuple(found)


def charges_taken_for_repeats(bundle: CaseBundle) -> tuple[PriorTransaction, ...]:
    """Other charges of the very amount and of about the same day: those a dispute of a duplicate can mean.

    Calendar days in UTC. Whether they were disputed or refunded since does not matter here: they are shown to be
    other orders, not good ones.
    """
    payment = bundle.order.payment
    return tuple(
        prior
        for prior in (bundle.chargeback.prior_transactions if bundle.chargeback is not None else ())
        if prior.processor_reference != payment.processor_reference
        and prior.amount == payment.captured
        and abs((prior.at.date() - payment.captured_at.date()).days) <= REPEAT_WITHIN_DAYS
    )
