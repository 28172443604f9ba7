"""The refund decision: a pure function of assessment, policy, precedents and moment."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from knowledge.base import Frozen
from knowledge.decision import (
    Assessment,
    Decision,
    PrecedentCited,
    Reason,
    Resolution,
    Route,
    Rung,
)
from knowledge.facts import Citation, Fact, FactMethod, FactName, Standing
from knowledge.judgement.assess import (
    FAULT_ON_ARRIVAL,
    counts_as_lost,
    delivered_elsewhere,
    light_parcel,
    overdue_days,
)
from knowledge.judgement.costs import Costs, weigh
from knowledge.judgement.fair_value import FairValue, fair_value
from knowledge.money import Money
from knowledge.precedent import RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.entitlements import Entitlement, EntitlementFacts, Guarantee, entitlement
from knowledge.rules.policy import MerchantPolicy

RULE_VERSION = "refund@1"
ADVERSE = frozenset({Resolution.DENY})
"""Automatic denial is off: a person always stands behind an adverse decision."""


_BORNE_OUT = frozenset({"not_received.lost", "late.days"})
"""Rules under which the carrier's own record says what the buyer says: a vague complaint is still a clear case."""
_HARM = {Severity.NONE: "No", Severity.MINOR: "Minor", Severity.MODERATE: "Moderate", Severity.SEVERE: "Severe"}


class RefundQuestion(Frozen):
    """Everything the decision may rest on. Two equal questions get equal decisions."""

    assessment: Assessment
    policy: MerchantPolicy
    precedents: tuple[RecalledPrecedent, ...] = ()
    as_of: datetime
    doubts: tuple[str, ...] = ()
    """Reasons for a person to look from outside the facts: readers that disagree, a dispute on the payment."""


class _Draft(Frozen):
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


class _Case:
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
        self.remaining = self.paid - self._money(FactName.ORDER_REFUNDED)
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
        """The harm and the fact it comes from: the photo's grade before the buyer's words."""
        for name in (FactName.PHOTO_DAMAGE, FactName.CLAIM_SEVERITY):
            if name in self.facts:
                return self.facts[name].severity(), name
        return None

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


def decide_refund(question: RefundQuestion) -> Decision:
    """Decide a refund case: entitlement first, then fair value, then the resolution of least expected cost.

    Raises KeyError when the claim's reason or the order's money is not among the facts; callers ask a
    person before they ask this function.
    """
    case = _Case(question)
    guarantee = case.entitlement()
    draft = _draft(case, guarantee)
    floor = _floor(case, guarantee, draft)
    amount = case.capped(max(draft.amount, floor)) if draft.amount.minor or floor.minor else draft.amount
    low, high = _fair_interval(case, draft, amount)
    because = _review_because(case, question, draft, amount)
    return Decision(
        resolution=draft.resolution,
        amount=amount,
        floor=case.capped(floor),
        fair_low=low,
        fair_high=high,
        ladder=_ladder(draft, amount),
        route=Route.REVIEW if because else Route.AUTOMATIC,
        review_because=tuple(because),
        reasons=(
            Reason(
                rule=guarantee.rule,
                text=guarantee.text,
                source=guarantee.source,
                citations=case.cite(FactName.ORDER_DESTINATION),
            ),
            *draft.reasons,
            *_already_refunded(case),
        ),
        question=draft.question,
        alternatives=draft.alternatives,
        precedents=_cited(draft.fair, case),
        policy_version=case.policy.version,
        rule_version=RULE_VERSION,
    )


def _draft(case: _Case, guarantee: Entitlement) -> _Draft:
    match case.reason:
        case DisputeReason.NOT_RECEIVED:
            return _not_received(case)
        case DisputeReason.LATE_DELIVERY:
            return _late(case)
        case DisputeReason.CHANGED_MIND | DisputeReason.SIZE_FIT:
            return _unwanted(case, guarantee)
        case reason if reason in FAULT_ON_ARRIVAL:
            return _faulty(case)
        case _:
            return _for_a_person(case)


