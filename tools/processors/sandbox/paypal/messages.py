"""What the control interface under `/_sandbox/paypal/` takes and tells. Amounts are in our own minor units."""

from typing import Any

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.money import Money


class NewCapture(Frozen):
    """A payment that was captured before the story begins."""

    id: str | None = Field(default=None, pattern=r"^[0-9A-Z]{3,20}$")
    amount: Money
    refunds_start_as: str = "COMPLETED"
    """`COMPLETED`, `PENDING`, `FAILED`, or any status PayPal may invent."""
    in_order: bool = True
    """False for a payment made without Orders v2: then nothing lists its refunds."""


class NewPayPalDispute(Frozen):
    """A dispute the buyer, or their bank, opens on a capture. PayPal asks the merchant for evidence."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{3,255}$")
    capture: str
    amount: Money | None = None
    """None disputes the whole payment."""
    reason: str = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"
    stage: str = "CHARGEBACK"
    """`INQUIRY`, `CHARGEBACK`, `PRE_ARBITRATION` or `ARBITRATION`."""
    due_by: AwareDatetime
    accept_claim_types: tuple[str, ...] = ("REFUND",)


class PayPalOutcome(Frozen):
    """What PayPal decides."""

    code: str
    """`dispute_outcome.outcome_code`: `RESOLVED_SELLER_FAVOUR`, `RESOLVED_BUYER_FAVOUR`, …."""
    refunded: Money | None = None
    """What the buyer gets; None is everything when they win, and nothing otherwise."""
    adjudication: str | None = None
    """`DENY_BUYER`, `PAYOUT_TO_BUYER`, `PAYOUT_TO_SELLER`, `RECOVER_FROM_SELLER`; None is what the code implies."""
    appealable: bool = False


class PayPalStage(Frozen):
    """The dispute goes on in another stage, or PayPal asks again in the same one: it waits for the merchant."""

    stage: str
    due_by: AwareDatetime


class DashboardPayPalRefund(Frozen):
    """A refund somebody makes in PayPal's own pages."""

    capture: str
    amount: Money
    custom_id: str | None = None


class PayPalRefundOutcome(Frozen):
    """What becomes of a refund; a failed or canceled one gives its amount back to the capture."""

    status: str
    reason: str | None = None


class PayPalRefund(Frozen):
    """A refund that really exists."""

    id: str
    amount: Money
    status: str
    by: str
    """`api` or `dashboard`."""
    custom_id: str | None


class CaptureLedger(Frozen):
    """What really happened to a capture."""

    captured: Money
    status: str
    refunds: tuple[PayPalRefund, ...]
    """Oldest first, in every state."""


class PayPalSubmission(Frozen):
    """Evidence that reached PayPal."""

    at: AwareDatetime
    call: str
    """`provide-evidence`, `provide-supporting-info` or `appeal`."""
    stage: str
    body: dict[str, Any]
    """`input` as it was sent."""
    file_sha256: dict[str, str]
    """The name of each file to its digest."""


class PayPalDisputeLedger(Frozen):
    """What really happened to a dispute."""

    capture: str
    status: str
    outcome: str | None
    submissions: tuple[PayPalSubmission, ...]


class PayPalLedger(Frozen):
    """Everything that really happened at PayPal's side, over all restarts."""

    captures: dict[str, CaptureLedger]
    disputes: dict[str, PayPalDisputeLedger]
    tokens: int
    """Tokens given since the sandbox started."""


class TokenPlan(Frozen):
    """What becomes of access tokens."""

    end_all: bool = False
    """Every token given so far ends now, before its time."""
    last_seconds: int = Field(default=32_400, ge=1)
    """How long tokens given from now on last."""
