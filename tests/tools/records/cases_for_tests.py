"""A small, whole case: a lamp that came broken, and what its readers and deciders might say of it."""

from datetime import UTC, datetime
from typing import Any

from knowledge.case import CaseBundle
from knowledge.decision import Decision, Resolution, Route
from knowledge.facts import Fact, FactMethod, FactName, MessageSpan, PersonStatement, Standing
from knowledge.money import Money

PHOTO = b"\xff\xd8\xff the lamp, in two pieces"
TRACKING = b'{"events": []}'
FILES = {"photos/lamp.jpg": PHOTO, "tracking/parcel.json": TRACKING}


def euro(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def amount(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "EUR"}


def case(merchant: str, case_id: str = "C-1", **changes: Any) -> CaseBundle:
    """A refund case over a captured 120.00 EUR; `changes` replace top-level fields of the bundle."""
    fields: dict[str, Any] = {
        "format": "amends.case/1",
        "case_id": case_id,
        "kind": "refund",
        "opened_at": "2026-03-10T09:00:00Z",
        "merchant": {"id": merchant, "name": "Lumière", "country": "FR"},
        "order": {
            "id": "O-1001",
            "placed_at": "2026-03-01T10:00:00Z",
            "lines": [{"sku": "LAMP-1", "title": "Desk lamp", "quantity": 1, "unit_price": amount("120.00")}],
            "shipping": amount("0.00"),
            "tax": amount("0.00"),
            "discount": amount("0.00"),
            "total": amount("120.00"),
            "ship_to": {"city": "Lyon", "country": "FR"},
            "payment": {
                "processor": "stripe",
                "processor_reference": "ch_lamp",
                "captured": amount("120.00"),
                "captured_at": "2026-03-01T10:00:05Z",
            },
        },
        "buyer": {"id": "B-1", "name": "Ana Silva", "country": "FR"},
        "messages": [
            {"id": "m1", "author": "buyer", "at": "2026-03-09T20:00:00Z", "text": "The lamp came broken in two."}
        ],
        "photos": [{"id": "p1", "path": "photos/lamp.jpg", "author": "buyer"}],
        "shipments": [{"id": "s1", "carrier": "dhl_express", "tracking": "tracking/parcel.json"}],
    }
    return CaseBundle.model_validate(fields | changes)


def machine_fact(name: FactName, value: object, confidence: float = 0.8) -> Fact:
    return Fact.model_validate(
        {
            "name": name,
            "value": value,
            "confidence": confidence,
            "method": FactMethod.RULE,
            "standing": Standing.CLAIMED,
            "citation": MessageSpan(message_id="m1", start=0, end=8),
            "reader": "claims/rules@1",
        }
    )


def persons_fact(name: FactName, value: object, note: str = "seen in the photo") -> Fact:
    return Fact.model_validate(
        {
            "name": name,
            "value": value,
            "confidence": 1.0,
            "method": FactMethod.PERSON,
            "standing": Standing.ESTABLISHED,
            "citation": PersonStatement(person="mia", at=datetime(2026, 3, 11, 9, tzinfo=UTC), note=note),
            "reader": "mia",
        }
    )


def refund_decision(minor: int) -> Decision:
    return Decision(
        resolution=Resolution.PRICE_REDUCTION,
        amount=euro(minor),
        floor=euro(0),
        fair_low=euro(0),
        fair_high=euro(12_000),
        route=Route.AUTOMATIC,
        reasons=(),
        policy_version="2026-01",
        rule_version="1",
    )