def _not_received(case: _Case) -> _Draft:
    if FactName.ROUTE_STATUS not in case.facts:
        return _Draft(
            resolution=Resolution.FULL_REFUND,
            amount=case.remaining,
            reasons=(
                Reason(
                    rule="not_received.no_proof",
                    text="No carrier record shows a delivery, and the seller bears the risk until there is one.",
                    citations=case.cite(FactName.CLAIM_REASON),
                    source="burden of proof on the seller",
                ),
            ),
            corroborated=False,
        )
    if counts_as_lost(case.facts, case.policy, case.as_of):
        elsewhere = delivered_elsewhere(case.facts)
        shown = "a delivery at another place than the order's address" if elsewhere else "no delivery and no progress"
        return _Draft(
            resolution=Resolution.FULL_REFUND,
            amount=case.remaining,
            reasons=(
                Reason(
                    rule="not_received.lost",
                    text=f"The carrier's record shows {shown}; the parcel counts as lost.",
                    citations=case.cite(
                        FactName.CLAIM_REASON,
                        FactName.ROUTE_STATUS,
                        FactName.ROUTE_LAST_SCAN_AT,
                        FactName.ROUTE_DELIVERY_PLACE,
                        FactName.ORDER_PROMISED_BY,
                    ),
                    source=f"policy {case.policy.version}: {case.policy.delivery_grace_days} days of grace, "
                    f"{case.policy.silent_route_days} days of silence",
                ),
            ),
            corroborated=True,
        )
    if case.delivered_at is not None:
        return _Draft(
            resolution=Resolution.DENY,
            amount=Money.zero(case.paid.currency),
            reasons=(
                Reason(
                    rule="not_received.delivered",
                    text=f"The carrier recorded a delivery at the destination on {case.delivered_at:%Y-%m-%d}.",
                    citations=case.cite(
                        FactName.CLAIM_REASON,
                        FactName.ROUTE_DELIVERED_AT,
                        FactName.ROUTE_DELIVERY_PLACE,
                        FactName.ROUTE_SIGNED_BY,
                    ),
                ),
            ),
            corroborated=True,
        )
    return _Draft(
        resolution=Resolution.ASK_EVIDENCE,
        amount=Money.zero(case.paid.currency),
        reasons=(
            Reason(
                rule="not_received.still_moving",
                text="The parcel is on its way and does not yet count as lost.",
                citations=case.cite(FactName.ROUTE_STATUS, FactName.ROUTE_LAST_SCAN_AT, FactName.ORDER_PROMISED_BY),
            ),
        ),
        question="still_waiting",
        corroborated=True,
    )


def _late(case: _Case) -> _Draft:
    promised = case.facts.get(FactName.ORDER_PROMISED_BY)
    late = (case.delivered_at - promised.time()).days if case.delivered_at and promised else None
    if late is None or late <= 0:
        return _Draft(
            resolution=Resolution.DENY,
            amount=Money.zero(case.paid.currency),
            reasons=(
                Reason(
                    rule="late.not_late",
                    text="The records do not show a delivery after the promised date.",
                    citations=case.cite(FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT, FactName.ORDER_PROMISED_BY),
                ),
            ),
            corroborated=False,
        )
    share = min(late * case.policy.late_day_share, case.policy.late_share_most)
    amount = case.capped(case.shipping + case.items.share(Fraction(str(round(share, 4)))))
    return _Draft(
        resolution=Resolution.PRICE_REDUCTION,
        amount=amount,
        reasons=(
            Reason(
                rule="late.days",
                text=f"Delivered {late} days after the promised date: the delivery charge of {case.shipping} and "
                f"{share:.0%} of {case.items}.",
                citations=case.cite(FactName.ROUTE_DELIVERED_AT, FactName.ORDER_PROMISED_BY, FactName.CLAIM_REASON),
                source=f"policy {case.policy.version}: {case.policy.late_day_share:.0%} a day, "
                f"at most {case.policy.late_share_most:.0%}",
            ),
        ),
        corroborated=True,
    )


def _unwanted(case: _Case, guarantee: Entitlement) -> _Draft:
    days = (case.as_of - case.delivered_at).days if case.delivered_at else None
    in_window = days is None or days <= case.policy.return_window_days
    lawful = guarantee.guarantee is Guarantee.WITHDRAW
    if not lawful and (case.digital or not in_window):
        return _Draft(
            resolution=Resolution.DENY,
            amount=Money.zero(case.paid.currency),
            reasons=(
                Reason(
                    rule="unwanted.too_late",
                    text="Neither the law nor the return policy gives a right to return these goods now.",
                    citations=case.cite(FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT),
                    source=f"policy {case.policy.version}: {case.policy.return_window_days} days",
                ),
            ),
            corroborated=True,
        )
    amount = case.capped(case.items + case.shipping if lawful else case.items)
    return _Draft(
        resolution=Resolution.RETURN_AND_REFUND,
        amount=amount,
        reasons=(
            Reason(
                rule="unwanted.return",
                text=f"The goods can be sent back for {amount}.",
                citations=case.cite(FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT, FactName.ORDER_ITEMS_PRICE),
                source=guarantee.source if lawful else f"policy {case.policy.version}",
            ),
        ),
        corroborated=True,
    )


