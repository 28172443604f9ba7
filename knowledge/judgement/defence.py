"""Fight, accept or ask: a pure function of the reason code, the facts held and the policy."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from knowledge.base import Frozen
from knowledge.case import Author, CaseBundle, DocumentKind, EarlierRefund
from knowledge.decision import DefenceDecision, Reason, Route, Stance
from knowledge.facts import Citation, Fact, FactName, OrderField
from knowledge.judgement.places import delivered_at_destination, delivered_elsewhere
from knowledge.money import Money, total
from knowledge.reasons import ChargebackFamily, DisputeReason
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import ReasonCode

RULE_VERSION = "defence@3"

# Win rates of answered disputes per family where our sources give one (four shops, August 2026, n >= 45 each);
# other families start at the even middle. They are priors until a merchant's own outcomes replace them.
_PRIOR: dict[ChargebackFamily, Fraction] = {
    ChargebackFamily.CREDIT_NOT_PROCESSED: Fraction(84, 100),
    ChargebackFamily.NOT_AS_DESCRIBED: Fraction(53, 100),
    ChargebackFamily.NOT_RECEIVED: Fraction(43, 100),
    ChargebackFamily.FRAUD: Fraction(15, 100),
}
_EVEN = Fraction(1, 2)
_COMPELLING = Fraction(3, 2)
"""How the odds' share moves when the decisive item is held; the opposite when it is not."""


class DefenceQuestion(Frozen):
    """Everything the stance may rest on."""

    bundle: CaseBundle
    reason: ReasonCode
    facts: tuple[Fact, ...]
    credits: tuple[EarlierRefund, ...]
    policy: MerchantPolicy
    as_of: datetime
    doubts: tuple[str, ...] = ()


class _Ground(Frozen):
    """What the family's decisive test says: held, harmful or lacking."""

    stance: Stance
    rule: str
    text: str
    citations: tuple[Citation, ...] = ()
    question: str | None = None
    source: str | None = None


def decide_defence(question: DefenceQuestion) -> DefenceDecision:
    """Decide a chargeback: what the records prove or contradict first, then expected value net of fees.

    Credits already posted are taken off what is contested. Raises ValueError without a chargeback notice.
    """
    notice = question.bundle.chargeback
    if notice is None:
        raise ValueError("chargeback: missing; a defence needs the processor's notice")
    currency = notice.amount.currency
    posted = [one.amount for one in question.credits if one.state == "succeeded"]
    credited = total([amount for amount in posted if amount.currency == currency], currency)
    foreign = [str(amount) for amount in posted if amount.currency != currency]
    contested = max(notice.amount - credited, Money.zero(currency))
    facts: dict[FactName, Fact] = {}
    for fact in question.facts:
        facts.setdefault(fact.name, fact)
    held = held_evidence(question.bundle, facts, credited)
    wanted = question.reason.compels or ()
    family = family_of(question.reason, facts)
    ground = _ground(family, question.bundle, facts, credited, held)
    stake = contested if contested.minor else notice.amount
    probability = _win_probability(family, ground)
    value = _expected_value(stake, probability, question.policy)
    stance = ground.stance
    why = f"{float(probability):.0%} of {stake} less fees and labour is expected to bring {value}."
    if value is None:
        why = f"What fighting {stake} would bring is not weighed: the policy has no rate for {currency}."
    if stance is Stance.FIGHT and value is not None and value.minor <= 0:
        stance, why = Stance.ACCEPT, f"fighting {stake} would cost more than it is expected to bring ({value})."
    reasons = [
        Reason(rule=ground.rule, text=ground.text, citations=ground.citations, source=ground.source),
        Reason(
            rule="defence.value",
            text=why,
            citations=(OrderField(pointer="/chargeback/amount"),),
            source=f"policy {question.policy.version}; win rates are priors, not this merchant's own",
        ),
    ]
    if credited.minor:
        reasons.append(
            Reason(
                rule="defence.credited",
                text=f"{credited} has been given back; it is shown as a credit and only {contested} is contested.",
                citations=(OrderField(pointer="/earlier_refunds"),),
                source="processor documentation: a credit already issued is always shown",
            )
        )
    because = _review_because(question, stance, stake, foreign)
    return DefenceDecision(
        stance=stance,
        contested=contested,
        credited=credited,
        win_probability=float(probability),
        expected_value=value or Money.zero(currency),
        route=Route.REVIEW if because else Route.AUTOMATIC,
        review_because=because,
        reasons=tuple(reasons),
        held=tuple(item for item in wanted if item in held),
        lacking=tuple(item for item in wanted if item not in held),
        question=ground.question if stance is Stance.ASK_MERCHANT else None,
        policy_version=question.policy.version,
        rule_version=RULE_VERSION,
    )


