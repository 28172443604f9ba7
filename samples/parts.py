"""The parts every sample case is put together from."""

from decimal import Decimal
from typing import Any

from knowledge.money import Money

MERCHANTS = {
    "hanse": {"id": "hanse", "name": "Hanse Home GmbH", "country": "DE"},
    "sakura": {"id": "sakura", "name": "Sakura Trading Co.", "country": "JP"},
}
Sample = tuple[dict[str, Any], dict[str, bytes], dict[str, Any]]


def amount(value: str, currency: str) -> dict[str, str]:
    """An amount as bundles write it, with the currency's own decimals."""
    return {"amount": Money.parse(value, currency).decimal_text(), "currency": currency}


def order(
    case_id: str,
    *,
    currency: str,
    placed_at: str,
    promised_by: str | None,
    line: dict[str, Any],
    price: str,
    cost: str,
    shipping: str,
    to: dict[str, Any],
    payment: dict[str, Any] | None = None,
    device: dict[str, str] | None = None,
    policies: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """An order of one line, tax included in the price."""
    total = str(Decimal(price) * line.get("quantity", 1) + Decimal(shipping))
    made: dict[str, Any] = {
        "id": f"O-{case_id}",
        "placed_at": placed_at,
        "lines": [{**line, "unit_price": amount(price, currency), "unit_cost": amount(cost, currency)}],
        "shipping": amount(shipping, currency),
        "tax": amount("0", currency),
        "discount": amount("0", currency),
        "total": amount(total, currency),
        "ship_to": to,
        "payment": {
            "processor": "stripe",
            "processor_reference": f"ch_{case_id.replace('-', '_')}",
            "network": "visa",
            "last4": "4242",
            "captured": amount(total, currency),
            "captured_at": placed_at,
            "authorization_code": "071284",
            "descriptor": "HANSE HOME",
            **(payment or {}),
        },
    }
    if promised_by is not None:
        made["promised_by"] = promised_by
    if device is not None:
        made["device"] = device
    if policies is not None:
        made["policies"] = policies
    return made


def case(
    case_id: str,
    *,
    kind: str,
    opened_at: str,
    order: dict[str, Any],
    buyer: dict[str, Any],
    messages: list[dict[str, Any]],
    merchant: str = "hanse",
    **more: Any,
) -> dict[str, Any]:
    """A bundle's case.json."""
    return {
        "format": "amends.case/1",
        "case_id": case_id,
        "kind": kind,
        "opened_at": opened_at,
        "merchant": MERCHANTS[merchant],
        "order": order,
        "buyer": {"id": f"B-{case_id}", **buyer},
        "messages": [{"id": f"m{place}", **message} for place, message in enumerate(messages, 1)],
        **more,
    }


def says(at: str, text: str, language: str, author: str = "buyer", translation: str | None = None) -> dict[str, Any]:
    """A message."""
    made = {"author": author, "at": at, "text": text, "language": language}
    return made if translation is None else {**made, "translation": translation}


def parcel(carrier: str, number: str, fetched_at: str) -> list[dict[str, Any]]:
    """One shipment whose raw answer is `tracking/parcel.json`."""
    return [
        {
            "id": "s1",
            "carrier": carrier,
            "tracking_number": number,
            "tracking": "tracking/parcel.json",
            "fetched_at": fetched_at,
        }
    ]


def photo(at: str) -> list[dict[str, Any]]:
    """One photo by the buyer."""
    return [{"id": "p1", "path": "photos/p1.jpg", "author": "buyer", "at": at}]
