"""The refund decision: entitlement first, then fair value, then the resolution of least expected cost."""

from collections.abc import Sequence
from fractions import Fraction

from knowledge.decision import Decision, PrecedentCited, Reason, Resolution, Route, Rung
from knowledge.facts import FactName
from knowledge.judgement.assess import FAULT_ON_ARRIVAL
from knowledge.judgement.fair_value import FairValue
from knowledge.judgement.refund.delivery import late_delivery, not_received
from knowledge.judgement.refund.goods import faulty, for_a_person, unwanted
from knowledge.judgement.refund.question import CaseFacts, Draft, RefundQuestion
from knowledge.judgement.refund.review import review_because
from knowledge.money import Money
from knowledge.precedent import RecalledPrecedent
from knowledge.reasons import DisputeReason
from knowledge.rules.entitlements import Entitlement, Guarantee
from knowledge.rules.policy import MerchantPolicy

RULE_VERSION = "refund@3"


def decide_refund(question: RefundQuestion) -> Decision:
    """Decide a refund case: entitlement first, then fair value, then the resolution of least expected cost.

    Raises KeyError when the claim's reason or the order's money is not among the facts; callers ask a
    person before they ask this function.
    """
    case = CaseFacts(question)
    guarantee = case.entitlement()
    draft = _draft(case, guarantee)
    floor = _floor(case, guarantee, draft)
    amount = case.capped(max(draft.amount, floor)) if draft.amount.minor or floor.minor else draft.amount
    low, high = _fair_interval(case, draft, amount)
    because = review_because(case, question, draft, amount)
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


def _draft(case: CaseFacts, guarantee: Entitlement) -> Draft:
    match case.reason:
        case DisputeReason.NOT_RECEIVED:
            return not_received(case)
        case DisputeReason.LATE_DELIVERY:
            return late_delivery(case)
        case DisputeReason.CHANGED_MIND | DisputeReason.SIZE_FIT:
            return unwanted(case, guarantee)
        case reason if reason in FAULT_ON_ARRIVAL:
            return faulty(case)
        case _:
            return for_a_person(case)


def _floor(case: CaseFacts, guarantee: Entitlement, draft: Draft) -> Money:
    zero = Money.zero(case.paid.currency)
    if guarantee.guarantee is Guarantee.FULL_REFUND:
        return case.whole()
    if guarantee.guarantee is Guarantee.WITHDRAW and draft.resolution is Resolution.RETURN_AND_REFUND:
        return case.whole()
    if guarantee.guarantee is Guarantee.REMEDY and draft.fair is not None:
        return case.capped(case.items.share(Fraction(str(draft.fair.low))))
    return zero


def _fair_interval(case: CaseFacts, draft: Draft, amount: Money) -> tuple[Money, Money]:
    if draft.fair is None or draft.resolution is not Resolution.PRICE_REDUCTION:
        return amount, amount
    low, high = (case.items.share(Fraction(str(share))) for share in (draft.fair.low, draft.fair.high))
    return case.capped(low), case.capped(high)


def _ladder(draft: Draft, amount: Money) -> tuple[Rung, ...]:
    if draft.resolution in {Resolution.DENY, Resolution.ASK_EVIDENCE}:
        return ()
    return (Rung(resolution=draft.resolution, amount=amount), *draft.rungs)


def _already_refunded(case: CaseFacts) -> tuple[Reason, ...]:
    if case.remaining == case.paid:
        return ()
    return (
        Reason(
            rule="ledger.remaining",
            text=f"{case.paid - case.remaining} of {case.paid} was given back before, so {case.remaining} is left.",
            citations=case.cite(FactName.ORDER_PAID, FactName.ORDER_REFUNDED),
        ),
    )


def _cited(fair: FairValue | None, case: CaseFacts) -> tuple[PrecedentCited, ...]:
    if fair is None:
        return ()
    return tuple(_cite_precedent(item, case) for item in fair.rests_on[:5])


def _cite_precedent(item: RecalledPrecedent, case: CaseFacts) -> PrecedentCited:
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
