"""A dispute that has ended: what was at stake, what came back, what it cost."""

from enum import StrEnum
from fractions import Fraction

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CardNetwork, ProcessorName
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily

_HALF = Fraction(1, 2)


class DisputeEnd(StrEnum):
    """How a dispute ended. Only the first three were fought."""

    WON = "won"
    PARTIAL = "partial"
    """Lost, with a part of the money back: a dispute corrected for an earlier credit, or split by the issuer."""
    LOST = "lost"
    ACCEPTED = "accepted"
    UNANSWERED = "unanswered"
    """Lost before an answer was sent: settled between the banks, or the date was over."""
    CLOSED = "closed"
    """An inquiry that went no further: neither won nor lost."""

    @property
    def fought(self) -> bool:
        """Whether an answer was judged."""
        return self in (DisputeEnd.WON, DisputeEnd.PARTIAL, DisputeEnd.LOST)


class ClosedDispute(Frozen):
    """A dispute that has ended, without anything personal. A later end of the same dispute replaces an earlier one."""

    case_id: str
    dispute_id: str
    processor: ProcessorName
    network: CardNetwork
    reason_code: str
    family: ChargebackFamily
    end: DisputeEnd
    disputed: Money
    contested: Money
    """The disputed amount less credits made before."""
    recovered: Money | None = None
    """What came back, in the currency of the merchant's balance; None when nothing did or the processor did not say."""
    costs: Money | None = None
    """The bank's fee, the fee for answering unless it was won, and the labour, by the policy of the day; in the
    dispute's currency, None when the policy has no rate for it."""
    policy_version: str
    closed_at: AwareDatetime

    @property
    def share(self) -> Fraction:
        """The share of a win: 1 won, 0 lost, between when a part came back (half when the currencies differ)."""
        if self.end is DisputeEnd.WON:
            return Fraction(1)
        if self.end is not DisputeEnd.PARTIAL or self.recovered is None:
            return Fraction(0)
        if self.recovered.currency != self.contested.currency or not self.contested.minor:
            return _HALF
        return min(Fraction(1), Fraction(self.recovered.minor, self.contested.minor))
