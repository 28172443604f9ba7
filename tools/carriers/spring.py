"""Spring Global Delivery (XBS) TrackShipment (JSON): `Shipment.Events[].Code`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "spring"
EXPECTED = "ErrorLevel with Shipment.Events[].Code"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "0 12 1001",
        _S.HANDED_OVER: "18 20",
        _S.IN_TRANSIT: "15 19 21 22 93 101 2101 2103 9101 9102 9302",
        _S.CUSTOMS: "40 41 2102",
        _S.OUT_FOR_DELIVERY: "9301",
        _S.DELIVERY_ATTEMPTED: "91",
        _S.AVAILABLE_FOR_PICKUP: "92",
        _S.EXCEPTION: "31 4106",
        _S.LOST: "111",
        _S.RETURNING: "124",
        _S.RETURNED: "125 12406 12501 12502 12503 12504 12505 12506",
        _S.DELIVERED: "100",
    }
)
"""XBS event codes. 101 is "delivered to destination country", which is not the recipient."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Spring, errors included."""
    return answer.at("ErrorLevel").exists


def read(answer: Node) -> list[Route]:
    """The route of the shipment."""
    shipment = answer.at("Shipment")
    events = shipment.each("Events")
    number = shipment.first("TrackingNumber", "CarrierTrackingNumber", "DisplayId")
    if not events:
        return [refused(CARRIER, number, answer.text("Error") or "Spring lists no events for this shipment")]
    weight = grams(shipment.text("Weight"), shipment.text("WeightUnit"))
    return [build(CARRIER, number, [_scan(event) for event in events], weight_g=weight)]


def _scan(event: Node) -> Scan:
    code, text = event.text("Code"), event.first("Description", "CarrierDescription")
    spot = Spot(
        city=event.text("City"),
        region=event.text("State"),
        postcode=event.text("Zip"),
        country=country_of(event.text("Country")),
    )
    status = meaning(CODES, code)
    return Scan(
        node=event,
        when=read_time(event.text("Timestamp")) or read_time(event.text("DateTime"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
