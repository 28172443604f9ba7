"""The decisive test of each family of reason codes: what the records prove, contradict or lack."""

from knowledge.case import Author, CaseBundle
from knowledge.decision import Stance
from knowledge.facts import Fact, FactName, OrderField
from knowledge.judgement.defence.fraud import fraud_ground
from knowledge.judgement.defence.liability import LiabilityAssessed
from knowledge.judgement.defence.question import Ground, cite, text_of
from knowledge.judgement.places import delivered_elsewhere
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from knowledge.rules.liability.earlier_purchases import REPEAT_WITHIN_DAYS, charges_taken_for_repeats


def ground_of(
    family: ChargebackFamily,
    bundle: CaseBundle,
    facts: dict[FactName, Fact],
    credited: Money,
    held: frozenset[str],
    liability: LiabilityAssessed,
) -> Ground:
    """The ground to stand on: money already given back first, else the family's own test."""
    notice = bundle.chargeback
    if notice is not None and credited >= notice.amount:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.credit_issued",
            text=f"The whole disputed amount has been given back ({credited}).",
            citations=(OrderField(pointer="/earlier_refunds"),),
        )
    match family:
        case ChargebackFamily.NOT_RECEIVED:
            return _not_received(facts, held)
        case ChargebackFamily.FRAUD:
            return fraud_ground(bundle, facts, held, liability)
        case ChargebackFamily.NOT_AS_DESCRIBED:
            return _not_as_described(bundle, facts, held)
        case ChargebackFamily.CREDIT_NOT_PROCESSED | ChargebackFamily.CANCELLED | ChargebackFamily.RECURRING:
            return _credit(facts, credited, held)
        case ChargebackFamily.DUPLICATE:
            return _duplicate(bundle)
        case _:
            return _records_alone(facts, held)


def _not_received(facts: dict[FactName, Fact], held: frozenset[str]) -> Ground:
    cited = cite(facts, FactName.ROUTE_STATUS, FactName.ROUTE_DELIVERED_AT, FactName.ROUTE_DELIVERY_PLACE)
    if delivered_elsewhere(facts):
        return Ground(
            stance=Stance.ACCEPT,
            rule="defence.delivered_elsewhere",
            text="The carrier recorded the delivery at another place than the order's address.",
            citations=cited,
        )
    if "proof_of_delivery" in held and "delivery_address_match" in held:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.delivered",
            text="The carrier recorded a delivery at the order's destination.",
            citations=cited,
        )
    if "proof_of_delivery" in held:
        return Ground(
            stance=Stance.ASK_MERCHANT,
            rule="defence.delivery_place_unknown",
            text="The carrier recorded a delivery but not that it was at the order's address.",
            citations=cited,
            question="the carrier's proof of delivery with the full address",
        )
    if FactName.ROUTE_STATUS in facts:
        return Ground(
            stance=Stance.ACCEPT,
            rule="defence.not_delivered",
            text="The carrier's own record shows no delivery.",
            citations=cited,
        )
    return Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_route",
        text="No carrier record is at hand.",
        question="the carrier's tracking record or proof of delivery",
    )


def _not_as_described(bundle: CaseBundle, facts: dict[FactName, Fact], held: frozenset[str]) -> Ground:
    if "proof_of_delivery" not in held:
        return Ground(
            stance=Stance.ACCEPT if FactName.ROUTE_STATUS in facts else Stance.ASK_MERCHANT,
            rule="defence.nothing_delivered",
            text="Goods cannot be defended as described while no delivery is on record.",
            citations=cite(facts, FactName.ROUTE_STATUS),
            question="the carrier's tracking record or proof of delivery",
        )
    told = [message.at for message in bundle.messages if message.author is Author.BUYER]
    answered = any(
        message.author is Author.MERCHANT and told and message.at >= min(told) for message in bundle.messages
    )
    if answered or "pre_shipment_qc" in held:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.remedy_offered",
            text="The goods were delivered as listed and the merchant answered the complaint.",
            citations=(OrderField(pointer="/order/lines"), OrderField(pointer="/messages")),
            source="Visa Dispute Management Guidelines, condition 13.3",
        )
    return Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_answer",
        text="No answer to the buyer's complaint is on record.",
        question="what the merchant answered the buyer, or a quality check made before shipping",
    )


def _credit(facts: dict[FactName, Fact], credited: Money, held: frozenset[str]) -> Ground:
    if credited.minor:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.credit_posted",
            text=f"A credit of {credited} is on record.",
            citations=(OrderField(pointer="/earlier_refunds"),),
        )
    returned = text_of(facts, FactName.ROUTE_STATUS) == "returned"
    if returned:
        return Ground(
            stance=Stance.ACCEPT,
            rule="defence.refund_owed",
            text="The goods came back and no credit is on record: the refund is owed.",
            citations=cite(facts, FactName.ROUTE_STATUS),
        )
    if "refund_policy_disclosure" in held:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.no_credit_due",
            text="The policy shown and accepted at checkout gives no credit without a return, and none is on record.",
            citations=(OrderField(pointer="/order/policies"),),
        )
    return Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.policy_unknown",
        text="Neither a credit nor an accepted policy is on record.",
        question="the refund record, or the policy the buyer accepted at checkout",
    )


def _duplicate(bundle: CaseBundle) -> Ground:
    others = charges_taken_for_repeats(bundle)
    if others:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.separate_orders",
            text=f"The charge {others[0].processor_reference} of the same amount paid for another order.",
            citations=(OrderField(pointer="/chargeback/prior_transactions"), OrderField(pointer="/order")),
            source=f"a charge of the same amount within {REPEAT_WITHIN_DAYS} days; the house's own choice",
        )
    return Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.other_charge_unknown",
        text="The charge this one is said to repeat is not on record.",
        question="the other charge's reference and what it paid for",
    )


def _records_alone(facts: dict[FactName, Fact], held: frozenset[str]) -> Ground:
    if FactName.PAYMENT_AUTHORIZATION_CODE in facts or "proof_of_delivery" in held:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.records",
            text="The order, the authorisation and the delivery on record answer the reason code.",
            citations=cite(facts, FactName.PAYMENT_AUTHORIZATION_CODE, FactName.ORDER_PAID),
        )
    return Ground(
        stance=Stance.ASK_MERCHANT,
        rule="defence.no_authorisation",
        text="No authorisation record is at hand.",
        question="the authorisation code, time and amount",
    )
