"""What a refund decision may rest on, and what a rule answers."""

from datetime import datetime

from knowledge.base import Frozen
from knowledge.decision import Assessment, Reason, Resolution, Rung
from knowledge.facts import Citation, Fact, FactName
from knowledge.judgement.assess import counts_as_lost, overdue_days
from knowledge.judgement.fair_value import FairValue
from knowledge.judgement.places import delivered_elsewhere
from knowledge.money import Money
from knowledge.precedent import RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.entitlements import Entitlement, EntitlementFacts, entitlement
from knowledge.rules.policy import MerchantPolicy


class RefundQuestion(Frozen):
    """Everything the decision may rest on. Two equal questions get equal decisions."""

    assessment: Assessment
    policy: MerchantPolicy
    precedents: tuple[RecalledPrecedent, ...] = ()
    as_of: datetime
    doubts: tuple[str, ...] = ()
    """Reasons for a person to look from outside the facts: readers that disagree, a dispute on the payment."""


class CaseFacts:
    """The question with its facts by name, so that rules read like rules."""

    def __init__(self, question: RefundQuestion) -> None:
        self.policy = question.policy
        self.precedents = question.precedents
        self.as_of = question.as_of
        self.assessment = question.assessment
        self.facts: dict[FactName, Fact] = {}
        for fact in question.assessment.facts:
            self.facts.setdefault(fact.name, fact)
        self.reason = self.facts[FactName.CLAIM_REASON].reason()
        self.paid = self.facts[FactName.ORDER_PAID].money()
        self.items = self.facts[FactName.ORDER_ITEMS_PRICE].money()
        self.shipping = self._money(FactName.ORDER_SHIPPING_PAID)
        zero = Money.zero(self.paid.currency)
        self.remaining = max(self.paid - self._money(FactName.ORDER_REFUNDED), zero)
        self.market = self._text(FactName.ORDER_DESTINATION)
        self.digital = FactName.ORDER_DIGITAL in self.facts and self.facts[FactName.ORDER_DIGITAL].value is True
        delivered = self.facts.get(FactName.ROUTE_DELIVERED_AT)
        self.delivered_at = delivered.time() if delivered else None

    def _money(self, name: FactName) -> Money:
        fact = self.facts.get(name)
        return fact.money() if fact else Money.zero(self.paid.currency)

    def _text(self, name: FactName) -> str:
        fact = self.facts.get(name)
        return fact.text() if fact else ""

    def cite(self, *names: FactName) -> tuple[Citation, ...]:
        """Citations of those facts that are there, in that order."""
        return tuple(self.facts[name].citation for name in names if name in self.facts)

    def severity(self) -> tuple[Severity, FactName] | None:
        """The harm and the fact it comes from: the photo's grade before the buyer's words.

        A counterfeit, however neat, is not the thing that was sold, so no wording makes its harm less than whole.
        """
        if self.reason is DisputeReason.COUNTERFEIT:
            return Severity.SEVERE, FactName.CLAIM_REASON
        for name in (FactName.PHOTO_DAMAGE, FactName.CLAIM_SEVERITY):
            if name in self.facts:
                return self.facts[name].severity(), name
        return None

    def whole(self) -> Money:
        """The claimed goods and their delivery, at most what is left; the rest of the order stays sold."""
        return self.capped(self.items + self.shipping)

    def without_money(
        self, resolution: Resolution, reason: Reason, *, corroborated: bool, question: str | None = None
    ) -> "Draft":
        """A denial or a question: one reason, and nothing to pay."""
        return Draft(
            resolution=resolution,
            amount=Money.zero(self.paid.currency),
            reasons=(reason,),
            question=question,
            corroborated=corroborated,
        )

    def capped(self, amount: Money) -> Money:
        """Never more than is left of what was paid."""
        return min(amount, self.remaining)

    def entitlement(self) -> Entitlement:
        """What the market's law guarantees for these facts."""
        days = (self.as_of - self.delivered_at).days if self.delivered_at else None
        arrived = True if self.delivered_at and not delivered_elsewhere(self.facts) else None
        if self.reason is DisputeReason.NOT_RECEIVED and counts_as_lost(self.facts, self.policy, self.as_of):
            arrived = False
        late = overdue_days(self.facts, self.as_of)
        if delivered_elsewhere(self.facts):
            late = 1
        return entitlement(
            EntitlementFacts(
                market=self.market,
                reason=self.reason,
                arrived=arrived,
                days_since_delivery=days,
                overdue_days=late,
                digital=self.digital,
            )
        )


class Draft(Frozen):
    """A resolution before routing."""

    resolution: Resolution
    amount: Money
    reasons: tuple[Reason, ...]
    alternatives: tuple[tuple[str, Money], ...] = ()
    fair: FairValue | None = None
    rungs: tuple[Rung, ...] = ()
    question: str | None = None
    corroborated: bool
    """True when something besides the buyer's word stands behind the claim."""
