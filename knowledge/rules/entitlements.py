"""Entitlements: what the law of the buyer's market guarantees for given facts, as a floor under every decision.

The table is a first, deliberately small reading of consumer law and is to be confirmed by counsel for each
market a merchant sells into. It never takes anything away: where no rule is known, the floor is what the
merchant's own policy promises.
"""

from enum import StrEnum

from knowledge.base import Frozen
from knowledge.reasons import DisputeReason

EU = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())
EEA_AND_EU = EU | {"IS", "LI", "NO"}


class Guarantee(StrEnum):
    """What a buyer may insist on."""

    FULL_REFUND = "full_refund"
    """Everything paid, outbound delivery included."""
    REMEDY = "remedy"
    """Repair or replacement first; a proportionate price reduction, or rescission unless the fault is minor."""
    WITHDRAW = "withdraw"
    """Send it back without giving a reason; goods and standard outbound delivery are refunded."""
    NONE = "none"


class Entitlement(Frozen):
    """A guarantee with the rule's id and its source."""

    guarantee: Guarantee
    rule: str
    text: str
    source: str


class EntitlementFacts(Frozen):
    """The facts a guarantee may depend on; None where they are not established."""

    market: str
    """ISO country the goods were sold into."""
    reason: DisputeReason
    arrived: bool | None
    days_since_delivery: int | None
    overdue_days: int | None
    """Days since the promised date with nothing delivered; None when it arrived or nothing was promised."""
    digital: bool


_FAULTS = frozenset(
    {
        DisputeReason.DAMAGED,
        DisputeReason.DEFECTIVE,
        DisputeReason.NOT_AS_DESCRIBED,
        DisputeReason.COUNTERFEIT,
        DisputeReason.WRONG_ITEM,
        DisputeReason.MISSING_PARTS,
    }
)
_NO_FAULT = frozenset({DisputeReason.CHANGED_MIND, DisputeReason.SIZE_FIT})

WITHDRAWAL_DAYS = 14
"""Directive 2011/83/EU art. 9; UK Consumer Contracts Regulations 2013 reg. 30."""
CONFORMITY_DAYS = 730
"""Directive (EU) 2019/771 art. 10: the seller answers for two years."""
UK_REJECT_DAYS = 30
"""Consumer Rights Act 2015 s.22: the short-term right to reject."""


def entitlement(facts: EntitlementFacts) -> Entitlement:
    """The strongest guarantee that holds for these facts; `NONE` with its reason where there is none."""
    if facts.reason is DisputeReason.NOT_RECEIVED and facts.arrived is False:
        return _not_delivered(facts)
    if facts.reason in _FAULTS and facts.arrived is not False:
        return _fault(facts)
    if facts.reason in _NO_FAULT and not facts.digital:
        return _withdrawal(facts)
    return Entitlement(
        guarantee=Guarantee.NONE,
        rule="entitlement.none",
        text="No statutory guarantee is triggered by the established facts.",
        source="no rule of the entitlement table applies",
    )


def _not_delivered(facts: EntitlementFacts) -> Entitlement:
    overdue = facts.overdue_days is not None and facts.overdue_days > 0
    if not overdue:
        return Entitlement(
            guarantee=Guarantee.NONE,
            rule="entitlement.delivery.not_yet_due",
            text="No promised delivery date has passed, so the law does not ask for a refund yet.",
            source="the order's promised date",
        )
    if facts.market in EEA_AND_EU:
        source = "Directive 2011/83/EU arts 18 and 20 (delivery in time; risk passes on possession)"
    elif facts.market == "GB":
        source = "Consumer Rights Act 2015 ss.28–29"
    elif facts.market == "US":
        source = "FTC Mail, Internet, or Telephone Order Merchandise Rule, 16 CFR 435"
    elif facts.market == "BR":
        source = "Código de Defesa do Consumidor art. 35"
    else:
        source = "card network rules for merchandise not received (Visa 13.1, Mastercard 4853)"
    return Entitlement(
        guarantee=Guarantee.FULL_REFUND,
        rule="entitlement.delivery.overdue",
        text="Goods not delivered in the promised time are refunded in full; the seller bears the risk until delivery.",
        source=source,
    )


def _fault(facts: EntitlementFacts) -> Entitlement:
    days = facts.days_since_delivery
    if facts.market == "GB" and days is not None and days <= UK_REJECT_DAYS:
        return Entitlement(
            guarantee=Guarantee.REMEDY,
            rule="entitlement.uk.reject",
            text="Within 30 days the buyer may reject faulty goods, or agree on a price reduction instead.",
            source="Consumer Rights Act 2015 ss.20, 22, 24",
        )
    if facts.market in EEA_AND_EU and (days is None or days <= CONFORMITY_DAYS):
        return Entitlement(
            guarantee=Guarantee.REMEDY,
            rule="entitlement.eu.conformity",
            text="A lack of conformity entitles the buyer to repair, replacement or a proportionate price reduction.",
            source="Directive (EU) 2019/771 arts 10, 11, 13, 15",
        )
    if facts.market == "BR" and (days is None or days <= 90):
        return Entitlement(
            guarantee=Guarantee.REMEDY,
            rule="entitlement.br.defect",
            text="A defect entitles the buyer to repair, else replacement, refund or a proportionate price reduction.",
            source="Código de Defesa do Consumidor arts 18 and 26",
        )
    return Entitlement(
        guarantee=Guarantee.REMEDY if days is None or days <= 30 else Guarantee.NONE,
        rule="entitlement.network.not_as_described",
        text="Faulty goods can be disputed with the card issuer, so a remedy is offered under the merchant's policy.",
        source="card network rules for merchandise not as described (Visa 13.3, Mastercard 4853)",
    )


def _withdrawal(facts: EntitlementFacts) -> Entitlement:
    days = facts.days_since_delivery
    in_time = days is None or days <= WITHDRAWAL_DAYS
    if in_time and facts.market in EEA_AND_EU:
        source = "Directive 2011/83/EU arts 9 and 13"
    elif in_time and facts.market == "GB":
        source = "Consumer Contracts Regulations 2013 regs 29–34"
    elif facts.market == "BR" and (days is None or days <= 7):
        source = "Código de Defesa do Consumidor art. 49 (7 days)"
    else:
        return Entitlement(
            guarantee=Guarantee.NONE,
            rule="entitlement.withdrawal.none",
            text="No statutory right of withdrawal holds here at this time; the merchant's return policy decides.",
            source="no rule of the entitlement table applies",
        )
    return Entitlement(
        guarantee=Guarantee.WITHDRAW,
        rule="entitlement.withdrawal",
        text="The buyer may withdraw and return the goods for a refund of goods and standard outbound delivery.",
        source=source,
    )
