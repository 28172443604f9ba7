"""The published JSON Schema of the case bundle, made from the models so that the two cannot part."""

from typing import Any, cast

from pydantic import BaseModel

from knowledge.case import FORMAT, CaseBundle
from knowledge.money import currencies

SCHEMA_ID = "urn:amends:case:1"
_AMOUNT = "Decimal text with at most the currency's decimals, and an ISO 4217 code."
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def case_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `case.json`: a document is valid exactly when the models take it.

    What lies between fields (sums, order of dates, references) and the files themselves are checked after it.
    """
    head = {"$schema": _DIALECT, "$id": SCHEMA_ID, "title": "Amends case bundle", "examples": [case_example()]}
    return {**head, **published_schema(CaseBundle)}


def published_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of a model as a case's, without a head: amounts by reference, patterns for every engine."""
    made = model.model_json_schema(mode="validation")
    body: dict[str, Any] = _published({"$defs": {"Amount": _amount(), **made.pop("$defs")}, **made})
    return {key: value for key, value in body.items() if key != "title"}


def _amount() -> dict[str, Any]:
    """One branch per number of decimals, so that the schema too knows that a yen has none."""
    by_decimals: dict[int, list[str]] = {}
    for code, decimals in currencies().items():
        by_decimals.setdefault(decimals, []).append(code)
    branches = [
        {
            "properties": {
                "currency": {"enum": codes},
                "amount": {"pattern": "^-?[0-9]{1,12}" + (rf"(\.[0-9]{{1,{decimals}}})?" if decimals else "") + "$"},
            }
        }
        for decimals, codes in sorted(by_decimals.items())
    ]
    return {
        "type": "object",
        "description": _AMOUNT,
        "additionalProperties": False,
        "required": ["amount", "currency"],
        "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        "oneOf": branches,
        "examples": [{"amount": "12.50", "currency": "EUR"}, {"amount": "1250", "currency": "JPY"}],
    }


def _published(node: Any) -> Any:
    """Amounts by reference, patterns that mean the same in every engine, no titles that repeat the field's name."""
    if isinstance(node, list):
        return [_published(part) for part in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    schema = cast(dict[str, Any], node)
    properties = schema.get("properties")
    if isinstance(properties, dict) and set(cast(dict[str, Any], properties)) == {"amount", "currency"}:
        if "oneOf" in schema:
            return schema
        own = {"description": schema["description"]} if schema.get("description") != _AMOUNT else {}
        return {"$ref": "#/$defs/Amount", **own}
    published: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str) and "properties" not in schema:
            continue
        if key == "pattern" and isinstance(value, str):
            # In some engines `$` also matches before a last line feed; the models take none there.
            value = value.removesuffix("$") + r"$(?!\n)"
        published[key] = _published(value)
    return published


def case_example() -> dict[str, Any]:
    """A small case, whole."""

    def eur(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": "EUR"}

    return {
        "format": FORMAT,
        "case_id": "case-1001",
        "kind": "refund",
        "opened_at": "2026-03-09T08:00:00Z",
        "merchant": {"id": "lumen", "name": "Lumen Lamps", "country": "DE"},
        "order": {
            "id": "order-1001",
            "placed_at": "2026-03-01T09:30:00Z",
            "lines": [{"sku": "lamp-1", "title": "Desk lamp", "quantity": 1, "unit_price": eur("39.90")}],
            "shipping": eur("4.90"),
            "tax": eur("0.00"),
            "discount": eur("0.00"),
            "total": eur("44.80"),
            "ship_to": {"lines": ["Rua das Flores 5"], "city": "Porto", "postcode": "4050-262", "country": "PT"},
            "payment": {
                "processor": "stripe",
                "processor_reference": "ch_1001",
                "network": "visa",
                "captured": eur("44.80"),
                "captured_at": "2026-03-01T09:30:05Z",
            },
        },
        "buyer": {"id": "buyer-7", "name": "Ana Lima", "language": "pt", "country": "PT"},
        "messages": [
            {"id": "m1", "author": "buyer", "at": "2026-03-09T07:55:00Z", "text": "O candeeiro chegou partido."}
        ],
    }
