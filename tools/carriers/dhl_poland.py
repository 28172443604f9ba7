"""DHL Poland, DHL24 WebAPI (SOAP): `getTrackAndTraceInfoResult/events/item`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "dhl_poland"
EXPECTED = "getTrackAndTraceInfoResult/events/item"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "EDWP",
        _S.HANDED_OVER: "DWP",
        _S.IN_TRANSIT: "SORT TRM",
        _S.OUT_FOR_DELIVERY: "LP LK",
        _S.DELIVERY_ATTEMPTED: "AWI AN BRG",
        _S.AVAILABLE_FOR_PICKUP: "AWPS",
        _S.REFUSED: "OP",
        _S.RETURNING: "ZWN ZWR",
        _S.DELIVERED: "DOR DORPS",
    }
)
"""Terminal events of DHL24: EDWP announced, DWP handed in, SORT at terminal, LP with the courier, DOR delivered."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of DHL24."""
    return bool(answer.name and answer.descend("getTrackAndTraceInfoResult"))


def read(answer: Node) -> list[Route]:
    """A route for each shipment."""
    return [_shipment(result) for result in answer.descend("getTrackAndTraceInfoResult")]


def _shipment(result: Node) -> Route:
    events = result.each("events", "item")
    if not events:
        return refused(CARRIER, result.text("shipmentId"), "DHL24 knows no events for this number")
    return build(
        CARRIER,
        result.text("shipmentId"),
        [_scan(event) for event in events],
        signed_by=result.text("receivedBy"),
    )


def _scan(event: Node) -> Scan:
    code, text = event.text("status"), event.text("description")
    status = meaning(CODES, code)
    # DHL24's terminals are all in Poland.
    spot = Spot(city=event.text("terminal"), country="PL")
    return Scan(
        node=event,
        when=read_time(event.text("timestamp"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
