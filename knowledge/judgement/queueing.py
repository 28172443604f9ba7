"""From a case's records to its line in the queue: pure, so that the queue can be rebuilt at any time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import Author, CardNetwork, CaseBundle, CaseKind
from knowledge.decision import Decision, DefenceDecision, Resolution, Route, Stance
from knowledge.facts import Fact, FactMethod, FactName, MissingFact, Reading
from knowledge.judgement.assess import assess, join
from knowledge.judgement.defence.question import family_of
from knowledge.judgement.priority import HIGH_VALUE_CENTS, chance_wrong, minutes_needed, rank
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause, WaitingCase
from knowledge.money import Money
from knowledge.reasons import DisputeReason
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import UnknownReasonCode, find_reason

_APPEALS = frozenset({WaitCause.LATER_CYCLE, WaitCause.BUYER_REFUSED, WaitCause.BUYER_COUNTERED, WaitCause.CONTESTED})
_REVIEWER = "reviewer"


class Wait(Frozen):
    """What the workflow says when it begins to wait."""

    stage: str
    since: AwareDatetime
    causes: tuple[WaitCause, ...] = ()
    respond_by: AwareDatetime | None = None
    """The processor's date as the processor tells it now; the notice's when left out."""
    house_due: AwareDatetime | None = None
    """The promised time, or when the answer goes out; from the policy when left out."""


class WaitingRecord(Frozen):
    """What the records hold of a case that waits."""

    bundle: CaseBundle
    facts: tuple[Fact, ...]
    missing: tuple[MissingFact, ...]
    decision_id: str | None
    decision: Decision | DefenceDecision | None


def queue_line(record: WaitingRecord, wait: Wait, policy: MerchantPolicy) -> WaitingCase:
    """The case's line in the queue. The same record and wait always give the same line."""
    bundle, decision = record.bundle, record.decision
    facts = {fact.name: fact for fact in reversed(record.facts)}
    stake = _stake(bundle, facts, decision)
    worth = policy.in_euro(stake)
    # What cannot be converted is taken to be worth the automatic limit, so that it is neither first nor forgotten.
    cents = worth.minor if worth is not None else round(policy.automatic_up_to_eur * 100)
    own = _causes_of_decision(record, facts, policy) if decision is not None else ()
    causes = tuple(dict.fromkeys((*wait.causes, *own)))
    band = _band(decision, facts, policy)
    amount = decision.amount if isinstance(decision, Decision) else decision.contested if decision else None
    flags = _flags(facts, causes, cents, stake, policy)
    claim = facts.get(FactName.CLAIM_REASON)
    confidence = claim.confidence if claim is not None and bundle.kind is CaseKind.REFUND else None
    wrong, minutes = chance_wrong(band, flags, confidence), minutes_needed(bundle.kind, causes)
    respond_by, house_due = _dates(bundle, wait, policy)
    due = _next_date(respond_by, house_due, wait.since)
    network, code, reason = _reason(bundle, facts)
    return WaitingCase(
        case_id=bundle.case_id,
        kind=bundle.kind,
        stage=wait.stage,
        causes=causes,
        proposal=_proposal(decision),
        decision_id=record.decision_id,
        amount=amount,
        fair_low=decision.fair_low if isinstance(decision, Decision) else None,
        fair_high=decision.fair_high if isinstance(decision, Decision) else None,
        win_chance=decision.win_probability if isinstance(decision, DefenceDecision) else None,
        stake=stake,
        worth_cents=cents,
        respond_by=respond_by,
        house_due=house_due,
        due=due,
        band=band,
        reason=reason,
        reason_code=code,
        network=network,
        carrier=bundle.shipments[0].carrier if bundle.shipments else None,
        language=_language(bundle, facts),
        destination=bundle.order.ship_to.country,
        flags=flags,
        policy_version=decision.policy_version if decision else policy.version,
        chance_wrong=wrong,
        minutes=minutes,
        rank=rank(cents, wrong, minutes, due),
        opened_at=bundle.opened_at,
        order_id=bundle.order.id,
        payment_reference=bundle.order.payment.processor_reference,
    )


def _proposal(decision: Decision | DefenceDecision | None) -> str:
    if decision is None:
        return ""
    return decision.resolution.value if isinstance(decision, Decision) else decision.stance.value


def _stake(bundle: CaseBundle, facts: dict[FactName, Fact], decision: Decision | DefenceDecision | None) -> Money:
    if isinstance(decision, DefenceDecision):
        return decision.contested
    if bundle.chargeback is not None:
        return bundle.chargeback.amount
    paid, refunded = bundle.order.payment.captured, facts.get(FactName.ORDER_REFUNDED)
    back = refunded.money() if refunded is not None else Money.zero(paid.currency)
    return max(paid - back, Money.zero(paid.currency)) if back.currency == paid.currency else paid


