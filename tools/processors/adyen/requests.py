"""What we asked of Adyen ourselves, kept before and after the asking.

Adyen acknowledges a refund or a defence at once and tells what became of it by webhook, minutes or days later. In
between only our own record knows that it was asked for, and after a crash only that it may have been.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import DisputeStage
from knowledge.money import Money


class RequestKind(StrEnum):
    """What was asked."""

    REFUND = "refund"
    DOCUMENTS = "documents"
    DEFENCE = "defence"
    ACCEPTANCE = "acceptance"


class RequestState(StrEnum):
    """What is known of an answer."""

    ASKED = "asked"
    """Kept before the call: whether it arrived is not known."""
    TAKEN = "taken"
    """Adyen said yes."""
    REFUSED = "refused"
    """Adyen said no, and nothing happened."""


class AdyenRequest(Frozen):
    """One thing asked of Adyen."""

    kind: RequestKind
    about: str
    """The payment's reference for a refund, else the dispute's."""
    key: str
    """What tells it from another: the idempotency key we sent, at most 64 characters."""
    state: RequestState
    asked_at: AwareDatetime
    stage: DisputeStage | None = None
    """The dispute's stage it was asked in; None for refunds."""
    amount: Money | None = None
    case_key: str | None = None
    """A refund's ledger key, which can be longer than the 80 characters Adyen's `reference` takes."""
    reference: str | None = None
    """Adyen's pspReference of a refund that was taken."""
    reason_code: str | None = None
    """The defence reason the documents were supplied for."""
    packet_sha256: str | None = None


class AdyenRequests(Protocol):
    """The durable record of what we asked; what `keep` returned from is there after any crash."""

    async def about(self, reference: str) -> Sequence[AdyenRequest]:
        """Everything asked about a payment or a dispute, oldest first."""
        ...

    async def keep(self, request: AdyenRequest) -> None:
        """Keep the request; one of the same kind, about and key takes its place."""
        ...