def _faulty(case: _Case) -> _Draft:
    harm = case.severity()
    if harm is None:
        return _for_a_person(case)
    severity, told_by = harm
    if case.reason is DisputeReason.DAMAGED and not _has_photo(case) and FactName.ROUTE_DAMAGE_SCAN not in case.facts:
        return _Draft(
            resolution=Resolution.ASK_EVIDENCE,
            amount=Money.zero(case.paid.currency),
            reasons=(
                Reason(
                    rule="fault.no_photo",
                    text="Nothing but words shows the damage; one photo would decide the case.",
                    citations=case.cite(FactName.CLAIM_REASON, FactName.PHOTO_COUNT),
                ),
            ),
            question="photo_of_damage",
            corroborated=False,
        )
    fair = fair_value(case.reason, severity, case.precedents, case.policy)
    costs = Costs.of(case.policy, case.paid.currency, case.facts, severity)
    weighed = weigh(fair, costs, items=case.items, shipping=case.shipping, severity=severity)
    amount = case.capped(weighed.amount)
    share_text = f"{fair.usual:.0%}" if weighed.resolution is Resolution.PRICE_REDUCTION else "the whole"
    fair_reason = Reason(
        rule="fair_value",
        text=f"{_HARM[severity]} harm: people gave back {fair.low:.0%} to {fair.high:.0%} of the price, "
        f"usually {fair.usual:.0%} ({len(fair.rests_on)} similar cases beside the policy's band).",
        citations=case.cite(told_by, FactName.ORDER_ITEMS_PRICE),
        source=f"policy {case.policy.version} and precedents "
        + ", ".join(item.precedent.case_id for item in fair.rests_on[:3]),
    )
    cost_reason = Reason(
        rule="least_cost",
        text=f"{share_text} of {case.items}, resolved as {weighed.resolution.value.replace('_', ' ')}: "
        + "; ".join(f"{name} would cost {cost}" for name, cost in weighed.alternatives),
        citations=case.cite(FactName.ORDER_COST, FactName.ORDER_WEIGHT_G),
        source=f"policy {case.policy.version} operating costs",
    )
    return _Draft(
        resolution=weighed.resolution,
        amount=amount,
        reasons=(fair_reason, cost_reason),
        alternatives=weighed.alternatives,
        fair=fair,
        rungs=_fallback(case, weighed.resolution),
        corroborated=_stands(case, told_by),
    )


def _has_photo(case: _Case) -> bool:
    count = case.facts.get(FactName.PHOTO_COUNT)
    return count is not None and int(str(count.value)) > 0


def _stands(case: _Case, told_by: FactName) -> bool:
    """True when the harm rests on more than the buyer's word."""
    if case.facts[told_by].method is FactMethod.PERSON or FactName.ROUTE_DAMAGE_SCAN in case.facts:
        return True
    if case.reason in {DisputeReason.MISSING_PARTS, DisputeReason.WRONG_ITEM} and light_parcel(case.facts):
        return True
    return told_by is FactName.PHOTO_DAMAGE and case.facts[told_by].standing is Standing.ESTABLISHED


def _fallback(case: _Case, resolution: Resolution) -> tuple[Rung, ...]:
    """A buyer who does not want a reduction may send faulty goods back."""
    if resolution is not Resolution.PRICE_REDUCTION or case.digital:
        return ()
    return (
        Rung(
            resolution=Resolution.RETURN_AND_REFUND,
            amount=case.capped(case.items + case.shipping),
            needs="the buyer prefers to send the goods back",
        ),
    )


def _for_a_person(case: _Case) -> _Draft:
    return _Draft(
        resolution=Resolution.ASK_EVIDENCE,
        amount=Money.zero(case.paid.currency),
        reasons=(
            Reason(
                rule="person.reason",
                text=f"Claims of the kind '{case.reason.value}' are settled by a person.",
                citations=case.cite(FactName.CLAIM_REASON),
                source=f"policy {case.policy.version}",
            ),
        ),
        question="details",
        corroborated=False,
    )


def _floor(case: _Case, guarantee: Entitlement, draft: _Draft) -> Money:
    zero = Money.zero(case.paid.currency)
    if guarantee.guarantee is Guarantee.FULL_REFUND:
        return case.remaining
    if guarantee.guarantee is Guarantee.WITHDRAW and draft.resolution is Resolution.RETURN_AND_REFUND:
        return case.capped(case.items + case.shipping)
    if guarantee.guarantee is Guarantee.REMEDY and draft.fair is not None:
        return case.capped(case.items.share(Fraction(str(draft.fair.low))))
    return zero


def _fair_interval(case: _Case, draft: _Draft, amount: Money) -> tuple[Money, Money]:
    if draft.fair is None or draft.resolution is not Resolution.PRICE_REDUCTION:
        return amount, amount
    low, high = (case.items.share(Fraction(str(share))) for share in (draft.fair.low, draft.fair.high))
    return case.capped(low), case.capped(high)


