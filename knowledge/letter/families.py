"""What answers each family of reasons: grounds in order of force, and the points a letter goes through."""

from knowledge.base import Frozen
from knowledge.decision import FactName
from knowledge.facts import Fact
from knowledge.letter.claims import ExhibitKind
from knowledge.reasons import ChargebackFamily, DisputeReason


class Point(Frozen):
    """One section: its title, the statements it may hold in order, and the exhibits they need."""

    title: str
    keys: tuple[str, ...]
    exhibits: frozenset[ExhibitKind] = frozenset()


_TRACKING = frozenset({ExhibitKind.TRACKING, ExhibitKind.DOCUMENT, ExhibitKind.PHOTO})

POINTS: dict[str, Point] = {
    "dispute": Point(title="What the dispute states", keys=("disputed", "reason")),
    "sale": Point(
        title="The order and the payment",
        keys=("ordered", "paid", "same_total", "authorization", "invoice"),
        exhibits=frozenset({ExhibitKind.DOCUMENT}),
    ),
    "authentication": Point(title="Authentication of the payment", keys=("three_d_secure", "avs", "cvc", "bill_to")),
    "link": Point(
        title="Link with earlier transactions",
        keys=("same_device", "same_address", "prior"),
        exhibits=frozenset({ExhibitKind.PRIOR_TRANSACTIONS}),
    ),
    "separate": Point(
        title="Two transactions", keys=("separate",), exhibits=frozenset({ExhibitKind.PRIOR_TRANSACTIONS})
    ),
    "delivery": Point(
        title="Dispatch and delivery",
        keys=(
            "shipped",
            "delivered",
            "place",
            "mode",
            "signed",
            "status",
            "carrier_document",
            "customs_document",
            "photo_carrier",
        ),
        exhibits=_TRACKING,
    ),
    "listing": Point(
        title="The goods as listed",
        keys=("listed", "attribute", "listing_document", "quality_check", "photo_merchant", "photo_buyer"),
        exhibits=frozenset({ExhibitKind.LISTING, ExhibitKind.DOCUMENT, ExhibitKind.PHOTO}),
    ),
    "contact": Point(
        title="Correspondence",
        keys=("buyer_wrote", "buyer_wrote_after", "merchant_wrote"),
        exhibits=frozenset({ExhibitKind.CORRESPONDENCE}),
    ),
    "remedy": Point(title="Offers, credits and balance", keys=("offered", "accepted", "credited", "balance")),
    "return": Point(title="Return", keys=("no_return",), exhibits=frozenset({ExhibitKind.TRACKING})),
    "policy": Point(
        title="Policies shown at checkout",
        keys=(
            "policy_returns",
            "policy_refunds",
            "policy_cancellation",
            "policy_terms",
            "policy_shipping",
            "policy_document",
        ),
        exhibits=frozenset({ExhibitKind.POLICY, ExhibitKind.DOCUMENT}),
    ),
    "use": Point(title="Use", keys=("access_log",), exhibits=frozenset({ExhibitKind.DOCUMENT})),
}
SECTION_TITLES = frozenset(point.title for point in POINTS.values())

ALWAYS = frozenset({ExhibitKind.NOTICE, ExhibitKind.ORDER, ExhibitKind.PAYMENT, ExhibitKind.REFUNDS})
"""Exhibits every letter shows: what is disputed, what was sold, what was paid, what was given back."""

MOST_GROUNDS = 4

