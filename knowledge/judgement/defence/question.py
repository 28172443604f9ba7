"""What a stance may rest on, and what a family's decisive test says of it."""

from datetime import datetime

from knowledge.base import Frozen
from knowledge.case import CaseBundle, EarlierRefund
from knowledge.decision import Stance
from knowledge.facts import Citation, Fact, FactName
from knowledge.outcomes.win_rates import OutcomeCount
from knowledge.reasons import ChargebackFamily, DisputeReason
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import ReasonCode


class DefenceQuestion(Frozen):
    """Everything the stance may rest on."""

    bundle: CaseBundle
    reason: ReasonCode
    facts: tuple[Fact, ...]
    credits: tuple[EarlierRefund, ...]
    policy: MerchantPolicy
    as_of: datetime
    doubts: tuple[str, ...] = ()
    history: tuple[OutcomeCount, ...] = ()
    """How the merchant's answered disputes ended."""


class Ground(Frozen):
    """What the family's decisive test says: held, harmful or lacking."""

    stance: Stance
    rule: str
    text: str
    citations: tuple[Citation, ...] = ()
    question: str | None = None
    source: str | None = None


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


def text_of(facts: dict[FactName, Fact], name: FactName) -> str:
    """The fact's value as text; empty when nobody read it."""
    return facts[name].text() if name in facts else ""


def cite(facts: dict[FactName, Fact], *names: FactName) -> tuple[Citation, ...]:
    """What those of the facts that were read rest on, in the order named."""
    return tuple(facts[name].citation for name in names if name in facts)
