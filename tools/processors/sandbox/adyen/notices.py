"""Adyen's notification items: made, dated, signed and kept, oldest first."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from tools.processors.sandbox import objects
from tools.processors.sandbox.books import Books, Entry, Wire

ACCOUNT = "AmendsSandbox"
"""The merchant account the sandbox plays."""
_KIND = "adyen_notice"


def new_reference() -> str:
    """A reference as Adyen writes them: sixteen capitals and digits."""
    return objects.new_id("x").removeprefix("x_")[:16].upper()


def sign(item: Wire, key: str) -> str:
    """The item's signature
    (https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures)."""
    signed = ":".join(
        str(value) if value is not None else ""
        for value in (
            item.get("pspReference"),
            item.get("originalReference"),
            item.get("merchantAccountCode"),
            item.get("merchantReference"),
            item["amount"]["value"],
            item["amount"]["currency"],
            item.get("eventCode"),
            item.get("success"),
        )
    )
    return base64.b64encode(hmac.new(bytes.fromhex(key), signed.encode(), hashlib.sha256).digest()).decode()


class Notices:
    """Every item that was ever told. Adding happens inside a transaction of the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def tell(
        self,
        code: str,
        reference: str,
        about: Wire,
        now: int,
        *,
        success: bool = True,
        more: dict[str, str] | None = None,
    ) -> None:
        """A new item. `about` gives amount, scheme, merchantReference and, for what belongs to a payment, `payment`.

        Dates have whole seconds; what happens to one dispute or refund is told in seconds of its own.
        """
        last = max((entry.note["at"] for entry in self._books.all(_KIND, reference)), default=0)
        at = max(now, last + 1)
        item: Wire = {
            "additionalData": dict(more or {}),
            "amount": {"currency": about["currency"], "value": about["value"]},
            "eventCode": code,
            "eventDate": datetime.fromtimestamp(at, UTC).isoformat(),
            "merchantAccountCode": ACCOUNT,
            "merchantReference": about.get("reference", ""),
            "paymentMethod": about["scheme"],
            "pspReference": reference,
            "reason": about.get("reason", ""),
            "success": "true" if success else "false",
        }
        if about.get("payment"):
            item["originalReference"] = about["payment"]
        self._books.add(Entry(new_reference(), _KIND, reference, item, {"at": at, "delivered": False}))

    def about(self, reference: str) -> list[Wire]:
        """Items whose pspReference or originalReference it is, oldest first."""
        return [
            entry.body
            for entry in reversed(self._books.all(_KIND))
            if reference in (entry.body["pspReference"], entry.body.get("originalReference"))
        ]

    def waiting(self) -> list[Entry]:
        """Items that were not delivered yet, oldest first."""
        return [entry for entry in reversed(self._books.all(_KIND)) if not entry.note["delivered"]]

    def delivered(self, entries: list[Entry]) -> None:
        """They need not be delivered again."""
        with self._books.changing():
            for entry in entries:
                entry.note["delivered"] = True
                self._books.save(entry)


def notification(items: list[Wire], key: str) -> dict[str, Any]:
    """Items as one webhook carries them, each signed."""
    signed = [
        {**item, "additionalData": {**item["additionalData"], "hmacSignature": sign(item, key)}} for item in items
    ]
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in signed]}
