"""What happened to money, as the records tell it: movements of the ledger, and the ends of disputes."""

from datetime import datetime
from typing import NamedTuple

from knowledge.finance.month import Month
from knowledge.outcomes.closed_dispute import ClosedDispute


class Proofs(NamedTuple):
    """What a line is tied to beside its case."""

    processor: str | None
    """None for payments that were registered before the ledger kept it."""
    letter_sha256: str | None
    """Of the case's newest letter when the line was made; None when none was written."""
    packet_sha256: str | None


class Movement(NamedTuple):
    """An entry of the ledger that moved money: a refund or credit made or come back, a dispute opened."""

    key: str
    number: int
    """The entry's own count of its movements, from 1."""
    kind: str
    """`refund`, `credit` or `chargeback`."""
    returned: bool
    """Whether a refund or credit that was made has come back."""
    amount_minor: int
    currency: str
    case_id: str | None
    charge: str
    reference: str | None
    """The processor's id of the refund or dispute."""
    at: datetime
    proofs: Proofs
    undoes: str | None = None
    """For what came back: the source of the line that is taken back."""
    undoes_in: Month | None = None
    """The closed month that line stands in."""

    @property
    def source(self) -> str:
        """The event's own name in the books."""
        return f"ledger/{self.key}/{self.number}"


class DisputeEnded(NamedTuple):
    """A dispute's end; with `before` it replaces an earlier end (a second cycle, a later word of the processor)."""

    number: int
    """The dispute's own count of its ends, from 1."""
    ended: ClosedDispute
    charge: str
    proofs: Proofs
    before: ClosedDispute | None = None
    before_in: Month | None = None
    """The closed month the earlier end stands in."""

    @property
    def source(self) -> str:
        """The event's own name in the books."""
        return f"end/{self.ended.dispute_id}/{self.number}"

    @property
    def undoes(self) -> str | None:
        """The source of the end that is replaced."""
        return f"end/{self.ended.dispute_id}/{self.number - 1}" if self.before else None
