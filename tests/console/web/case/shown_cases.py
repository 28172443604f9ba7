"""A case worth looking at: a damaged lamp with everything a page can show."""

import json
import zlib

from knowledge.case import CaseBundle
from samples.pictures import draw
from tests.workflows.house import case

_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_PORTO = {"address": {"addressLocality": "Porto", "postalCode": "4050-262", "countryCode": "PT"}}
_SCANS = (
    (
        "2026-03-02T10:00:00+01:00",
        "transit",
        "Processed in the parcel centre",
        {"address": {"addressLocality": "Leipzig"}},
    ),
    ("2026-03-02T22:00:00+01:00", "transit", "Left the parcel centre", {"address": {"addressLocality": "Leipzig"}}),
    ("2026-03-08T09:00:00+01:00", "transit", "Arrived in the country of destination", _PORTO),
    ("2026-03-08T15:00:00+01:00", "delivered", "Delivered", _PORTO),
)


def _route() -> bytes:
    events = [
        {"timestamp": at, "statusCode": code, "status": words, "location": place} for at, code, words, place in _SCANS
    ]
    shipment = {"id": "00340434161094042557", "service": "parcel-de", "status": events[-1], "events": events}
    return json.dumps({"shipments": [shipment]}).encode()


def scratched_lamp(case_id: str, price: str = "180.00") -> tuple[CaseBundle, dict[str, bytes]]:
    """A lamp that came scratched, dear enough for a person, with pictures, a route, a document and a translation."""
    words = "scratch: O candeeiro veio com um risco. Sou a Ana Lima, ana@example.org, telefone +351 912 345 678."
    bundle = case(
        case_id,
        words,
        price=price,
        photos=[
            {"id": "p-1", "path": "photos/p.jpg", "author": "buyer", "at": "2026-03-20T07:31:00Z"},
            {"id": "p-2", "path": "photos/sold.jpg", "author": "merchant", "caption": "Desk lamp, as listed"},
        ],
        documents=[
            {"id": "d-1", "path": "papers/invoice.pdf", "kind": "invoice", "author": "merchant", "title": "Invoice"},
            {"id": "d-2", "path": "papers/note.txt", "kind": "other", "author": "merchant", "title": "Packing note"},
        ],
        shipments=[
            {
                "id": "s-1",
                "carrier": "dhl_universal",
                "tracking_number": "00340434161094042557",
                "tracking": "tracking/parcel.json",
                "fetched_at": "2026-03-20T07:00:00Z",
            }
        ],
    )
    message = bundle.messages[0].model_copy(
        update={"translation": "scratch: The lamp came with a scratch. I am Ana Lima."}
    )
    # A picture of its own: the same one in another case would be a contradiction.
    seed = zlib.crc32(case_id.encode())
    files = {
        "photos/p.jpg": draw("lamp", "minor", seed),
        "photos/sold.jpg": draw("lamp", "none", seed),
        "papers/invoice.pdf": _PDF,
        "papers/note.txt": b"<html><script>alert(1)</script> packed by hand",
        "tracking/parcel.json": _route(),
    }
    return bundle.model_copy(update={"messages": (message,)}), files