_F = ChargebackFamily
GROUNDS: dict[ChargebackFamily, tuple[str, ...]] = {
    _F.FRAUD: (
        "three_d_secure",
        "same_device",
        "same_address",
        "prior",
        "place",
        "delivered",
        "avs",
        "cvc",
        "bill_to",
        "access_log",
    ),
    _F.NOT_RECEIVED: ("delivered", "place", "signed", "carrier_document", "access_log", "status"),
    _F.NOT_AS_DESCRIBED: (
        "accepted",
        "credited",
        "offered",
        "quality_check",
        "listed",
        "delivered",
        "merchant_wrote",
        "no_return",
    ),
    _F.CREDIT_NOT_PROCESSED: ("credited", "accepted", "offered", "policy_refunds", "policy_returns", "no_return"),
    _F.CANCELLED: (
        "credited",
        "shipped",
        "delivered",
        "policy_cancellation",
        "policy_terms",
        "policy_returns",
        "no_return",
    ),
    _F.DUPLICATE: ("separate", "credited", "ordered", "delivered"),
    _F.PAID_BY_OTHER_MEANS: ("same_total", "paid", "credited"),
    _F.WRONG_AMOUNT: ("same_total", "credited", "invoice", "policy_terms"),
    _F.RECURRING: ("policy_terms", "policy_cancellation", "access_log", "prior", "credited"),
    _F.AUTHORIZATION: ("authorization", "three_d_secure", "avs", "cvc", "credited"),
    _F.PROCESSING_ERROR: ("authorization", "same_total", "delivered", "credited"),
}
_POINTS_OF: dict[ChargebackFamily, tuple[str, ...]] = {
    _F.FRAUD: ("authentication", "link", "delivery", "contact", "use", "sale"),
    _F.NOT_RECEIVED: ("delivery", "contact", "use", "sale"),
    _F.NOT_AS_DESCRIBED: ("listing", "delivery", "contact", "return", "policy", "sale"),
    _F.CREDIT_NOT_PROCESSED: ("return", "policy", "delivery", "contact", "sale"),
    _F.CANCELLED: ("delivery", "policy", "contact", "return", "sale"),
    _F.DUPLICATE: ("separate", "delivery", "sale"),
    _F.PAID_BY_OTHER_MEANS: ("sale", "delivery"),
    _F.WRONG_AMOUNT: ("sale", "policy"),
    _F.RECURRING: ("policy", "use", "link", "contact", "sale"),
    _F.AUTHORIZATION: ("sale", "authentication"),
    _F.PROCESSING_ERROR: ("sale", "authentication", "delivery"),
}
# What money went back answers these two first; elsewhere it is shown last.
_REMEDY_FIRST = frozenset({_F.CREDIT_NOT_PROCESSED, _F.NOT_AS_DESCRIBED})

_POINTS_OF_REASON: dict[DisputeReason, tuple[str, ...]] = {
    DisputeReason.NOT_RECEIVED: ("delivery",),
    DisputeReason.LATE_DELIVERY: ("delivery",),
    DisputeReason.DAMAGED: ("listing", "delivery"),
    DisputeReason.DEFECTIVE: ("listing",),
    DisputeReason.NOT_AS_DESCRIBED: ("listing",),
    DisputeReason.COUNTERFEIT: ("listing",),
    DisputeReason.WRONG_ITEM: ("listing",),
    DisputeReason.MISSING_PARTS: ("listing", "delivery"),
    DisputeReason.SIZE_FIT: ("listing",),
    DisputeReason.UNAUTHORIZED: ("authentication", "link"),
    DisputeReason.DUPLICATE_CHARGE: ("separate",),
    DisputeReason.REFUND_NOT_PROCESSED: ("return", "policy"),
    DisputeReason.CHANGED_MIND: ("policy",),
}


def points_of(family: ChargebackFamily, facts: tuple[Fact, ...]) -> tuple[Point, ...]:
    """The points of a letter: those of the reason code, then those the buyer also raised, each once."""
    told = [fact.reason() for fact in facts if fact.name in {FactName.CLAIM_REASON, FactName.CLAIM_SECOND_REASON}]
    raised = [name for reason in told for name in _POINTS_OF_REASON.get(reason, ())]
    own = _POINTS_OF[family]
    body = ("remedy", *own) if family in _REMEDY_FIRST else own
    names = ("dispute", *body[:-1], *raised, *body[-1:], "remedy")
    return tuple(POINTS[name] for name in dict.fromkeys(names))
