"""Adyen's notification items as its webhooks carry them, for the tests of the books."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.processors.adyen.notification import Notification

PAYMENT, DISPUTE, REFUND = "PAYMENT000000001", "DISPUTE000000001", "REFUND0000000001"
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def told(
    code: str,
    hours: float = 0,
    *,
    reference: str = DISPUTE,
    value: int = 5000,
    success: str = "true",
    ours: str | None = None,
    **more: str,
) -> Notification:
    """An item about the dispute (or `reference`) of the payment, `hours` after the start; `more` is additionalData."""
    item: dict[str, Any] = {
        "eventCode": code,
        "pspReference": reference,
        "originalReference": PAYMENT if reference != PAYMENT else "",
        "merchantReference": ours or "order-1",
        "merchantAccountCode": "Lumen",
        "eventDate": (START + timedelta(hours=hours)).isoformat(),
        "amount": {"value": value, "currency": "EUR"},
        "success": success,
        "reason": "because" if success == "false" else "",
        "additionalData": {**more, "hmacSignature": f"signed at {hours}"},
    }
    return Notification.read(item)
