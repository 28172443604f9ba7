"""Aramex ShipmentTrackingResponse, SOAP and JSON: `TrackingResults` keyed by waybill, codes `SH…`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "aramex"
EXPECTED = "ShipmentTrackingResponse with TrackingResults or NonExistingWaybills"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "SH014 SH203",
        _S.HANDED_OVER: "SH012 SH047",
        _S.IN_TRANSIT: "SH001 SH002 SH022 SH110 SH004 SH160 SH156 SH252 SH271",
        _S.CUSTOMS: "SH041 SH044",
        _S.OUT_FOR_DELIVERY: "SH003 SH073",
        _S.DELIVERY_ATTEMPTED: "SH033 SH043 SH294",
        _S.REFUSED: "SH480",
        _S.RETURNED: "SH069",
        _S.DELIVERED: "SH005 SH006",
    }
)
"""Update codes: SH005 is delivered, SH006 collected by the consignee, SH069 returned to the shipper."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Aramex."""
    if answer.name:
        return bool(answer.descend("ShipmentTrackingResponse"))
    return answer.at("TrackingResults").exists and answer.at("HasErrors").exists


def read(answer: Node) -> list[Route]:
    """A route for each waybill, known or not."""
    response = next(iter(answer.descend("ShipmentTrackingResponse")), answer)
    routes = [_waybill(entry) for entry in _entries(response)]
    missing = response.at("NonExistingWaybills")
    for name in missing.children():
        if name.text():
            routes.append(refused(CARRIER, name.text(), "Aramex does not know this waybill"))
    if not routes:
        notice = next(iter(response.descend("Notification")), response.at("Notifications"))
        routes.append(refused(CARRIER, None, notice.text("Code"), notice.text("Message")))
    return routes


def _entries(response: Node) -> list[Node]:
    results = response.at("TrackingResults")
    return [entry for entry in results.children() if entry.at("Key").exists]


def _waybill(entry: Node) -> Route:
    results = entry.each("Value", "TrackingResult") if entry.name else entry.each("Value")
    weights = [grams(r.text("ChargeableWeight"), r.first("WeightUnit", "ChargeableWeightUnit")) for r in results]
    return build(
        CARRIER,
        entry.text("Key"),
        [_scan(result) for result in results],
        weight_g=next((weight for weight in weights if weight), None),
    )


def _scan(result: Node) -> Scan:
    code, text = result.text("UpdateCode"), result.text("UpdateDescription")
    spot = spot_of(result.text("UpdateLocation"), two_parts="city, country")
    status = meaning(CODES, code)
    comment = result.text("Comments")
    return Scan(
        node=result,
        when=read_time(result.text("UpdateDateTime"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=f"{text}: {comment}" if text and comment else text or comment,
        code=code,
        spot=spot,
    )
