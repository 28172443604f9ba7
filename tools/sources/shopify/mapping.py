"""Pure mapping from Shopify's order to our snapshot.

Shopify has no field for what a dispute turns on and a shop's settings change later, so a shop writes it beside the
order at checkout, as metafields of the namespace `amends`:

| key | type | what |
|---|---|---|
| `promised_by` | date_time | the delivery that was promised |
| `policies` | json | the policies as shown: a list of `kind`, `text`, `shown_at`, `accepted` |
| `device` | json | `device_id`, `fingerprint`, `account_id`; the IP address is Shopify's (`client_details`) |
| `lines` | json | by SKU: `description`, `category`, `attributes`, `unit_cost` (decimal text), `digital` |
| `three_d_secure` | json | `version`, `eci`, `outcome` |
| `descriptor`, `authorization_code` | single line text | of the payment |
| `access_log` | multi-line text | logins, downloads and devices of the account |

Amounts are those the buyer saw and paid (`presentment_money`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from knowledge.case import CardNetwork, Merchant, PriorTransaction
from knowledge.money import Money
from knowledge.order_snapshot import OrderSnapshot
from tools.sources.ports import PaymentAsked, SourceError
from tools.sources.shopify.companies import carrier_of
from tools.sources.wire import Wire, identifier, moment, part, parts, short, text

# https://shopify.dev/docs/api/admin-rest/latest/resources/transaction: AVS and CVV letters of the card networks.
_AVS = {
    **dict.fromkeys(("Y", "D", "M", "F", "X"), "match"),
    **dict.fromkeys(("A", "B"), "street_only"),
    **dict.fromkeys(("Z", "P", "W"), "postcode_only"),
    **dict.fromkeys(("N", "C"), "mismatch"),
}
_CVC = {"M": "match", "N": "mismatch"}
_COMPANIES = {
    "visa": CardNetwork.VISA,
    "mastercard": CardNetwork.MASTERCARD,
    "american express": CardNetwork.AMEX,
    "discover": CardNetwork.DISCOVER,
}
_OUTSIDE = {
    "gift_card": "store_credit",
    "shopify_store_credit": "store_credit",
    "store_credit": "store_credit",
    "manual": "bank_transfer",
    "bank deposit": "bank_transfer",
}
"""Gateways whose refunds no processor knows, in our channels."""


def payments(transactions: Sequence[Wire]) -> list[Wire]:
    """The transactions in which money came."""
    return [
        each for each in transactions if each.get("kind") in ("sale", "capture") and each.get("status") == "success"
    ]


def paid_by(transactions: Sequence[Wire], reference: str) -> Wire | None:
    """The payment of the order that is the one asked for: its reference stands in the gateway's authorization or in
    the receipt the gateway sent. None when none is."""
    for transaction in payments(transactions):
        if reference in _texts([transaction.get("authorization"), transaction.get("receipt")]):
            return transaction
    return None


def snapshot_from_shopify(
    order: Wire,
    transaction: Wire,
    metafields: Mapping[str, str],
    merchant: Merchant,
    payment: PaymentAsked,
    prior_transactions: tuple[PriorTransaction, ...] = (),
) -> OrderSnapshot:
    """The order in our words; SourceError naming the field that Shopify's answer lacks."""
    currency = payment.captured.currency
    lines = parts(order, "line_items")
    fields: dict[str, Any] = {
        "merchant": merchant,
        "order": {
            "id": identifier((text(order, "name") or "").lstrip("#"), text(order, "id") or "order"),
            "placed_at": moment(order, "processed_at") or moment(order, "created_at"),
            "lines": [_line(line, currency, _json(metafields, "lines")) for line in lines],
            "shipping": _amount(order, "total_shipping_price", currency),
            "tax": Money.zero(currency)
            if order.get("taxes_included") is True
            else _amount(order, "total_tax", currency),
            "discount": _amount(order, "total_discounts", currency),
            "total": _amount(order, "total_price", currency),
            "promised_by": metafields.get("promised_by"),
            "ship_to": address(part(order, "shipping_address") or part(order, "billing_address")),
            "bill_to": address(part(order, "billing_address")),
            "device": device(order, _json(metafields, "device")),
            "payment": _payment(transaction, metafields, payment),
            "policies": json.loads(metafields.get("policies", "[]")),
        },
        "buyer": _buyer(order),
        "shipments": _shipments(order, lines),
        "earlier_refunds": _refunds(order, currency),
        "prior_transactions": prior_transactions,
        "access_log": metafields.get("access_log"),
    }
    try:
        return OrderSnapshot.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SourceError(
            f"Shopify's order {text(order, 'name')} cannot be used: {where}: {first['msg']}", retry=False
        ) from error


