"""Decisions and offers: what was decided, for how much, and the reasons with their citations."""

from enum import StrEnum

from pydantic import Field

from knowledge.base import Frozen
from knowledge.facts import Citation, Fact, FactName
from knowledge.money import Money
from knowledge.rules.liability.first_party_trust import TrustAssessment
from knowledge.rules.liability.visa_ce3 import Ce3Assessment


class Resolution(StrEnum):
    """How a refund case can end."""

    PRICE_REDUCTION = "price_reduction"
    FULL_REFUND = "full_refund"
    RETURN_AND_REFUND = "return_and_refund"
    REPAIR = "repair"
    REPLACE = "replace"
    RESEND_PART = "resend_part"
    DENY = "deny"
    ASK_EVIDENCE = "ask_evidence"


class Liability(StrEnum):
    """Who answers for what went wrong."""

    BUYER = "buyer"
    SELLER = "seller"
    CARRIER = "carrier"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


class Contradiction(Frozen):
    """Two facts that cannot both be true, in words a reviewer can check."""

    between: tuple[FactName, ...]
    what: str


class Assessment(Frozen):
    """Facts joined: what is established, what is only claimed, what contradicts, what is missing, who is liable."""

    facts: tuple[Fact, ...]
    contradictions: tuple[Contradiction, ...] = ()
    missing: tuple[FactName, ...] = ()
    """Only what could change the decision."""
    missing_why: tuple[str, ...] = ()
    """One entry per missing fact: why it could not be read."""
    liability: Liability

    def find(self, name: FactName) -> Fact | None:
        """The fact of that name, a person's before any machine's; None when nobody read it."""
        return next((fact for fact in self.facts if fact.name is name), None)


class Reason(Frozen):
    """One reason for a decision: a rule or computation in words, with what it rests on."""

    rule: str
    """The rule's stable id, for example `entitlement.eu.conformity`."""
    text: str
    citations: tuple[Citation, ...] = ()
    source: str | None = None
    """The law, policy section or computation behind the rule."""


class Route(StrEnum):
    """Who may act on a decision."""

    AUTOMATIC = "automatic"
    REVIEW = "review"


class Rung(Frozen):
    """One offer of the ladder."""

    resolution: Resolution
    amount: Money
    needs: str | None = None
    """What must have happened before this rung may be offered, beyond the one before being refused."""


class PrecedentCited(Frozen):
    """An earlier case the fair value rests on, with what was decided and what differs."""

    case_id: str
    similarity: float
    share: float
    """The share of the claimed items' price that was given back."""
    resolution: Resolution
    differs: tuple[str, ...] = ()
    synthetic: bool = False


class Decision(Frozen):
    """The outcome of the pure decision function; replayable from what it names."""

    resolution: Resolution
    amount: Money
    """What is paid when the first rung is accepted; zero for deny and ask."""
    floor: Money
    """What law and policy guarantee the buyer for these facts."""
    fair_low: Money
    fair_high: Money
    ladder: tuple[Rung, ...] = Field(default=(), max_length=3)
    route: Route
    review_because: tuple[str, ...] = ()
    """Why a person must look, in plain words; empty exactly when the route is automatic."""
    reasons: tuple[Reason, ...]
    question: str | None = None
    """The one item asked of the buyer when the resolution is `ask_evidence`."""
    alternatives: tuple[tuple[str, Money], ...] = ()
    """Expected cost to the merchant of each resolution that was weighed, cheapest first."""
    precedents: tuple[PrecedentCited, ...] = ()
    policy_version: str
    rule_version: str


class Stance(StrEnum):
    """What to do with a chargeback."""

    FIGHT = "fight"
    ACCEPT = "accept"
    ASK_MERCHANT = "ask_merchant"


class DefenceDecision(Frozen):
    """Fight, accept or ask, with the sum that was weighed."""

    stance: Stance
    contested: Money
    """Disputed amount less credits already posted."""
    credited: Money
    win_probability: float = Field(ge=0, le=1)
    win_low: float | None = None
    """The chance's 95 % interval; None in decisions before it was told."""
    win_high: float | None = None
    expected_value: Money
    """Expected gain of fighting over accepting, net of fees; may be negative."""
    route: Route
    review_because: tuple[str, ...] = ()
    reasons: tuple[Reason, ...]
    held: tuple[str, ...] = ()
    """Items of the evidence vocabulary we hold for this reason code."""
    lacking: tuple[str, ...] = ()
    ce3: Ce3Assessment | None = None
    """Where the dispute stands with Visa Compelling Evidence 3.0; None outside Visa 10.4."""
    first_party_trust: TrustAssessment | None = None
    """What is at hand for Mastercard First-Party Trust; None outside Mastercard 4837."""
    question: str | None = None
    policy_version: str
    rule_version: str
