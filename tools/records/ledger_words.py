"""The ledger's words: entries, their states, and the ways it refuses."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.money import Money


class EntryKind(StrEnum):
    """What an entry is: money back through the processor, money back otherwise, or money a bank took."""

    REFUND = "refund"
    CREDIT = "credit"
    CHARGEBACK = "chargeback"


class EntryState(StrEnum):
    """Where an entry stands. The first three hold their amount; the last three have freed it.

    A chargeback is pending while open, succeeded when lost or accepted, reversed when won.
    """

    RESERVED = "reserved"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REVERSED = "reversed"
    RELEASED = "released"

    @property
    def holds(self) -> bool:
        """True while the entry's amount is not available to others."""
        return self in (EntryState.RESERVED, EntryState.PENDING, EntryState.SUCCEEDED)


class EntryOrigin(StrEnum):
    """Who made an entry. Foreign ones record what has happened already, so the limit does not refuse them."""

    OURS = "ours"
    FOREIGN = "foreign"


class Entry(Frozen):
    """A line of a payment's ledger."""

    key: str
    """Unique in the merchant's ledger; the case key at the processor for refunds of ours."""
    charge: str
    case_id: str | None
    """None for what was made behind our back."""
    kind: EntryKind
    origin: EntryOrigin
    amount: Money
    """Face amount; of a chargeback the disputed amount."""
    counted: Money
    """What it takes from the captured amount now: nothing once freed, the contested balance for a chargeback."""
    state: EntryState
    reference: str | None
    """The processor's id of the refund or dispute."""
    failure: str | None
    at: AwareDatetime
    """When it was entered here, which for a foreign entry is later than when it was made."""
    changed_at: AwareDatetime


class PaymentStanding(Frozen):
    """A payment's sums over all cases and channels."""

    charge: str
    captured: Money
    given: Money
    """Refunds and credits reserved, pending or succeeded."""
    contested: Money
    """What open and lost chargebacks take beyond `given`."""
    available: Money
    """What may still be reserved; never negative."""
    overdraft: Money
    """What was given beyond the captured amount behind our back; while it is not zero nothing can be reserved."""


ChargebackOutcome = Literal["won", "lost", "accepted"]


class LedgerRefused(Exception):
    """The ledger does not accept what was asked; the message says which rule and what to do."""


class OverCaptured(LedgerRefused):
    """More would be given back than was captured."""

    def __init__(self, asked: Money, available: Money) -> None:
        super().__init__(f"{asked} cannot be reserved: {available} is available on this payment")
        self.asked = asked
        self.available = available
