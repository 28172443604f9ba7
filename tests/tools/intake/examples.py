"""Webhooks as the processors' own specifications show them, and how each processor would sign them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.intake.adyen import signed_text

SPECIFICATIONS = Path(__file__).parents[2] / "specifications"
ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
"""The key of Adyen's published test vector."""


def specification(name: str) -> dict[str, Any]:
    return json.loads((SPECIFICATIONS / name).read_text(encoding="utf-8"))


def stripe_event(
    event_type: str, about: Mapping[str, Any], event_id: str = "evt_1", created: int = 1_790_000_000
) -> bytes:
    """An event about one object, in the words of Stripe's interface."""
    event = {
        "id": event_id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": created,
        "data": {"object": about},
        "livemode": True,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    return json.dumps(event).encode()


def stripe_object(name: str) -> dict[str, Any]:
    """Stripe's own example of an object."""
    return specification("stripe_disputes.json")["x-fixtures"][name]


def adyen_examples() -> dict[str, dict[str, Any]]:
    """Adyen's own examples of notifications by their names."""
    examples = specification("adyen_disputes.json")["components"]["examples"]
    return {name: each["value"] for name, each in examples.items() if "notificationItems" in each["value"]}


def adyen_example(event_code: str) -> dict[str, Any]:
    """Adyen's example of that event."""
    return next(
        each
        for each in adyen_examples().values()
        if each["notificationItems"][0]["NotificationRequestItem"]["eventCode"] == event_code
    )


def adyen_signed(notification: Mapping[str, Any], key: str = ADYEN_KEY) -> bytes:
    """The notification with every item signed as Adyen signs it."""
    signed = json.loads(json.dumps(notification))
    for each in signed["notificationItems"]:
        item = each["NotificationRequestItem"]
        mac = hmac.new(bytes.fromhex(key), signed_text(item).encode(), hashlib.sha256).digest()
        item.setdefault("additionalData", {})["hmacSignature"] = base64.b64encode(mac).decode()
    return json.dumps(signed).encode()


def paypal_event(event_type: str, resource: Mapping[str, Any], event_id: str = "WH-1") -> bytes:
    """An event about one resource, in the words of PayPal's interface."""
    event = {
        "id": event_id,
        "create_time": "2026-06-21T13:36:33.000Z",
        "resource_type": "dispute",
        "event_type": event_type,
        "summary": "A dispute",
        "resource": resource,
        "event_version": "1.0",
    }
    return json.dumps(event).encode()


PAYPAL_DISPUTE = {
    "dispute_id": "PP-000-042-663-135",
    "disputed_transactions": [{"seller_transaction_id": "00D10444LD479031K", "buyer": {"name": "A Buyer"}}],
    "status": "OPEN",
}