def metafields_by_key(found: Sequence[Wire]) -> dict[str, str]:
    """The texts of our namespace by key."""
    named = {text(each, "key"): each.get("value") for each in found if each.get("namespace") == "amends"}
    return {key: value for key, value in named.items() if key is not None and isinstance(value, str)}


def address(found: Wire) -> dict[str, Any] | None:
    """A postal address; None when there is no city or country."""
    city, country = short(text(found, "city")), text(found, "country_code")
    if city is None or country is None:
        return None
    return {
        "name": short(text(found, "name")),
        "lines": [line for name in ("address1", "address2") if (line := short(text(found, name)))],
        "city": city,
        "region": short(text(found, "province_code") or text(found, "province")),
        "postcode": short(text(found, "zip")),
        "country": country,
    }


def device(order: Wire, beside: Wire) -> dict[str, Any] | None:
    """What was seen of the buyer's connection; None when nothing was."""
    seen = {name: short(text(beside, name)) for name in ("device_id", "fingerprint", "account_id")}
    seen["ip"] = text(part(order, "client_details"), "browser_ip") or text(order, "browser_ip")
    return seen if any(seen.values()) else None


def card_of(transaction: Wire) -> tuple[CardNetwork, str] | None:
    """The card's network and last four digits; None when it is not a card or not of a network we know.

    Shopify writes the other digits as dots. Two cards can share both: the processor may know better.
    """
    card = part(transaction, "payment_details")
    network = _COMPANIES.get((text(card, "credit_card_company") or "").lower())
    digits = (text(card, "credit_card_number") or "")[-4:]
    return (network, digits) if network is not None and len(digits) == 4 and digits.isdigit() else None


def prior_from_shopify(order: Wire, transaction: Wire, metafields: Mapping[str, str]) -> PriorTransaction:
    """An earlier purchase. `disputed` and `fraud_reported` are not Shopify's to say and stay False: whoever counts it
    asks the processor first."""
    try:
        return PriorTransaction.model_validate(
            {
                "processor_reference": text(transaction, "authorization"),
                "at": moment(transaction, "processed_at") or moment(order, "created_at"),
                "amount": Money.parse(text(transaction, "amount") or "", text(transaction, "currency") or ""),
                "description": short(", ".join(text(line, "title") or "" for line in parts(order, "line_items"))),
                "device": device(order, _json(metafields, "device")),
                "ship_to": address(part(order, "shipping_address")),
                "email": text(order, "contact_email") or text(order, "email"),
                "disputed": False,
                "refunded": bool(parts(order, "refunds")),
            }
        )
    except ValueError as error:
        raise SourceError(f"Shopify's order {text(order, 'name')} cannot be counted: {error}", retry=False) from error


def _line(line: Wire, currency: str, beside: Wire) -> dict[str, Any]:
    sku = identifier(text(line, "sku"), f"line-{text(line, 'id')}")
    frozen = part(beside, sku)
    variant = text(line, "variant_title")
    title = text(line, "title") or sku
    cost = text(frozen, "unit_cost")
    return {
        "sku": sku,
        "title": short(f"{title} - {variant}" if variant else title),
        "description": text(frozen, "description") or "",
        "attributes": {**_properties(line), **part(frozen, "attributes")},
        "category": text(frozen, "category") or "general",
        "quantity": line.get("quantity"),
        "unit_price": _amount(line, "price", currency),
        "unit_cost": Money.parse(cost, currency) if cost else None,
        "weight_g": line.get("grams") or None,
        "digital": frozen.get("digital", line.get("requires_shipping") is False),
    }


def _properties(line: Wire) -> dict[str, str]:
    told = {text(each, "name"): short(text(each, "value")) for each in parts(line, "properties")}
    return {name: value for name, value in told.items() if name and value and not name.startswith("_")}


def _amount(within: Wire, name: str, currency: str) -> Money:
    """An amount in the buyer's currency: that of the set, else the plain one where the shop has one currency alone."""
    paid = part(part(within, f"{name}_set"), "presentment_money")
    written, its = text(paid, "amount") or text(within, name), text(paid, "currency_code") or currency
    if written is None:
        raise SourceError(f"Shopify's order lacks {name}", retry=False)
    try:
        return Money.parse(written, its)
    except ValueError as error:
        raise SourceError(f"Shopify's order has {name} {written!r}: {error}", retry=False) from error