def family_of(reason: ReasonCode, facts: dict[FactName, Fact]) -> ChargebackFamily:
    """The code's family; a code that carries several (Mastercard 4853) follows the claim's own reason."""
    claim = facts.get(FactName.CLAIM_REASON)
    told = {
        DisputeReason.NOT_RECEIVED: ChargebackFamily.NOT_RECEIVED,
        DisputeReason.REFUND_NOT_PROCESSED: ChargebackFamily.CREDIT_NOT_PROCESSED,
        DisputeReason.UNAUTHORIZED: ChargebackFamily.FRAUD,
    }
    if reason.also and claim is not None and told.get(claim.reason()) in reason.also:
        return told[claim.reason()]
    return reason.family or ChargebackFamily.PROCESSING_ERROR


def held_evidence(bundle: CaseBundle, facts: dict[FactName, Fact], credited: Money) -> frozenset[str]:
    """Which items of the evidence vocabulary the case's records hold."""
    held = {"order_confirmation", "receipt_invoice", "product_listing_at_purchase"}
    if any(shipment.tracking_number for shipment in bundle.shipments):
        held.add("tracking_number")
    if FactName.ROUTE_SHIPPED_AT in facts:
        held.add("proof_of_shipment")
    if FactName.ROUTE_DELIVERED_AT in facts:
        held.add("proof_of_delivery")
        if delivered_at_destination(facts):
            held.add("delivery_address_match")
    if FactName.ROUTE_SIGNED_BY in facts:
        held.add("delivery_signature_or_photo")
    if bundle.messages:
        held.add("customer_communication")
    refunds = [policy for policy in bundle.order.policies if policy.kind in {"refunds", "returns"}]
    if refunds:
        held.add("refund_policy")
        if any(policy.accepted for policy in refunds):
            held.add("refund_policy_disclosure")
    if credited.minor:
        held |= {"refund_record", "partial_refund_record"}
    if _authenticated(facts):
        held.add("three_ds_result")
    if _text(facts, FactName.PAYMENT_AVS) == "match" or _text(facts, FactName.PAYMENT_CVC) == "match":
        held.add("avs_cvv_result")
    device = bundle.order.device
    if device is not None:
        held |= {
            name for name, value in (("ip_address", device.ip), ("device_fingerprint", device.fingerprint)) if value
        }
    if _linked_priors(bundle) >= 2:
        held.add("prior_undisputed_transactions")
    kinds = {document.kind for document in bundle.documents}
    for kind, item in (
        (DocumentKind.ACCESS_LOG, "digital_access_log"),
        (DocumentKind.CUSTOMS, "customs_clearance_record"),
        (DocumentKind.QUALITY_CHECK, "pre_shipment_qc"),
        (DocumentKind.PROOF_OF_DELIVERY, "proof_of_delivery"),
    ):
        if kind in kinds:
            held.add(item)
    return frozenset(held)


def _text(facts: dict[FactName, Fact], name: FactName) -> str:
    return facts[name].text() if name in facts else ""


def _authenticated(facts: dict[FactName, Fact]) -> bool:
    # ECI 5/6 (Visa) and 2/1 (Mastercard): authenticated or attempted, both with liability shift in most regions.
    eci = _text(facts, FactName.PAYMENT_ECI).lstrip("0")
    return _text(facts, FactName.PAYMENT_THREE_D_SECURE) in {"authenticated", "attempted"} and eci in {
        "1",
        "2",
        "5",
        "6",
    }


def _linked_priors(bundle: CaseBundle) -> int:
    """Earlier undisputed, unrefunded purchases that share the IP or the device with the disputed one."""
    device, notice = bundle.order.device, bundle.chargeback
    if device is None or notice is None:
        return 0
    return sum(
        1
        for prior in notice.prior_transactions
        if not prior.disputed
        and not prior.refunded
        and prior.device is not None
        and (
            (device.ip is not None and prior.device.ip == device.ip)
            or (device.device_id is not None and prior.device.device_id == device.device_id)
            or (device.fingerprint is not None and prior.device.fingerprint == device.fingerprint)
        )
    )


def _cite(facts: dict[FactName, Fact], *names: FactName) -> tuple[Citation, ...]:
    return tuple(facts[name].citation for name in names if name in facts)


