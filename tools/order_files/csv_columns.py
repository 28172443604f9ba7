"""The columns of a CSV file of orders, and what they become in a snapshot.

One row is one line of an order; rows of the same `order_id` make one order and repeat its columns or leave them empty.
Amounts are decimal text in the row's `currency`, times RFC 3339 with an offset. Empty cells are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from knowledge.money import Money
from knowledge.rules.bundle_check import Refusal

_ORDER = {
    "merchant_id": "/merchant/id", "merchant_name": "/merchant/name", "merchant_country": "/merchant/country",
    "order_id": "/order/id", "placed_at": "/order/placed_at", "promised_by": "/order/promised_by",
    "shipping": "/order/shipping", "tax": "/order/tax", "discount": "/order/discount", "total": "/order/total",
    "ship_name": "/order/ship_to/name", "ship_line1": "/order/ship_to/lines/0", "ship_line2": "/order/ship_to/lines/1",
    "ship_city": "/order/ship_to/city", "ship_region": "/order/ship_to/region",
    "ship_postcode": "/order/ship_to/postcode", "ship_country": "/order/ship_to/country",
    "ip": "/order/device/ip", "device_id": "/order/device/device_id", "fingerprint": "/order/device/fingerprint",
    "account_id": "/order/device/account_id",
    "processor": "/order/payment/processor", "payment_reference": "/order/payment/processor_reference",
    "network": "/order/payment/network", "last4": "/order/payment/last4", "captured": "/order/payment/captured",
    "captured_at": "/order/payment/captured_at", "avs": "/order/payment/avs", "cvc": "/order/payment/cvc",
    "authorization_code": "/order/payment/authorization_code", "descriptor": "/order/payment/descriptor",
    "eci": "/order/payment/three_d_secure/eci", "three_d_secure": "/order/payment/three_d_secure/outcome",
    "returns_policy": "/order/policies/0/text", "returns_policy_shown_at": "/order/policies/0/shown_at",
    "returns_policy_accepted": "/order/policies/0/accepted",
    "buyer_id": "/buyer/id", "buyer_name": "/buyer/name", "buyer_email": "/buyer/email",
    "buyer_language": "/buyer/language", "buyer_country": "/buyer/country",
    "buyer_since": "/buyer/account_created_at", "earlier_orders": "/buyer/earlier_orders",
    "carrier": "/shipments/0/carrier", "tracking_number": "/shipments/0/tracking_number",
    "shipped_at": "/shipments/0/shipped_at",
}  # fmt: skip
_LINE = {
    name: f"/{name}"
    for name in (
        "sku", "title", "description", "category", "quantity", "unit_price", "unit_cost", "weight_g", "digital",
    )
}  # fmt: skip
COLUMNS = frozenset({"currency", *_ORDER, *_LINE})
NEEDED = frozenset({"order_id", "currency", "sku", "title", "unit_price", "payment_reference"})
"""Without these columns no row can be read; the others are asked for by the format where an order needs them."""
_AMOUNTS = frozenset({"shipping", "tax", "discount", "total", "captured", "unit_price", "unit_cost"})
_NUMBERS = frozenset({"quantity", "weight_g", "earlier_orders"})
_FLAGS = frozenset({"digital", "returns_policy_accepted"})
_ZERO = ("shipping", "tax", "discount")
"""Amounts that are zero when their cell is empty."""


def column_of(pointer: str, rows: int) -> tuple[str, int]:
    """The column a pointer into the snapshot came from, and which of the order's rows; the pointer when none did."""
    for name, place in _ORDER.items():
        if pointer == place or (name in _AMOUNTS and pointer.startswith(f"{place}/")):
            return name, 0
    head, _, rest = pointer.removeprefix("/order/lines/").partition("/")
    name = rest.partition("/")[0]
    if pointer.startswith("/order/lines/") and head.isdigit() and name in _LINE and int(head) < rows:
        return name, int(head)
    return pointer, 0


def document_of(rows: Sequence[Mapping[str, str]]) -> tuple[dict[str, Any], list[tuple[int, Refusal]]]:
    """The snapshot of an order's rows, and what is wrong with single cells, by the row's place."""
    first, wrong = dict(rows[0]), list[tuple[int, Refusal]]()
    for place, row in enumerate(rows[1:], 1):
        for name in _ORDER:
            given = row.get(name, "")
            if given and given != first.get(name, ""):
                wrong.append(
                    (
                        place,
                        Refusal(
                            pointer=name,
                            problem=f"differs from the first row of order {first['order_id']}",
                            mend="repeat the order's own value, or leave the cell empty",
                        ),
                    )
                )
    currency = first.get("currency", "")
    whole: dict[str, Any] = {"format": "amends.order/1"}
    for name in _ZERO:
        first[name] = first.get(name) or "0"
    for name, pointer in _ORDER.items():
        if first.get(name):
            _put(whole, pointer, _value(name, first[name], currency, 0, wrong))
    lines = [
        {name: _value(name, row[name], currency, place, wrong) for name in _LINE if row.get(name)}
        for place, row in enumerate(rows)
    ]
    _put(whole, "/order/lines", lines)
    _complete(whole)
    return whole, wrong


def _complete(whole: dict[str, Any]) -> None:
    """What a column's presence implies."""
    order = whole["order"]
    if "policies" in order:
        order["policies"] = [{"kind": "returns", **order["policies"]["0"]}]
    if "lines" in order.get("ship_to", {}):
        order["ship_to"]["lines"] = list(order["ship_to"]["lines"].values())
    if "shipments" in whole:
        whole["shipments"] = [{"id": "s1", **whole["shipments"]["0"]}]


def _value(name: str, cell: str, currency: str, place: int, wrong: list[tuple[int, Refusal]]) -> Any:
    if name in _AMOUNTS:
        return {"amount": _zero(currency) if cell == "0" else cell, "currency": currency}
    if name in _NUMBERS:
        if not cell.isdigit():
            wrong.append((place, Refusal(pointer=name, problem=f"{cell[:20]} is no whole number", mend="write digits")))
            return 0
        return int(cell)
    if name in _FLAGS:
        if cell not in ("true", "false"):
            mend = "write true or false"
            wrong.append((place, Refusal(pointer=name, problem=f"{cell[:20]} is neither true nor false", mend=mend)))
        return cell == "true"
    return cell


def _put(whole: dict[str, Any], pointer: str, value: Any) -> None:
    *path, last = pointer.split("/")[1:]
    node = whole
    for step in path:
        node = node.setdefault(step, {})
    node[last] = value


def _zero(currency: str) -> str:
    try:
        return Money.zero(currency).decimal_text()
    except ValueError:
        return "0"
