"""A generator of closed cases, for the demonstration and for tests. Every case it makes is marked synthetic.

The world behind it: each reason and severity has a true fair share that people hit with some spread; buyers have a
hidden reservation share, drawn around the fair one, and accept an offer exactly when it reaches their reservation.
A tenth of the cases was decided by a machine, which must not teach fair value.
"""

from datetime import UTC, datetime, timedelta
from random import Random

from knowledge.decision import Resolution
from knowledge.money import Money
from knowledge.precedent import Answer, DecidedBy, Precedent
from knowledge.reasons import DisputeReason, Severity

_FAIR: dict[tuple[DisputeReason, Severity], float] = {
    (DisputeReason.DAMAGED, Severity.MINOR): 0.15,
    (DisputeReason.DAMAGED, Severity.MODERATE): 0.40,
    (DisputeReason.DAMAGED, Severity.SEVERE): 1.0,
    (DisputeReason.DEFECTIVE, Severity.MINOR): 0.15,
    (DisputeReason.DEFECTIVE, Severity.MODERATE): 0.45,
    (DisputeReason.DEFECTIVE, Severity.SEVERE): 1.0,
    (DisputeReason.NOT_AS_DESCRIBED, Severity.MINOR): 0.15,
    (DisputeReason.NOT_AS_DESCRIBED, Severity.MODERATE): 0.35,
    (DisputeReason.WRONG_ITEM, Severity.MODERATE): 0.50,
    (DisputeReason.WRONG_ITEM, Severity.SEVERE): 1.0,
    (DisputeReason.MISSING_PARTS, Severity.MINOR): 0.15,
    (DisputeReason.MISSING_PARTS, Severity.MODERATE): 0.35,
}
_SPREAD = 0.05
_RESERVATION_SPREAD = 0.12
_MACHINE_SHARE = 0.1
_GOODS = (
    ("lighting", "desk lamp"),
    ("kitchen", "teapot"),
    ("kitchen", "glass bowl"),
    ("fashion", "rain jacket"),
    ("electronics", "wireless headphones"),
    ("electronics", "power bank"),
    ("toys", "wooden train set"),
    ("furniture", "bar stool"),
    ("home", "picture frame"),
    ("beauty", "hair dryer"),
)
_TOLD: dict[DisputeReason, tuple[str, ...]] = {
    DisputeReason.DAMAGED: ("arrived broken", "a scratch on the front", "the corner was crushed", "came shattered"),
    DisputeReason.DEFECTIVE: ("does not turn on", "stopped working after days", "works only sometimes"),
    DisputeReason.NOT_AS_DESCRIBED: ("the colour differs from the photo", "thinner than described"),
    DisputeReason.WRONG_ITEM: ("another model was in the box", "received a different article"),
    DisputeReason.MISSING_PARTS: ("the screws were missing", "one of two was in the parcel"),
}
_MARKETS = ("DE", "FR", "ES", "IT", "GB", "US", "BR", "JP", "PL", "TR")
_NEWEST = datetime(2026, 10, 31, tzinfo=UTC)


def synthetic_history(count: int, seed: int = 1) -> list[Precedent]:
    """`count` closed cases of the last year; the same seed gives the same cases."""
    random = Random(seed)  # noqa: S311 -- a made-up world, not a secret
    kinds = list(_FAIR)
    return [_case(random, number, *kinds[random.randrange(len(kinds))]) for number in range(count)]


def _case(random: Random, number: int, reason: DisputeReason, severity: Severity) -> Precedent:
    category, article = _GOODS[random.randrange(len(_GOODS))]
    fair = _FAIR[reason, severity]
    share = 1.0 if fair == 1.0 else min(1.0, max(0.05, round(random.gauss(fair, _SPREAD), 2)))
    reservation = random.gauss(fair, _RESERVATION_SPREAD)
    whole = share == 1.0
    return Precedent(
        case_id=f"synthetic-{number:05d}",
        closed_at=_NEWEST - timedelta(days=random.randrange(365)),
        reason=reason,
        severity=severity,
        category=category,
        market=_MARKETS[random.randrange(len(_MARKETS))],
        items_price=Money(minor=random.randrange(900, 15000), currency="EUR"),
        resolution=Resolution.FULL_REFUND if whole else Resolution.PRICE_REDUCTION,
        share=share,
        decided_by=DecidedBy.MACHINE if random.random() < _MACHINE_SHARE else DecidedBy.PERSON,
        answer=Answer.ACCEPTED if whole or share >= reservation else Answer.REFUSED,
        text=f"{severity.value} harm, {article}: {random.choice(_TOLD[reason])}",
        synthetic=True,
    )
