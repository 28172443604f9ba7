"""Tracking answers in the carriers' real shapes, with invented numbers, for the sample cases."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

Scan = tuple[str, str, str, str, str]
"""Time with offset, DHL's status code, text, city, country; oldest first."""


def dhl_universal(number: str, scans: Sequence[Scan], *, postcode: str = "", weight_kg: float | None = None) -> bytes:
    """DHL's unified tracking API: newest event first, the postcode on the last scan's address."""
    events: list[dict[str, Any]] = []
    for place, (time, code, text, city, country) in enumerate(scans):
        address: dict[str, str] = {"addressLocality": city, "countryCode": country}
        if postcode and place == len(scans) - 1:
            address["postalCode"] = postcode
        events.append(
            {
                "timestamp": time,
                "location": {"address": address},
                "statusCode": code,
                "status": code,
                "description": text,
            }
        )
    events.reverse()
    shipment: dict[str, Any] = {"id": number, "service": "parcel-de", "status": events[0], "events": events}
    if weight_kg is not None:
        shipment["details"] = {"weight": {"value": weight_kg, "unitText": "kg"}}
    return json.dumps({"shipments": [shipment]}, ensure_ascii=False, indent=1).encode()


def ups(number: str, activities: Sequence[tuple[str, str, str, str, str, str, str]], received_by: str = "") -> bytes:
    """UPS tracking: (ISO time, type, code, text, city, postcode, country), oldest first."""
    activity = [
        {
            "date": f"{datetime.fromisoformat(time):%Y%m%d}",
            "time": f"{datetime.fromisoformat(time):%H%M%S}",
            "location": {"address": {"city": city, "postalCode": postcode, "countryCode": country}},
            "status": {"type": kind, "code": code, "description": text},
        }
        for time, kind, code, text, city, postcode, country in reversed(activities)
    ]
    package: dict[str, Any] = {"trackingNumber": number, "activity": activity}
    if received_by:
        package["deliveryInformation"] = {"location": "Front Desk", "receivedBy": received_by}
    answer = {"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [package]}]}}
    return json.dumps(answer, indent=1).encode()


def laposte(number: str, events: Sequence[tuple[str, str, str]]) -> bytes:
    """La Poste Suivi: (time, code, label), oldest first."""
    listed = [{"code": code, "label": label, "date": time} for time, code, label in reversed(events)]
    shipment = {"idShip": number, "product": "colissimo", "event": listed}
    return json.dumps({"lang": "fr_FR", "returnCode": 200, "shipment": shipment}, ensure_ascii=False, indent=1).encode()


def yunexpress(number: str, details: Sequence[tuple[str, str, str]], state: int) -> bytes:
    """YunExpress: (local time, text, place), oldest first; state 3 is delivered."""
    listed = [{"ProcessDate": time, "ProcessContent": text, "ProcessLocation": place} for time, text, place in details]
    item = {"WaybillNumber": number, "PackageState": state, "OrderTrackingDetails": listed}
    return json.dumps({"Code": "0000", "Message": "提交成功", "Item": item}, ensure_ascii=False, indent=1).encode()
