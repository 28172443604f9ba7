"""What Adyen tells by webhook, item by item, and the port through which the connector reads what was told.

Adyen has no call that reads a payment, a refund or a dispute: its notifications are all there is to know
(https://docs.adyen.com/risk-management/disputes-api/dispute-notifications).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.money import Money
from tools.processors.adyen.amounts import from_adyen


class Notification(Frozen):
    """One notification item in our words. Equal items are the same news, however often it was delivered."""

    code: str
    """Adyen's eventCode; codes we do not know are kept and change nothing."""
    reference: str
    """Adyen's pspReference: of the payment, the refund or the dispute the item is about."""
    payment: str | None
    """Adyen's originalReference: the payment a refund or dispute belongs to; some dispute items leave it out."""
    merchant_reference: str | None
    at: AwareDatetime
    amount: Money | None
    succeeded: bool
    reason: str | None
    data: tuple[tuple[str, str], ...] = ()
    """additionalData by name, sorted; values are texts at Adyen, booleans and numbers too."""

    def more(self, name: str) -> str | None:
        """The value under `name` in additionalData, without the spaces Adyen sometimes leaves around it."""
        value = dict(self.data).get(name, "").strip()
        return value or None

    @classmethod
    def read(cls, item: dict[str, Any]) -> Self:
        """A `NotificationRequestItem` as it travels; ValueError or KeyError when it is none."""
        amount: dict[str, Any] = item.get("amount") or {}
        more: dict[str, Any] = item.get("additionalData") or {}
        return cls(
            code=item["eventCode"],
            reference=item["pspReference"],
            payment=item.get("originalReference") or None,
            merchant_reference=item.get("merchantReference") or None,
            at=datetime.fromisoformat(item["eventDate"]).astimezone(UTC),
            amount=from_adyen(amount["value"], amount["currency"]) if amount else None,
            succeeded=str(item.get("success")).lower() == "true",
            reason=item.get("reason") or None,
            # The signature tells deliveries apart, not news.
            data=tuple(sorted((name, str(value)) for name, value in more.items() if name != "hmacSignature")),
        )


class AdyenNotifications(Protocol):
    """Reading port: the notifications of our merchant account that were kept, signatures checked."""

    async def about(self, reference: str) -> Sequence[Notification]:
        """Every item whose pspReference or originalReference is `reference`, in any order, repeated or not."""
        ...
