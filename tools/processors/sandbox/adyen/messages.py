"""What Adyen's part of the control interface takes and tells. Amounts are in Adyen's own minor units."""

from typing import Any

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen

_REFERENCE = r"^[A-Za-z0-9_]{3,100}$"
_CURRENCY = r"^[A-Z]{3}$"


class NewPayment(Frozen):
    """A card payment that was authorised and captured at once before the story begins."""

    id: str | None = Field(default=None, pattern=_REFERENCE)
    value: int = Field(ge=1)
    currency: str = Field(pattern=_CURRENCY)
    scheme: str = "visa"
    """Adyen's paymentMethod: `visa`, `mc`, `amex`, `diners`, …."""
    refunds_end: str | None = "true"
    """`success` of the REFUND notification that follows a refund: `true`, `false`, or None while the bank is silent."""


class NewAdyenDispute(Frozen):
    """A dispute the issuer opens on a payment."""

    id: str | None = Field(default=None, pattern=_REFERENCE)
    payment: str
    value: int | None = Field(default=None, ge=1)
    """None disputes the whole payment."""
    reason_code: str
    event: str = "NOTIFICATION_OF_CHARGEBACK"
    """Or `REQUEST_FOR_INFORMATION`."""
    due_by: AwareDatetime
    defendable: bool = True
    auto_defended: bool = False
    reasons: tuple[str, ...] = ("GoodsNotReturned", "GoodsWereAsDescribed", "SupplyDefenseMaterial")
    """Defence reasons on offer, by name."""
    tells_supplied: bool = True
    """Whether INFORMATION_SUPPLIED follows a defence at once; otherwise it is told by `tell`."""


class Event(Frozen):
    """What happens to a dispute next, as Adyen names it."""

    code: str
    status: str | None = None
    """disputeStatus."""
    value: int | None = Field(default=None, ge=0)
    due_by: AwareDatetime | None = None
    """Opens the dispute to a defence until then, for the codes that do."""


class RefundEvent(Frozen):
    """What becomes of a refund: REFUND with success true or false, REFUND_FAILED or REFUNDED_REVERSED."""

    code: str = "REFUND"
    success: bool = True
    reason: str = ""


class CustomerAreaRefund(Frozen):
    """A refund somebody makes in the Customer Area, behind our back."""

    payment: str
    value: int = Field(ge=1)
    reference: str = "by hand"


class Delivery(Frozen):
    """How webhooks are delivered from now on."""

    url: str | None = None
    """Where to; None keeps them."""
    hmac_key: str = Field(default="5A" * 32, pattern=r"^([0-9A-Fa-f]{2}){16,}$")
    """Hex digits, as Adyen shows them."""
    held: bool = False
    """Late: nothing is delivered until this is told otherwise."""
    copies: int = Field(default=1, ge=1, le=5)
    newest_first: bool = False
    items_together: int = Field(default=1, ge=1, le=10)
    """Items in one notification."""


class AdyenRefundMade(Frozen):
    """A refund that really exists."""

    id: str
    value: int
    reference: str
    idempotency_key: str | None
    standing: str
    """`received`, `made`, `refused` or `undone`."""


class AdyenPaymentLedger(Frozen):
    """What really happened to a payment."""

    value: int
    currency: str
    refunds: tuple[AdyenRefundMade, ...]
    """Oldest first."""


class AdyenSubmission(Frozen):
    """A defence that reached the issuer."""

    at: AwareDatetime
    reason: str
    document_sha256: dict[str, str]
    """Document type to the digest of its content."""
    idempotency_key: str | None


class AdyenDisputeLedger(Frozen):
    """What really happened to a dispute."""

    payment: str
    open: bool
    """Whether it takes a defence now."""
    accepted: bool
    documents: dict[str, str]
    """Document types supplied and not sent yet, with the digests of their contents."""
    submissions: tuple[AdyenSubmission, ...]


class AdyenLedger(Frozen):
    """Everything that really happened, over all restarts."""

    payments: dict[str, AdyenPaymentLedger]
    disputes: dict[str, AdyenDisputeLedger]
    undelivered: int
    """Notification items that wait for delivery."""
    refused_deliveries: int
    """Deliveries that were not accepted since the sandbox was started; each is tried again."""
    supplied: int
    """Documents supplied, sent or not."""


class Told(Frozen):
    """Notification items as they travel, oldest first."""

    items: tuple[dict[str, Any], ...]
