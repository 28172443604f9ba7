"""The decisive test of a fraud dispute: authentication, then what links the order to the cardholder.

Visa's own list for 10.4 where Compelling Evidence 3.0 does not help (Dispute Management Guidelines, June 2024):
authentication first; goods delivered to the address that was verified; digital goods by two links of a list.
"""

from knowledge.case import CaseBundle
from knowledge.decision import Stance
from knowledge.facts import Citation, Fact, FactName, OrderField
from knowledge.judgement.defence.liability import MISSING_WORDS, LiabilityAssessed, ce3_citations, ce3_text
from knowledge.judgement.defence.question import Ground, cite, text_of
from knowledge.rules.liability import visa_ce3
from knowledge.rules.liability.identifiers import Identifier, identifiers_of
from knowledge.rules.liability.three_d_secure import Shift
from knowledge.rules.liability.visa_ce3 import Ce3Status

_GUIDELINES = "Visa Dispute Management Guidelines, June 2024, condition 10.4"


def fraud_ground(
    bundle: CaseBundle, facts: dict[FactName, Fact], held: frozenset[str], liability: LiabilityAssessed
) -> Ground:
    """Fight what is authenticated or linked, ask for what would link it, accept the rest."""
    authentication, ce3 = liability.authentication, liability.ce3
    if authentication.protects:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.authenticated",
            text="The payment was authenticated with 3-D Secure."
            if authentication.shift is Shift.SHIFTED
            else "Authentication with 3-D Secure was attempted, and the issuer's side could not take part.",
            citations=cite(facts, FactName.PAYMENT_THREE_D_SECURE, FactName.PAYMENT_ECI),
            source=authentication.source,
        )
    if ce3.status is Ce3Status.QUALIFIED:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.ce3_qualified",
            text=ce3_text(ce3),
            citations=ce3_citations(bundle, ce3),
            source=visa_ce3.SOURCE,
        )
    linked = _ordinary_link(bundle, facts, held, liability)
    if linked is not None:
        return linked
    if ce3.status is Ce3Status.EDGE:
        return Ground(
            stance=Stance.ASK_MERCHANT,
            rule="defence.ce3_edge",
            text=ce3_text(ce3),
            citations=ce3_citations(bundle, ce3),
            question="; ".join(MISSING_WORDS[action] for action in ce3.missing),
            source=visa_ce3.SOURCE,
        )
    return Ground(
        stance=Stance.ACCEPT,
        rule="defence.fraud_unlinked",
        text="Nothing that counts links the order to the cardholder: no authentication, no delivery at a verified "
        "address, no earlier purchases.",
        citations=cite(facts, FactName.PAYMENT_AVS, FactName.PAYMENT_CVC),
    )


def _ordinary_link(
    bundle: CaseBundle, facts: dict[FactName, Fact], held: frozenset[str], liability: LiabilityAssessed
) -> Ground | None:
    if "delivery_address_match" in held and text_of(facts, FactName.PAYMENT_AVS) == "match":
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.linked",
            text="The goods were delivered at the address that the card's issuer verified.",
            citations=cite(facts, FactName.PAYMENT_AVS, FactName.ROUTE_DELIVERED_AT, FactName.ROUTE_DELIVERY_PLACE),
            source=_GUIDELINES,
        )
    # Under 10.4 earlier purchases count by the exact rule or not at all, except as one of two links of digital goods.
    if liability.ce3.status is Ce3Status.NOT_APPLICABLE and "prior_undisputed_transactions" in held:
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.linked",
            text="Earlier undisputed purchases were made from the same connection or device.",
            citations=_places(bundle, liability),
            source="networks' lists of compelling evidence for fraud: purchase history without dispute",
        )
    device = identifiers_of(bundle.order.device, None, None).get(Identifier.DEVICE_ID)
    on_it = device is not None and any(
        identifiers_of(prior.device, None, None).get(Identifier.DEVICE_ID) == device for prior in liability.linked
    )
    if on_it and "digital_access_log" in held and all(line.digital for line in bundle.order.lines):
        used = (OrderField(pointer="/documents"), OrderField(pointer="/order/device"))
        return Ground(
            stance=Stance.FIGHT,
            rule="defence.digital_linked",
            text="The log shows the use of what was bought, on a device that made an undisputed purchase before.",
            citations=(*used, *_places(bundle, liability)),
            source=f"{_GUIDELINES}: digital goods, two links (the device and its holder; an undisputed purchase on it)",
        )
    return None


def _places(bundle: CaseBundle, liability: LiabilityAssessed) -> tuple[Citation, ...]:
    named = {prior.processor_reference for prior in liability.linked}
    priors = bundle.chargeback.prior_transactions if bundle.chargeback is not None else ()
    return tuple(
        OrderField(pointer=f"/chargeback/prior_transactions/{index}")
        for index, prior in enumerate(priors)
        if prior.processor_reference in named
    )