def _ground(
    family: ChargebackFamily,
    bundle: CaseBundle,
    facts: dict[FactName, Fact],
    credited: Money,
    held: frozenset[str],
) -> _Ground:
    notice = bundle.chargeback
    if notice is not None and credited >= notice.amount:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.credit_issued",
            text=f"The whole disputed amount has been given back ({credited}).",
            citations=(OrderField(pointer="/earlier_refunds"),),
        )
    match family:
        case ChargebackFamily.NOT_RECEIVED:
            return _not_received(facts, held)
        case ChargebackFamily.FRAUD:
            return _fraud(facts, held)
        case ChargebackFamily.NOT_AS_DESCRIBED:
            return _not_as_described(bundle, facts, held)
        case ChargebackFamily.CREDIT_NOT_PROCESSED | ChargebackFamily.CANCELLED | ChargebackFamily.RECURRING:
            return _credit(facts, credited, held)
        case ChargebackFamily.DUPLICATE:
            return _duplicate(bundle)
        case _:
            return _records_alone(facts, held)


def _not_received(facts: dict[FactName, Fact], held: frozenset[str]) -> _Ground:
    cited = _cite(facts, FactName.ROUTE_STATUS, FactName.ROUTE_DELIVERED_AT, FactName.ROUTE_DELIVERY_PLACE)
    if delivered_elsewhere(facts):
        return _Ground(
            stance=Stance.ACCEPT,
            rule="defence.delivered_elsewhere",
            text="The carrier recorded the delivery at another place than the order's address.",
            citations=cited,
        )
    if "proof_of_delivery" in held and "delivery_address_match" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.delivered",
            text="The carrier recorded a delivery at the order's destination.",
            citations=cited,
        )
    if "proof_of_delivery" in held:
        return _Ground(
            stance=Stance.ASK_MERCHANT,
            rule="defence.delivery_place_unknown",
            text="The carrier recorded a delivery but not that it was at the order's address.",
            citations=cited,
            question="the carrier's proof of delivery with the full address",
        )
    if FactName.ROUTE_STATUS in facts:
        return _Ground(
            stance=Stance.ACCEPT,
            rule="defence.not_delivered",
            text="The carrier's own record shows no delivery.",
            citations=cited,
        )
    return _Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_route",
        text="No carrier record is at hand.",
        question="the carrier's tracking record or proof of delivery",
    )


def _fraud(facts: dict[FactName, Fact], held: frozenset[str]) -> _Ground:
    if "three_ds_result" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.authenticated",
            text="The payment was authenticated with 3-D Secure."
            if _text(facts, FactName.PAYMENT_THREE_D_SECURE) == "authenticated"
            else "Authentication with 3-D Secure was attempted, and the issuer's side could not take part.",
            citations=_cite(facts, FactName.PAYMENT_THREE_D_SECURE, FactName.PAYMENT_ECI),
            source="Visa Dispute Management Guidelines, condition 10.4; Mastercard 3DS liability shift",
        )
    at_address = "delivery_address_match" in held and _text(facts, FactName.PAYMENT_AVS) == "match"
    if at_address or "prior_undisputed_transactions" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.linked",
            text="The order is linked to the cardholder by the verified address or by earlier undisputed purchases.",
            citations=_cite(facts, FactName.PAYMENT_AVS, FactName.ROUTE_DELIVERED_AT, FactName.ROUTE_DELIVERY_PLACE),
            source="Visa Dispute Management Guidelines, condition 10.4",
        )
    return _Ground(
        stance=Stance.ACCEPT,
        rule="defence.fraud_unlinked",
        text="Nothing links the order to the cardholder: no authentication, no verified address, no earlier purchases.",
        citations=_cite(facts, FactName.PAYMENT_AVS, FactName.PAYMENT_CVC),
    )


def _not_as_described(bundle: CaseBundle, facts: dict[FactName, Fact], held: frozenset[str]) -> _Ground:
    if "proof_of_delivery" not in held:
        return _Ground(
            stance=Stance.ACCEPT if FactName.ROUTE_STATUS in facts else Stance.ASK_MERCHANT,
            rule="defence.nothing_delivered",
            text="Goods cannot be defended as described while no delivery is on record.",
            citations=_cite(facts, FactName.ROUTE_STATUS),
            question="the carrier's tracking record or proof of delivery",
        )
    told = [message.at for message in bundle.messages if message.author is Author.BUYER]
    answered = any(
        message.author is Author.MERCHANT and told and message.at >= min(told) for message in bundle.messages
    )
    if answered or "pre_shipment_qc" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.remedy_offered",
            text="The goods were delivered as listed and the merchant answered the complaint.",
            citations=(OrderField(pointer="/order/lines"), OrderField(pointer="/messages")),
            source="Visa Dispute Management Guidelines, condition 13.3",
        )
    return _Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_answer",
        text="No answer to the buyer's complaint is on record.",
        question="what the merchant answered the buyer, or a quality check made before shipping",
    )


