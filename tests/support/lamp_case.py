"""One small refund case: a lamp sold to Ayşe Yılmaz in Villeurbanne."""

from datetime import UTC, datetime
from typing import Any

from knowledge.case import CaseBundle


def lamp_case(*texts: str, **changes: Any) -> CaseBundle:
    """The case; `texts` are the buyer's messages m1, m2, …, oldest first, `changes` replace whole fields."""
    at = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)

    def euro(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": "EUR"}

    case: dict[str, Any] = {
        "format": "amends.case/1",
        "case_id": "case-77",
        "kind": "refund",
        "opened_at": at,
        "merchant": {"id": "lumen", "name": "Lumen Lights", "country": "DE"},
        "buyer": {
            "id": "buyer-9081",
            "name": "Ayşe Yılmaz",
            "email": "ayse.yilmaz@example.org",
            "country": "FR",
        },
        "order": {
            "id": "LUM-2026-004417",
            "placed_at": at,
            "lines": [{"sku": "lamp-1", "title": "Ceramic lamp", "unit_price": euro("80.00")}],
            "shipping": euro("0.00"),
            "tax": euro("0.00"),
            "discount": euro("0.00"),
            "total": euro("80.00"),
            "ship_to": {
                "name": "Ayşe Yılmaz",
                "lines": ["14 rue des Tanneurs", "Bâtiment C"],
                "city": "Villeurbanne",
                "postcode": "69100",
                "country": "FR",
            },
            "payment": {
                "processor": "stripe",
                "processor_reference": "ch_3QxLumen77",
                "captured": euro("80.00"),
                "captured_at": at,
            },
        },
        "shipments": [{"id": "s1", "carrier": "dhl_express", "tracking_number": "JD014600012345678901"}],
        "messages": [
            {"id": f"m{number}", "author": "buyer", "at": at, "text": text} for number, text in enumerate(texts, 1)
        ],
    }
    return CaseBundle.model_validate(case | changes)
