"""Files of orders made in code."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROW: Mapping[str, str] = {
    "merchant_id": "lumen", "merchant_name": "Lumen Lamps", "merchant_country": "DE",
    "order_id": "1001", "currency": "EUR", "placed_at": "2026-05-01T09:00:00Z", "promised_by": "2026-05-10T20:00:00Z",
    "sku": "lamp-1", "title": "Desk lamp", "category": "lighting", "quantity": "2", "unit_price": "20.00",
    "unit_cost": "8.00", "weight_g": "1800", "digital": "false", "shipping": "5.00", "total": "45.00",
    "ship_name": "Ana Lima", "ship_line1": "Rua Um 1", "ship_city": "Porto", "ship_postcode": "4050-262",
    "ship_country": "PT", "ip": "203.0.113.9", "processor": "stripe", "payment_reference": "ch_1001",
    "network": "visa", "last4": "4242", "captured": "45.00", "captured_at": "2026-05-01T09:00:10Z", "avs": "match",
    "returns_policy": "Within 30 days.", "returns_policy_shown_at": "2026-05-01T08:58:00Z",
    "returns_policy_accepted": "true", "buyer_id": "B-1", "buyer_name": "Ana Lima", "buyer_email": "ana@example.org",
    "buyer_country": "PT", "carrier": "dhl_universal", "tracking_number": "00340434161094042557",
}  # fmt: skip


def written(at: Path, rows: Sequence[Mapping[str, str]], columns: Sequence[str] = tuple(ROW)) -> Path:
    """A CSV file of the rows."""
    with at.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return at