def _credit(facts: dict[FactName, Fact], credited: Money, held: frozenset[str]) -> _Ground:
    if credited.minor:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.credit_posted",
            text=f"A credit of {credited} is on record.",
            citations=(OrderField(pointer="/earlier_refunds"),),
        )
    returned = _text(facts, FactName.ROUTE_STATUS) == "returned"
    if returned:
        return _Ground(
            stance=Stance.ACCEPT,
            rule="defence.refund_owed",
            text="The goods came back and no credit is on record: the refund is owed.",
            citations=_cite(facts, FactName.ROUTE_STATUS),
        )
    if "refund_policy_disclosure" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.no_credit_due",
            text="The policy shown and accepted at checkout gives no credit without a return, and none is on record.",
            citations=(OrderField(pointer="/order/policies"),),
        )
    return _Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.policy_unknown",
        text="Neither a credit nor an accepted policy is on record.",
        question="the refund record, or the policy the buyer accepted at checkout",
    )


def _duplicate(bundle: CaseBundle) -> _Ground:
    notice = bundle.chargeback
    priors: Sequence[object] = notice.prior_transactions if notice else ()
    if priors:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.separate_orders",
            text="Two orders with their own references are on record.",
            citations=(OrderField(pointer="/chargeback/prior_transactions"), OrderField(pointer="/order")),
        )
    return _Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.other_charge_unknown",
        text="The charge this one is said to repeat is not on record.",
        question="the other charge's reference and what it paid for",
    )


def _records_alone(facts: dict[FactName, Fact], held: frozenset[str]) -> _Ground:
    if FactName.PAYMENT_AUTHORIZATION_CODE in facts or "proof_of_delivery" in held:
        return _Ground(
            stance=Stance.FIGHT,
            rule="defence.records",
            text="The order, the authorisation and the delivery on record answer the reason code.",
            citations=_cite(facts, FactName.PAYMENT_AUTHORIZATION_CODE, FactName.ORDER_PAID),
        )
    return _Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_authorisation",
        text="No authorisation record is at hand.",
        question="the authorisation code, time and amount",
    )


def _win_probability(family: ChargebackFamily, ground: _Ground) -> Fraction:
    prior = _PRIOR.get(family, _EVEN)
    if ground.rule in {"defence.credit_issued", "defence.credit_posted"}:
        prior = max(prior, _PRIOR[ChargebackFamily.CREDIT_NOT_PROCESSED])
    if ground.rule == "defence.authenticated":
        prior = max(prior, _EVEN)
    moved = prior * _COMPELLING if ground.stance is Stance.FIGHT else prior / _COMPELLING
    return min(moved, Fraction(9, 10))


def _expected_value(stake: Money, probability: Fraction, policy: MerchantPolicy) -> Money | None:
    """Expected gain of fighting over accepting; None when the policy has no rate for the currency."""
    fee = policy.in_currency(policy.counter_fee_eur, stake.currency)
    labour = policy.in_currency(policy.letter_labour_eur, stake.currency)
    if fee is None or labour is None:
        return None
    return stake.share(probability) - fee.share(1 - probability) - labour


def _review_because(question: DefenceQuestion, stance: Stance, stake: Money, foreign: Sequence[str]) -> tuple[str, ...]:
    because = list(question.doubts)
    if foreign:
        because.append(f"{', '.join(foreign)} was given back in another currency than the dispute's {stake.currency}")
    limit = question.policy.in_currency(question.policy.automatic_up_to_eur, stake.currency)
    small = question.policy.in_currency(question.policy.small_claim_up_to_eur, stake.currency)
    if limit is None or small is None:
        because.append(f"the policy has no limits for {stake.currency}")
    elif stance is Stance.FIGHT and stake > limit:
        because.append(f"{stake} is above the automatic limit of {limit}")
    elif stance is Stance.ACCEPT and stake > small:
        because.append("conceding more than a small claim needs a person")
    if stance is Stance.ASK_MERCHANT:
        because.append("something only the merchant can supply is missing")
    instructs = next((fact for fact in question.facts if fact.name is FactName.CLAIM_INSTRUCTS), None)
    if instructs is not None and instructs.value is True:
        because.append("a message tries to instruct the system")
    return tuple(dict.fromkeys(because))