def _payment(transaction: Wire, metafields: Mapping[str, str], payment: PaymentAsked) -> dict[str, Any]:
    card, bought_with = part(transaction, "payment_details"), card_of(transaction)
    return {
        "processor": payment.processor,
        "processor_reference": payment.reference,
        "network": None if bought_with is None else bought_with[0],
        "last4": None if bought_with is None else bought_with[1],
        # The processor's own word on what was captured, and when, wins over the shop's.
        "captured": payment.captured,
        "captured_at": payment.captured_at or moment(transaction, "processed_at"),
        "avs": _AVS.get(text(card, "avs_result_code") or "", "unchecked"),
        "cvc": _CVC.get(text(card, "cvv_result_code") or "", "unchecked"),
        "three_d_secure": _json(metafields, "three_d_secure") or None,
        "authorization_code": metafields.get("authorization_code"),
        "descriptor": metafields.get("descriptor"),
    }


def _buyer(order: Wire) -> dict[str, Any]:
    customer, shipped_to = part(order, "customer"), part(order, "shipping_address") or part(order, "billing_address")
    name = " ".join(filter(None, (text(customer, "first_name"), text(customer, "last_name"))))
    count = customer.get("orders_count")
    return {
        "id": identifier(text(customer, "id"), f"guest-{text(order, 'id')}"),
        "name": short(name or text(shipped_to, "name")),
        "email": text(order, "contact_email") or text(order, "email") or text(customer, "email"),
        "language": text(order, "customer_locale"),
        "country": text(shipped_to, "country_code"),
        "account_created_at": moment(customer, "created_at"),
        "earlier_orders": max(0, count - 1) if isinstance(count, int) else 0,
    }


def _shipments(order: Wire, lines: Sequence[Wire]) -> list[dict[str, Any]]:
    sold = {text(line, "id"): identifier(text(line, "sku"), f"line-{text(line, 'id')}") for line in lines}
    made: list[dict[str, Any]] = []
    for fulfillment in parts(order, "fulfillments"):
        if fulfillment.get("status") not in ("success", "open", "pending"):
            continue
        numbers = fulfillment.get("tracking_numbers")
        listed = cast("list[object]", numbers) if isinstance(numbers, list) else []
        named = [one for one in listed if isinstance(one, str) and one] or [text(fulfillment, "tracking_number")]
        inside = {sold.get(text(line, "id")) for line in parts(fulfillment, "line_items")}
        for place, number in enumerate(named, 1):
            made.append(
                {
                    "id": f"{text(fulfillment, 'id')}-{place}",
                    "carrier": carrier_of(text(fulfillment, "tracking_company")),
                    "tracking_number": number,
                    "skus": sorted(sku for sku in inside if sku),
                    "shipped_at": moment(fulfillment, "created_at"),
                }
            )
    return made[:20]


def _refunds(order: Wire, currency: str) -> list[dict[str, Any]]:
    """Money given back past the processor. What went through it is asked of the processor, which knows it better."""
    made: list[dict[str, Any]] = []
    for refund in parts(order, "refunds"):
        for transaction in parts(refund, "transactions"):
            channel = _OUTSIDE.get((text(transaction, "gateway") or "").lower())
            if channel is None or transaction.get("kind") != "refund":
                continue
            state = {"success": "succeeded", "pending": "pending"}.get(text(transaction, "status") or "", "failed")
            made.append(
                {
                    "amount": Money.parse(text(transaction, "amount") or "", currency),
                    "at": moment(transaction, "processed_at") or moment(refund, "created_at"),
                    "channel": channel,
                    "reference": f"shopify-{text(transaction, 'id')}",
                    "state": state,
                    "reason": short(text(refund, "note")),
                }
            )
    return made


def _json(metafields: Mapping[str, str], key: str) -> Wire:
    written = metafields.get(key)
    if written is None:
        return {}
    try:
        tree: object = json.loads(written)
    except ValueError as error:
        raise SourceError(f"the metafield amends.{key} is no JSON", retry=False) from error
    return cast("Wire", tree) if isinstance(tree, dict) else {}


def _texts(node: object) -> set[str]:
    if isinstance(node, str):
        return {node}
    if isinstance(node, dict):
        node = list(cast("dict[str, object]", node).values())
    found: set[str] = set()
    for each in cast("list[object]", node) if isinstance(node, list) else []:
        found |= _texts(each)
    return found
