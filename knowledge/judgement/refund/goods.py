"""Claims about the goods: at fault, or no longer wanted."""

from knowledge.decision import Reason, Resolution, Rung
from knowledge.facts import FactMethod, FactName, Standing
from knowledge.judgement.assess import light_parcel
from knowledge.judgement.costs import Costs, weigh
from knowledge.judgement.fair_value import FairValue, fair_value
from knowledge.judgement.refund.question import CaseFacts, Draft
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.entitlements import Entitlement, Guarantee

_HARM = {Severity.NONE: "No", Severity.MINOR: "Minor", Severity.MODERATE: "Moderate", Severity.SEVERE: "Severe"}


def unwanted(case: CaseFacts, guarantee: Entitlement) -> Draft:
    """Goods that are in order but not wanted: a return, by law or by the policy's window."""
    days = (case.as_of - case.delivered_at).days if case.delivered_at else None
    in_window = days is None or days <= case.policy.return_window_days
    lawful = guarantee.guarantee is Guarantee.WITHDRAW
    if not lawful and (case.digital or not in_window):
        return case.without_money(
            Resolution.DENY,
            Reason(
                rule="unwanted.too_late",
                text="Neither the law nor the return policy gives a right to return these goods now.",
                citations=case.cite(FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT),
                source=f"policy {case.policy.version}: {case.policy.return_window_days} days",
            ),
            corroborated=True,
        )
    amount = case.whole() if lawful else case.capped(case.items)
    return Draft(
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


def faulty(case: CaseFacts) -> Draft:
    """Goods at fault on arrival: the fair share for the harm, given in the way of least expected cost."""
    harm = case.severity()
    if harm is None:
        return _harm_unknown(case)
    severity, told_by = harm
    if case.reason is DisputeReason.DAMAGED and not _has_photo(case) and FactName.ROUTE_DAMAGE_SCAN not in case.facts:
        return case.without_money(
            Resolution.ASK_EVIDENCE,
            Reason(
                rule="fault.no_photo",
                text="Nothing but words shows the damage; one photo would decide the case.",
                citations=case.cite(FactName.CLAIM_REASON, FactName.PHOTO_COUNT),
            ),
            question="photo_of_damage",
            corroborated=False,
        )
    fair = fair_value(case.reason, severity, case.precedents, case.policy)
    costs = Costs.of(case.policy, case.paid.currency, case.facts, severity)
    weighed = weigh(
        fair, costs, items=case.items, shipping=case.shipping, severity=severity, can_return=_can_be_sent_back(case)
    )
    amount = case.capped(weighed.amount)
    share_text = f"{fair.usual:.0%}" if weighed.resolution is Resolution.PRICE_REDUCTION else "the whole"
    fair_reason = Reason(
        rule="fair_value",
        text=f"{_HARM[severity]} harm: {_who_gave(fair)} {fair.low:.0%} to {fair.high:.0%} of the price, "
        f"usually {fair.usual:.0%}.",
        citations=case.cite(told_by, FactName.ORDER_ITEMS_PRICE),
        source=" and precedents ".join(
            part
            for part in (
                f"policy {case.policy.version}",
                ", ".join(item.precedent.case_id for item in fair.rests_on[:3]),
            )
            if part
        ),
    )
    cost_reason = Reason(
        rule="least_cost",
        text=f"{share_text} of {case.items}, resolved as {weighed.resolution.value.replace('_', ' ')}: "
        + "; ".join(f"{name} would cost {cost}" for name, cost in weighed.alternatives),
        citations=case.cite(FactName.ORDER_COST, FactName.ORDER_WEIGHT_G),
        source=f"policy {case.policy.version} operating costs",
    )
    return Draft(
        resolution=weighed.resolution,
        amount=amount,
        reasons=(fair_reason, cost_reason),
        alternatives=weighed.alternatives,
        fair=fair,
        rungs=_fallback(case, weighed.resolution),
        corroborated=_stands(case, told_by),
    )


def _who_gave(fair: FairValue) -> str:
    match len(fair.rests_on):
        case 0:
            return "no similar case is known, and the policy gives back"
        case 1:
            return "a similar case and the policy gave back"
        case count:
            return f"{count} similar cases and the policy gave back"


def _can_be_sent_back(case: CaseFacts) -> bool:
    """Not what was only ever a file, and not a counterfeit, which must not come back into trade: customs may not let
    one be exported again as it is (TRIPS, article 59).
    """
    return not case.digital and case.reason is not DisputeReason.COUNTERFEIT


def _has_photo(case: CaseFacts) -> bool:
    count = case.facts.get(FactName.PHOTO_COUNT)
    return count is not None and int(str(count.value)) > 0


def _stands(case: CaseFacts, told_by: FactName) -> bool:
    """True when the harm rests on more than the buyer's word."""
    if case.facts[told_by].method is FactMethod.PERSON or FactName.ROUTE_DAMAGE_SCAN in case.facts:
        return True
    if case.reason in {DisputeReason.MISSING_PARTS, DisputeReason.WRONG_ITEM} and light_parcel(case.facts):
        return True
    return told_by is FactName.PHOTO_DAMAGE and case.facts[told_by].standing is Standing.ESTABLISHED


def _fallback(case: CaseFacts, resolution: Resolution) -> tuple[Rung, ...]:
    """A buyer who does not want a reduction may send faulty goods back."""
    if resolution is not Resolution.PRICE_REDUCTION or case.digital:
        return ()
    return (
        Rung(
            resolution=Resolution.RETURN_AND_REFUND,
            amount=case.whole(),
            needs="the buyer prefers to send the goods back",
        ),
    )


def _harm_unknown(case: CaseFacts) -> Draft:
    """Goods at fault, but neither words nor a photo say how badly."""
    return case.without_money(
        Resolution.ASK_EVIDENCE,
        Reason(
            rule="fault.harm_unknown",
            text="Nothing that was sent says how bad the harm is.",
            citations=case.cite(FactName.CLAIM_REASON),
        ),
        question="details",
        corroborated=False,
    )


def for_a_person(case: CaseFacts) -> Draft:
    """A kind of claim no rule settles."""
    return case.without_money(
        Resolution.ASK_EVIDENCE,
        Reason(
            rule="person.reason",
            text=f"Claims of the kind '{case.reason.value}' are settled by a person.",
            citations=case.cite(FactName.CLAIM_REASON),
            source=f"policy {case.policy.version}",
        ),
        question="details",
        corroborated=False,
    )
