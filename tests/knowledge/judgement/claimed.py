"""Facts of invented claims, and the questions made of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.decision import Assessment, Decision, Resolution
from knowledge.facts import Fact, FactMethod, FactName, OrderField, Reading, Standing
from knowledge.judgement.assess import assess
from knowledge.judgement.refund import RefundQuestion, decide_refund
from knowledge.money import Money
from knowledge.precedent import DecidedBy, Precedent, RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PROMISED = datetime(2026, 11, 1, tzinfo=UTC)


def fact(
    name: FactName,
    value: object,
    standing: Standing = Standing.ESTABLISHED,
    *,
    confidence: float = 0.9,
    method: FactMethod = FactMethod.RULE,
) -> Fact:
    return Fact.model_validate(
        {
            "name": name,
            "value": value,
            "confidence": confidence,
            "method": method,
            "standing": standing,
            "citation": OrderField(pointer=f"/{name.value}"),
            "reader": "test@1",
        }
    )


def by_name(*facts: Fact) -> dict[FactName, Fact]:
    return {one.name: one for one in facts}


def claim(reason: str, **how: Any) -> Fact:
    return fact(FactName.CLAIM_REASON, reason, Standing.CLAIMED, **how)


def harm(severity: str) -> Fact:
    return fact(FactName.CLAIM_SEVERITY, severity, Standing.CLAIMED)


def photo(severity: str, **how: Any) -> tuple[Fact, Fact]:
    """A photo whose damage was graded, by rule unless said otherwise."""
    return fact(FactName.PHOTO_COUNT, 1), fact(FactName.PHOTO_DAMAGE, severity, **how)


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def order(
    items: int = 4000,
    shipping: int = 500,
    *,
    paid: int | None = None,
    market: str = "DE",
    currency: str = "EUR",
    promised: datetime | None = PROMISED,
) -> list[Fact]:
    """The order's money and place; `paid` is more than goods and delivery when the claim is about some lines only."""

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    facts = [
        fact(FactName.ORDER_PAID, money(items + shipping if paid is None else paid)),
        fact(FactName.ORDER_ITEMS_PRICE, money(items)),
        fact(FactName.ORDER_SHIPPING_PAID, money(shipping)),
        fact(FactName.ORDER_DESTINATION, market),
    ]
    return facts if promised is None else [*facts, fact(FactName.ORDER_PROMISED_BY, promised)]


def route(status: str, **more: object) -> list[Fact]:
    """The carrier's record; `more` are further `route.*` facts by their last word."""
    return [
        fact(FactName.ROUTE_STATUS, status),
        *(fact(FactName(f"route.{name}"), value) for name, value in more.items()),
    ]


def delivered(days_ago: float, **more: object) -> list[Fact]:
    return route("delivered", delivered_at=NOW - timedelta(days=days_ago), **more)


def assessed(*facts: Fact, policy: MerchantPolicy = HOUSE_POLICY, as_of: datetime = NOW) -> Assessment:
    return assess(Reading(facts=facts), policy, as_of)


def question(
    *facts: Fact,
    policy: MerchantPolicy = HOUSE_POLICY,
    precedents: tuple[RecalledPrecedent, ...] = (),
    doubts: tuple[str, ...] = (),
) -> RefundQuestion:
    return RefundQuestion(
        assessment=assessed(*facts, policy=policy), policy=policy, precedents=precedents, as_of=NOW, doubts=doubts
    )


def decided(*facts: Fact, **how: Any) -> Decision:
    return decide_refund(question(*facts, **how))


def precedent(
    share: float,
    *,
    similarity: float = 1.0,
    reason: DisputeReason = DisputeReason.DAMAGED,
    severity: Severity | None = Severity.MINOR,
    decided_by: DecidedBy = DecidedBy.PERSON,
    case_id: str = "past-1",
    **change: Any,
) -> RecalledPrecedent:
    fields: dict[str, Any] = {
        "case_id": case_id,
        "closed_at": NOW - timedelta(days=40),
        "reason": reason,
        "severity": severity,
        "category": "lighting",
        "market": "DE",
        "items_price": euros(5000),
        "resolution": Resolution.PRICE_REDUCTION,
        "share": share,
        "decided_by": decided_by,
        "text": "a scratch on the front",
    }
    return RecalledPrecedent(precedent=Precedent.model_validate(fields | change), similarity=similarity)