def _ladder(draft: _Draft, amount: Money) -> tuple[Rung, ...]:
    if draft.resolution in {Resolution.DENY, Resolution.ASK_EVIDENCE}:
        return ()
    return (Rung(resolution=draft.resolution, amount=amount), *draft.rungs)


def _already_refunded(case: _Case) -> tuple[Reason, ...]:
    if case.remaining == case.paid:
        return ()
    return (
        Reason(
            rule="ledger.remaining",
            text=f"{case.paid - case.remaining} of {case.paid} was given back before, so {case.remaining} is left.",
            citations=case.cite(FactName.ORDER_PAID, FactName.ORDER_REFUNDED),
        ),
    )


def _review_because(case: _Case, question: RefundQuestion, draft: _Draft, amount: Money) -> list[str]:
    because = [f"contradiction: {item.what}" for item in case.assessment.contradictions]
    because += question.doubts
    claim = case.facts[FactName.CLAIM_REASON]
    sure = case.policy.minimum_claim_confidence
    if draft.reasons[0].rule in _BORNE_OUT:
        sure = case.policy.minimum_borne_out_confidence
    if claim.confidence < sure and claim.method is not FactMethod.PERSON:
        because.append(f"the claim's reason is read with only {claim.confidence:.0%} confidence")
    graded, told = case.facts.get(FactName.PHOTO_DAMAGE), case.facts.get(FactName.CLAIM_SEVERITY)
    if graded is not None and graded.method is FactMethod.HOSTED_MODEL and (told is None or told.value != graded.value):
        # A model's word about a buyer's picture never changes an automatic amount; where it differs, a person looks.
        words = told.value if told else "nothing"
        because.append(f"the photo is graded {graded.value}, the words say {words}")
    instructs = case.facts.get(FactName.CLAIM_INSTRUCTS)
    if instructs is not None and instructs.value is True:
        because.append("a message tries to instruct the system")
    if case.reason in case.policy.always_reviewed:
        because.append(f"claims of the kind '{case.reason.value}' are always reviewed")
    if draft.resolution in ADVERSE:
        because.append("a denial needs a person")
    limit = case.policy.in_currency(case.policy.automatic_up_to_eur, case.paid.currency)
    if limit is None:
        because.append(f"the policy has no limits for {case.paid.currency}")
    elif amount > limit:
        because.append(f"{amount} is above the automatic limit of {limit}")
    small = case.policy.in_currency(case.policy.small_claim_up_to_eur, case.paid.currency)
    if not draft.corroborated and draft.question is None and (small is None or case.items > small):
        gaps = zip(case.assessment.missing, case.assessment.missing_why, strict=True)
        because += [f"missing {name.value}: {why}" for name, why in gaps]
        because.append("nothing besides the buyer's word stands behind the claim")
    if amount.minor == 0 and draft.resolution not in {Resolution.DENY, Resolution.ASK_EVIDENCE}:
        because.append("nothing is left of the payment to give back")
    return list(dict.fromkeys(because))


def _cited(fair: FairValue | None, case: _Case) -> tuple[PrecedentCited, ...]:
    if fair is None:
        return ()
    return tuple(_cite_precedent(item, case) for item in fair.rests_on[:5])


def _cite_precedent(item: RecalledPrecedent, case: _Case) -> PrecedentCited:
    precedent = item.precedent
    category = case.facts.get(FactName.ORDER_CATEGORY)
    differs: list[str] = []
    if category is not None and precedent.category != category.text():
        differs.append(f"category {precedent.category} rather than {category.text()}")
    if precedent.market != case.market:
        differs.append(f"market {precedent.market} rather than {case.market}")
    return PrecedentCited(
        case_id=precedent.case_id,
        similarity=round(item.similarity, 3),
        share=precedent.share,
        resolution=precedent.resolution,
        differs=tuple(differs),
        synthetic=precedent.synthetic,
    )


def unreadable(missing: Sequence[str], policy: MerchantPolicy, currency: str) -> Decision:
    """The decision when the claim cannot be read at all: a person looks, nothing is paid."""
    zero = Money.zero(currency)
    return Decision(
        resolution=Resolution.ASK_EVIDENCE,
        amount=zero,
        floor=zero,
        fair_low=zero,
        fair_high=zero,
        route=Route.REVIEW,
        review_because=("the claim could not be read: " + "; ".join(missing),),
        reasons=(Reason(rule="person.unreadable", text="Too little could be read to decide."),),
        question="details",
        policy_version=policy.version,
        rule_version=RULE_VERSION,
    )
