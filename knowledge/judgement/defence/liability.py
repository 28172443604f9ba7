"""What the networks' liability rules say of this case, joined for the stance to rest on."""

from knowledge.base import Frozen
from knowledge.case import CaseBundle, PriorTransaction
from knowledge.decision import Reason
from knowledge.facts import Citation, Fact, FactName, OrderField
from knowledge.judgement.defence.question import cite, text_of
from knowledge.rules.liability import first_party_trust, visa_ce3
from knowledge.rules.liability.earlier_purchases import linked_purchases
from knowledge.rules.liability.first_party_trust import TrustAssessment, TrustStatus, assess_first_party_trust
from knowledge.rules.liability.three_d_secure import AuthenticationAssessed, assess_authentication
from knowledge.rules.liability.visa_ce3 import (
    Ce3Assessment,
    Ce3Status,
    Definition,
    RequiredAction,
    Slot,
    assess_ce3,
)
from knowledge.rules.reason_codes import ReasonCode


class LiabilityAssessed(Frozen):
    """Authentication, the two first-party programmes, and purchases that ordinary evidence may name."""

    authentication: AuthenticationAssessed
    ce3: Ce3Assessment
    first_party_trust: TrustAssessment
    linked: tuple[PriorTransaction, ...]


def assess_liability(bundle: CaseBundle, reason: ReasonCode, facts: dict[FactName, Fact]) -> LiabilityAssessed:
    """Every liability rule on the case. Raises ValueError without a chargeback notice."""
    return LiabilityAssessed(
        authentication=assess_authentication(
            reason.network, text_of(facts, FactName.PAYMENT_THREE_D_SECURE), text_of(facts, FactName.PAYMENT_ECI)
        ),
        ce3=assess_ce3(bundle, reason),
        first_party_trust=assess_first_party_trust(bundle, reason),
        linked=linked_purchases(bundle),
    )


SLOT_WORDS: dict[Slot, str] = {
    Slot.IP: "IP address",
    Slot.DEVICE: "device",
    Slot.ACCOUNT: "account",
    Slot.ADDRESS: "delivery address",
    Slot.EMAIL: "e-mail address",
}
_DEFINITION_WORDS: dict[Definition, str] = {
    Definition.VISA_READINESS: "Visa's text (120 to 365 days before the dispute)",
    Definition.STRIPE_SUPPORT: "Stripe's support page (120 to 365 days before the payment)",
    Definition.STRIPE_API: "Stripe's API page (120 to 364 days before the payment)",
}
MISSING_WORDS: dict[RequiredAction, str] = {
    RequiredAction.CUSTOMER_IDENTIFIERS: "the IP address or device id, and the account or the full delivery address "
    "with its region, of this order and of two earlier purchases",
    RequiredAction.DISPUTED_DESCRIPTION: "a description of what this order sold",
    RequiredAction.PRIOR_DESCRIPTION: "a description of what the earlier purchases were",
    RequiredAction.PRIORS: "two earlier undisputed and unrefunded purchases on the same card, 120 to 364 days before "
    "both the payment and the dispute",
}


def ce3_text(ce3: Ce3Assessment) -> str:
    """Where the case stands with Compelling Evidence 3.0, in words that claim no more than that."""
    pair = f"The earlier purchases {' and '.join(ce3.chosen)} share {_listed(ce3.matched)} with the disputed one"
    lacks = "; ".join(MISSING_WORDS[action] for action in ce3.missing)
    match ce3.status:
        case Ce3Status.QUALIFIED:
            return f"{pair} and qualify under every published text of Compelling Evidence 3.0."
        case Ce3Status.EDGE:
            under = ", ".join(_DEFINITION_WORDS[definition] for definition in ce3.definitions)
            return f"{pair} and qualify under {under} only. Missing for the rest: {lacks}."
        case _:
            return f"The case does not qualify for Compelling Evidence 3.0. Missing: {lacks}."


def ce3_citations(bundle: CaseBundle, ce3: Ce3Assessment) -> tuple[Citation, ...]:
    """Where the chosen purchases and what they share stand in the case; all purchases when none are chosen."""
    priors = bundle.chargeback.prior_transactions if bundle.chargeback is not None else ()
    places = [
        f"/chargeback/prior_transactions/{index}"
        for index, prior in enumerate(priors)
        if not ce3.chosen or prior.processor_reference in ce3.chosen
    ]
    if {Slot.IP, Slot.DEVICE, Slot.ACCOUNT} & set(ce3.matched):
        places.append("/order/device")
    if Slot.ADDRESS in ce3.matched:
        places.append("/order/ship_to")
    if Slot.EMAIL in ce3.matched:
        places.append("/buyer/email")
    return tuple(OrderField(pointer=place) for place in places)


def liability_reasons(
    bundle: CaseBundle, facts: dict[FactName, Fact], liability: LiabilityAssessed, ground_rule: str
) -> tuple[Reason, ...]:
    """What the liability rules found beside the ground itself, so that a reviewer sees how far each programme is."""
    found: list[Reason] = []
    authentication, ce3, trust = liability.authentication, liability.ce3, liability.first_party_trust
    if authentication.contradiction is not None:
        found.append(
            Reason(
                rule="defence.three_ds_contradiction",
                text=f"Nothing rests on the authentication: {authentication.contradiction}.",
                citations=cite(facts, FactName.PAYMENT_THREE_D_SECURE, FactName.PAYMENT_ECI),
                source=authentication.source,
            )
        )
    rule = f"defence.ce3_{ce3.status.value}"
    if ce3.status is not Ce3Status.NOT_APPLICABLE and rule != ground_rule:
        found.append(
            Reason(rule=rule, text=ce3_text(ce3), citations=ce3_citations(bundle, ce3), source=visa_ce3.SOURCE)
        )
    if trust.status is not TrustStatus.NOT_APPLICABLE:
        empty = [group.group.value.replace("_", " ") for group in trust.groups if group.used is None]
        text = f"nothing is at hand for {' and '.join(empty)}" if empty else "each of the three groups has an element"
        found.append(
            Reason(
                rule=f"defence.first_party_trust_{trust.status.value}",
                text=f"Data for First-Party Trust: {text}. Mastercard alone decides whether it qualifies.",
                citations=(OrderField(pointer="/order/device"), OrderField(pointer="/order/ship_to")),
                source=first_party_trust.SOURCE,
            )
        )
    return tuple(found)


def _listed(slots: tuple[Slot, ...]) -> str:
    return "the " + " and the ".join(SLOT_WORDS[slot] for slot in slots)
