"""An invented Visa dispute whose dates and purchases a test chooses, and everything a history may change about it."""

from datetime import date, timedelta
from typing import Any

from knowledge.case import CardNetwork, CaseBundle
from knowledge.rules.liability.visa_ce3 import Ce3Assessment, assess_ce3
from knowledge.rules.reason_codes import find_reason

PAID, DISPUTED = date(2026, 6, 10), date(2026, 7, 10)
"""Thirty days apart, as most disputes are."""
IP, DEVICE_ID, FINGERPRINT, ACCOUNT = "203.0.113.24", "356938035643809", "f" * 20, "lumen-88123"
EMAIL = "elise@example.com"
STREET: dict[str, Any] = {
    "name": "Élise Marchand",
    "lines": ["9 rue des Brumes"],
    "city": "Lyon",
    "region": "Auvergne-Rhône-Alpes",
    "postcode": "69003",
    "country": "FR",
}
DEVICE: dict[str, Any] = {"ip": IP, "device_id": DEVICE_ID, "fingerprint": FINGERPRINT, "account_id": ACCOUNT}
EUR_39 = {"amount": "39.00", "currency": "EUR"}


def ago(days: int, since: date = PAID) -> str:
    """Noon of the day so many days before."""
    return f"{since - timedelta(days=days)}T12:00:00Z"


def prior(number: int, at: str = ago(200), **change: Any) -> dict[str, Any]:
    """A sound purchase that shares everything with the disputed one."""
    fields = {
        "processor_reference": f"ch_{number}",
        "at": at,
        "amount": EUR_39,
        "description": "Linen tablecloth",
        "device": DEVICE,
        "ship_to": STREET,
        "email": EMAIL,
        "disputed": False,
        "refunded": False,
    }
    return fields | change


def bare(number: int, at: str = ago(200), **shared: Any) -> dict[str, Any]:
    """A sound purchase that shows nothing of who made it but what is given."""
    return prior(number, at) | {"device": None, "ship_to": None, "email": None} | shared


def only(*names: str) -> dict[str, Any]:
    """Some of the device's identifiers."""
    return {name: DEVICE[name] for name in names}


def history(
    *priors: dict[str, Any],
    paid: str = f"{PAID}T12:00:00Z",
    disputed: str = f"{DISPUTED}T12:00:00Z",
    network: str = "visa",
    code: str = "10.4",
    title: str = "Table lamp",
    device: dict[str, Any] | None = DEVICE,
    ship_to: dict[str, Any] = STREET,
    bill_to: dict[str, Any] | None = None,
    email: str | None = EMAIL,
) -> CaseBundle:
    fields: dict[str, Any] = {
        "format": "amends.case/1",
        "case_id": "cb-1",
        "kind": "chargeback",
        "opened_at": disputed,
        "merchant": {"id": "lumen", "name": "Lumen", "country": "DE"},
        "buyer": {"id": "b-1", "name": "Élise Marchand", "country": "FR", "email": email},
        "order": {
            "id": "L-1",
            "placed_at": paid,
            "lines": [{"sku": "lamp", "title": title, "unit_price": EUR_39}],
            "shipping": {"amount": "0.00", "currency": "EUR"},
            "tax": {"amount": "0.00", "currency": "EUR"},
            "discount": {"amount": "0.00", "currency": "EUR"},
            "total": EUR_39,
            "ship_to": ship_to,
            "bill_to": bill_to,
            "device": device,
            "payment": {
                "processor": "stripe",
                "processor_reference": "ch_lamp",
                "captured": EUR_39,
                "captured_at": paid,
            },
        },
        "chargeback": {
            "processor": "stripe",
            "dispute_id": "dp_1",
            "network": network,
            "reason_code": code,
            "amount": EUR_39,
            "received_at": disputed,
            "respond_by": "2028-12-31T23:59:00Z",
            "prior_transactions": list(priors),
        },
    }
    return CaseBundle.model_validate(fields)


def ce3(*priors: dict[str, Any], **change: Any) -> Ce3Assessment:
    bundle = history(*priors, **change)
    assert bundle.chargeback is not None
    network = CardNetwork(change.get("network", "visa"))
    return assess_ce3(bundle, find_reason(network, change.get("code", "10.4")))
