"""What the control interface under `/_sandbox/` takes and tells. Amounts are in Stripe's own minor units."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen


class NewCharge(Frozen):
    """A captured card payment that happened before the story begins."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]{3,100}$")
    amount: int = Field(ge=1)
    currency: str = Field(pattern=r"^[a-z]{3}$")
    network: str = "visa"
    last4: str = Field(default="4242", pattern=r"^\d{4}$")
    created_at: AwareDatetime | None = None
    metadata: dict[str, str] = {}
    refunds_start_as: str = "succeeded"
    """`succeeded`, `pending`, `requires_action`, or any status Stripe may invent."""


class NewDispute(Frozen):
    """A dispute the issuer opens on a charge."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_]{3,100}$")
    charge: str
    amount: int | None = Field(default=None, ge=1)
    """None disputes the whole charge."""
    reason: str = "general"
    """Stripe's own word, for example `product_not_received`."""
    network_reason_code: str | None = None
    case_type: str = "chargeback"
    """`chargeback`, `inquiry`, `compliance`, …; an inquiry leaves the charge refundable."""
    due_by: AwareDatetime | None = None
    """None when the bank allows no response."""


class FaultKind(StrEnum):
    """What goes wrong with a request, named by where."""

    RATE_LIMIT = "rate_limit"
    """429 before anything happens."""
    SERVER_ERROR = "server_error"
    """500 before anything happens."""
    GATEWAY_TIMEOUT = "gateway_timeout"
    """504 before anything happens, with the page of a gateway in between instead of Stripe's own error."""
    SERVER_ERROR_AFTER = "server_error_after"
    """It happens, the answer is 500, and the idempotency key replays that 500, as Stripe documents."""
    HANG_BEFORE = "hang_before"
    """Nothing happens and no answer comes until the client gives up."""
    HANG_AFTER = "hang_after"
    """It happens and no answer comes until the client gives up."""
    DROP_BEFORE = "drop_before"
    """Nothing happens and the connection is cut."""
    DROP_AFTER = "drop_after"
    """It happens and the connection is cut instead of an answer."""


class Fault(Frozen):
    """The next `times` matching requests go wrong."""

    kind: FaultKind
    method: str = "POST"
    path: str
    """A regular expression for the whole path, for example `/v1/refunds`."""
    times: int = Field(default=1, ge=1)


class Storm(Frozen):
    """Requests of every kind go wrong at random, until the next storm; planned faults come first."""

    share: float = Field(ge=0, le=1)
    """How many of all requests; 1 is an outage, 0 is calm."""
    kinds: tuple[FaultKind, ...] = ()
    """Which of them, each as likely as it is often here."""
    seed: int = 0


class HoldPoint(StrEnum):
    """Where a request is held."""

    BEFORE = "before"
    """Before anything happens; released, it happens even when the client is gone."""
    AFTER = "after"
    """After it happened and before the answer; a client that goes away ends the hold."""


class Hold(Frozen):
    """The next `times` matching requests wait until they are released."""

    point: HoldPoint
    method: str = "POST"
    path: str
    times: int = Field(default=1, ge=1)


class HeldRequest(Frozen):
    """A request that waits."""

    ticket: int
    point: HoldPoint
    method: str
    path: str
    idempotency_key: str | None


class DashboardRefund(Frozen):
    """A refund somebody makes in the dashboard, behind our back."""

    charge: str
    amount: int | None = Field(default=None, ge=1)
    metadata: dict[str, str] = {}


class RefundOutcome(Frozen):
    """What becomes of a refund; a failed or canceled one gives its amount back to the charge."""

    status: str
    failure_reason: str | None = None


class DisputeOutcome(Frozen):
    """What the issuer decides."""

    status: str
    recovered: int | None = Field(default=None, ge=0)
    """Given back to the merchant; None means everything when won and nothing otherwise.

    A dispute that was corrected for an earlier partial refund ends `lost` with that part recovered.
    """
    withdrawn: int = Field(default=0, ge=0)
    """Taken from the merchant again, as when a won dispute is reversed in the second cycle."""
    due_by: AwareDatetime | None = None
    """The date of the new cycle, for a status that needs a response again."""


class MadeRefund(Frozen):
    """A refund that really exists."""

    id: str
    amount: int
    status: str
    by: str
    """`api` or `dashboard`."""
    idempotency_key: str | None
    metadata: dict[str, str]


class ChargeLedger(Frozen):
    """What really happened to a charge."""

    captured: int
    currency: str
    refunds: tuple[MadeRefund, ...]
    """Oldest first, in every state."""
    refunded: int
    """Failed and canceled refunds left out."""


class Submission(Frozen):
    """Evidence that reached the issuer."""

    at: AwareDatetime
    texts: dict[str, str]
    file_sha256: dict[str, str]
    """Evidence field to the digest of its file."""
    idempotency_key: str | None
    enhanced: dict[str, Any] = {}
    """Structured evidence of a network's own programme, as Stripe names it."""


class DisputeLedger(Frozen):
    """What really happened to a dispute."""

    charge: str
    status: str
    submissions: tuple[Submission, ...]
    recovered: int


class Ledger(Frozen):
    """Everything that really happened, over all restarts."""

    charges: dict[str, ChargeLedger]
    disputes: dict[str, DisputeLedger]
    files: int
    """Files uploaded."""


class Violation(Frozen):
    """A request or an answer that breaks Stripe's specification."""

    method: str
    path: str
    where: str
    """`request` or `response`."""
    what: str