def _causes_of_decision(
    record: WaitingRecord, facts: dict[FactName, Fact], policy: MerchantPolicy
) -> tuple[WaitCause, ...]:
    """The codes of a decision's own reasons for review, from the same facts and limits its sentences come from."""
    decision = record.decision
    if decision is None or decision.route is not Route.REVIEW:
        return ()
    causes: list[WaitCause] = []
    refund = isinstance(decision, Decision)
    if refund and _contradictory(record, policy):
        causes.append(WaitCause.CONTRADICTION)
    claim = facts.get(FactName.CLAIM_REASON)
    if refund and (claim is None or _unsure(claim, policy)):
        causes.append(WaitCause.UNSURE_CLAIM)
    if _instructs(facts):
        causes.append(WaitCause.INSTRUCTS)
    if refund and claim is not None and claim.reason() in policy.always_reviewed:
        causes.append(WaitCause.ALWAYS_REVIEWED)
    if refund and decision.resolution is Resolution.DENY:
        causes.append(WaitCause.DENIAL)
    asks = decision.resolution is Resolution.ASK_EVIDENCE if refund else decision.stance is Stance.ASK_MERCHANT
    if asks:
        causes.append(WaitCause.GAP if refund else WaitCause.MERCHANT_ASKED)
    amount = decision.amount if refund else decision.contested
    up_to = policy.automatic_up_to_eur
    if not refund and decision.stance is Stance.ACCEPT:
        up_to = policy.small_claim_up_to_eur
    limit = policy.in_currency(up_to, amount.currency)
    if limit is None:
        causes.append(WaitCause.NO_RATE)
    elif not asks and amount > limit:
        causes.append(WaitCause.ABOVE_LIMIT)
    return tuple(causes) or (WaitCause.OTHER_DOUBT,)


def _band(
    decision: Decision | DefenceDecision | None, facts: dict[FactName, Fact], policy: MerchantPolicy
) -> CertaintyBand:
    if decision is None:
        return CertaintyBand.ABSTAINED
    if decision.route is Route.AUTOMATIC:
        return CertaintyBand.AUTOMATIC
    if isinstance(decision, DefenceDecision):
        return CertaintyBand.ABSTAINED if decision.stance is Stance.ASK_MERCHANT else CertaintyBand.LOOK
    claim = facts.get(FactName.CLAIM_REASON)
    undecided = decision.resolution is Resolution.ASK_EVIDENCE or claim is None or _unsure(claim, policy)
    return CertaintyBand.ABSTAINED if undecided else CertaintyBand.LOOK


def _flags(
    facts: dict[FactName, Fact], causes: Sequence[WaitCause], cents: int, stake: Money, policy: MerchantPolicy
) -> tuple[QueueFlag, ...]:
    alone = policy.decides_alone_up_to_eur.get(_REVIEWER)
    limit = policy.in_currency(alone, stake.currency) if alone is not None else None
    raised = {
        QueueFlag.IMAGE_REUSE: FactName.PHOTO_REUSED_FROM in facts,
        QueueFlag.INSTRUCTS: _instructs(facts),
        QueueFlag.CONTRADICTION: WaitCause.CONTRADICTION in causes,
        QueueFlag.HIGH_VALUE: cents >= HIGH_VALUE_CENTS,
        QueueFlag.FOUR_EYES: alone is not None and (limit is None or stake > limit),
        QueueFlag.APPEAL: bool(_APPEALS.intersection(causes)),
        QueueFlag.LETTER: WaitCause.LETTER_TO_SIGN in causes,
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)


def _instructs(facts: dict[FactName, Fact]) -> bool:
    instructs = facts.get(FactName.CLAIM_INSTRUCTS)
    return instructs is not None and instructs.value is True


def _unsure(claim: Fact, policy: MerchantPolicy) -> bool:
    return claim.confidence < policy.minimum_claim_confidence and claim.method is not FactMethod.PERSON


def _contradictory(record: WaitingRecord, policy: MerchantPolicy) -> bool:
    reading = join([Reading(facts=record.facts, missing=record.missing)])
    # Contradictions are between facts; the moment of judging enters none of them.
    return bool(assess(reading, policy, record.bundle.opened_at).contradictions)


def _dates(bundle: CaseBundle, wait: Wait, policy: MerchantPolicy) -> tuple[datetime | None, datetime | None]:
    notice = bundle.chargeback
    if notice is None:
        return None, wait.house_due or wait.since + timedelta(hours=policy.review_sla_hours)
    respond_by = wait.respond_by or notice.respond_by
    return respond_by, wait.house_due or respond_by - timedelta(hours=policy.submission_buffer_hours)


def _next_date(respond_by: datetime | None, house_due: datetime | None, since: datetime) -> datetime:
    """The next date that can still be met; when none can, the last one that could."""
    dates = sorted(date for date in (respond_by, house_due) if date is not None)
    return next((date for date in dates if date > since), dates[-1])


def _reason(bundle: CaseBundle, facts: dict[FactName, Fact]) -> tuple[str | None, str | None, str]:
    """Network, reason code, and the reason's or its family's own word."""
    notice = bundle.chargeback
    if notice is None:
        claim, form = facts.get(FactName.CLAIM_REASON), bundle.claim
        told = claim.reason() if claim is not None else form.reason if form is not None else None
        paid_with: CardNetwork | None = bundle.order.payment.network
        return paid_with.value if paid_with else None, None, (told or DisputeReason.OTHER).value
    try:
        family = family_of(find_reason(notice.network, notice.reason_code), facts).value
    except UnknownReasonCode:
        family = DisputeReason.OTHER.value
    return notice.network.value, notice.reason_code, family


def _language(bundle: CaseBundle, facts: dict[FactName, Fact]) -> str | None:
    read = facts.get(FactName.CLAIM_LANGUAGE)
    if read is not None:
        return read.text().split("-")[0]
    told = next((one.language for one in bundle.messages if one.author is Author.BUYER and one.language), None)
    spoken = told or bundle.buyer.language
    return spoken.split("-")[0] if spoken else None
