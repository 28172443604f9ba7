"""A good bundle, made in code: a broken lamp with photos, an invoice and a carrier's answer."""

import copy
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), shade: int = 90, exif: Image.Exif | None = None):
    image = Image.new("RGB", size, (shade, 120, 140))
    ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill=(250, 240, 10))
    out = io.BytesIO()
    image.save(out, kind, **({"exif": exif} if exif is not None else {}))
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
TRACKING = json.dumps({"shipments": [{"id": "00340434161094042557", "status": {"statusCode": "delivered"}}]}).encode()
FILES = {
    "photos/lamp.jpg": picture(),
    "photos/box.png": picture("PNG", shade=200),
    "docs/invoice.pdf": PDF,
    "docs/chat.txt": b"Ana: o candeeiro chegou partido",
    "tracking/parcel.json": TRACKING,
}
_CASE: dict[str, Any] = {
    "format": "amends.case/1",
    "case_id": "case-1001",
    "kind": "refund",
    "opened_at": "2026-03-09T08:00:00Z",
    "merchant": {"id": "lumen", "name": "Lumen Lamps", "country": "DE"},
    "order": {
        "id": "order-1001",
        "placed_at": "2026-03-01T10:30:00+01:00",
        "lines": [
            {
                "sku": "lamp-1",
                "title": "Desk lamp",
                "attributes": {"colour": "brass"},
                "category": "lighting",
                "quantity": 1,
                "unit_price": eur("39.90"),
                "unit_cost": eur("14.00"),
                "weight_g": 1800,
            },
            {
                "sku": "bulb-2",
                "title": "Bulb",
                "category": "lighting",
                "quantity": 3,
                "unit_price": eur("2.50"),
                "unit_cost": eur("0.80"),
                "weight_g": 60,
            },
        ],
        "shipping": eur("4.90"),
        "tax": eur("9.01"),
        "discount": eur("5.00"),
        "total": eur("56.31"),
        "promised_by": "2026-03-08T20:00:00Z",
        "ship_to": {
            "name": "Ana Lima",
            "lines": ["Rua das Flores 5"],
            "city": "Porto",
            "postcode": "4050-262",
            "country": "PT",
        },
        "device": {"ip": "203.0.113.7"},
        "payment": {
            "processor": "stripe",
            "processor_reference": "ch_1001",
            "network": "visa",
            "last4": "4242",
            "captured": eur("56.31"),
            "captured_at": "2026-03-01T09:30:05Z",
            "avs": "match",
            "three_d_secure": {"version": "2.2.0", "eci": "05", "outcome": "authenticated"},
        },
        "policies": [{"kind": "returns", "text": "Within 30 days.", "shown_at": "2026-03-01T09:29:00Z"}],
    },
    "buyer": {"id": "buyer-7", "name": "Ana Lima", "email": "ana@example.com", "language": "pt", "country": "PT"},
    "claim": {"reason": "damaged", "requested": eur("39.90"), "skus": ["lamp-1"]},
    "messages": [{"id": "m1", "author": "buyer", "at": "2026-03-09T07:55:00Z", "text": "O candeeiro chegou partido."}],
    "photos": [
        {"id": "p1", "path": "photos/lamp.jpg", "author": "buyer", "sku": "lamp-1"},
        {"id": "p2", "path": "photos/box.png", "author": "buyer"},
    ],
    "documents": [
        {"id": "d1", "path": "docs/invoice.pdf", "kind": "invoice", "author": "merchant", "title": "Invoice"},
        {"id": "d2", "path": "docs/chat.txt", "kind": "correspondence", "author": "platform", "title": "Chat"},
    ],
    "shipments": [
        {
            "id": "s1",
            "carrier": "dhl_universal",
            "tracking_number": "00340434161094042557",
            "skus": ["lamp-1", "bulb-2"],
            "shipped_at": "2026-03-02T08:00:00Z",
            "tracking": "tracking/parcel.json",
            "fetched_at": "2026-03-09T08:00:00Z",
        }
    ],
    "earlier_refunds": [
        {"amount": eur("5.00"), "at": "2026-03-05T08:00:00Z", "channel": "processor", "reference": "re_1"}
    ],
}
_NOTICE: dict[str, Any] = {
    "processor": "stripe",
    "dispute_id": "dp_1001",
    "network": "visa",
    "reason_code": "13.3",
    "amount": eur("56.31"),
    "received_at": "2026-03-10T08:00:00Z",
    "respond_by": "2026-03-30T23:59:59Z",
    "prior_transactions": [
        {
            "processor_reference": "ch_900",
            "at": "2025-09-01T08:00:00Z",
            "amount": eur("20.00"),
            "description": "Bulbs",
            "disputed": False,
            "refunded": False,
        }
    ],
}


def lamp_case() -> dict[str, Any]:
    return copy.deepcopy(_CASE)


def lamp_chargeback() -> dict[str, Any]:
    return {**lamp_case(), "kind": "chargeback", "chargeback": copy.deepcopy(_NOTICE)}


def write_folder(folder: Path, case: object, files: dict[str, bytes] | None = None) -> Path:
    """Write a bundle as a folder; `case` is an object, or the very bytes of `case.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    data = case if isinstance(case, bytes) else json.dumps(case, ensure_ascii=False).encode("utf-8", "surrogatepass")
    (folder / "case.json").write_bytes(data)
    for name, content in (FILES if files is None else files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_zip(path: Path, case: object, files: dict[str, bytes] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("case.json", json.dumps(case))
        for name, content in (FILES if files is None else files).items():
            archive.writestr(name, content)
    return path
