"""What an analyst finds in a packet: which requirements of the code are answered where, and how it can be attacked."""

from enum import StrEnum

from knowledge.base import Frozen
from knowledge.case import CardNetwork


class Weight(StrEnum):
    """What a finding means for the answer."""

    FATAL = "fatal"
    """An analyst may decide against the merchant on this alone; a person looks before it is sent."""
    WEAK = "weak"
    """It costs force; the packet may go as it is."""


class Mend(StrEnum):
    """Who could take the attack away."""

    CASE = "mend the case"
    ASK = "ask the merchant"
    CONCEDE = "concede"


class AttackKind(StrEnum):
    """The cheapest ways to take a packet apart."""

    STATEMENT_WITHOUT_EXHIBIT = "statement without an exhibit"
    NOTHING_COMPELLED_SHOWN = "nothing the reason code compels is shown"
    TRACKING_NUMBER_DIFFERS = "a tracking number that its exhibit does not have"
    DATES_OUT_OF_ORDER = "dates out of order"
    AMOUNTS_DISAGREE = "amounts that do not add up"
    DELIVERED_AFTER_DISPUTE = "delivered after the dispute"
    DELIVERED_ELSEWHERE = "delivered to another place than ordered"
    DELIVERY_UNDONE = "a scan that undoes the delivery"
    PLACE_TOO_COARSE = "a delivery place without street or postcode"
    NO_SIGNATURE = "no signature above the signature threshold"
    LEFT_UNATTENDED = "left unattended"
    SIGNED_BY_ANOTHER = "signed by another name"
    VERIFICATION_MISMATCH = "an address or card code that did not match"
    SHIPPED_TO_ANOTHER = "shipped to another name than the buyer's"
    PRIOR_DISPUTED = "an earlier transaction that was disputed or refunded"
    BALANCE_UNEXPLAINED = "a credit below the amount, and the balance unexplained"
    COMPLAINT_UNANSWERED = "a complaint without an answer"
    POLICY_SHOWN_LATE = "a policy shown after the order"


class Finding(Frozen):
    """One attack on the packet."""

    kind: AttackKind
    weight: Weight
    told: str
    """As the analyst would say it, with the values printed."""
    places: tuple[str, ...]
    """Where it is read, for example `page 5, Exhibit D, scan-4`."""
    mend: Mend
    by: str
    """What would take it away, in a sentence for a person."""


class Requirement(Frozen):
    """One item of what compels under the code, and where the packet answers it."""

    item: str
    meaning: str
    places: tuple[str, ...]
    """Empty when the packet does not answer it."""


class AnalystView(Frozen):
    """`analyst.json`: the packet as its reader takes it."""

    version: str = "amends.analyst/1"
    network: CardNetwork
    reason_code: str
    pages: int
    requirements: tuple[Requirement, ...]
    """In the order of force of the reason code's own list; empty when no list is known for it."""
    findings: tuple[Finding, ...]
    """Fatal ones first."""

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """The findings a person must see before the packet is sent."""
        return tuple(finding for finding in self.findings if finding.weight is Weight.FATAL)
