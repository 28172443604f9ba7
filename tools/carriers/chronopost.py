"""Chronopost trackSkybillV2 (SOAP): `listEventInfoComp/events`, codes of one to three letters.

Only codes whose meaning is settled are read; La Poste's own interface covers Chronopost parcels more fully.
"""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "chronopost"
EXPECTED = "trackSkybillV2Response/return/listEventInfoComp/events"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "DC",
        _S.HANDED_OVER: "PC",
        _S.IN_TRANSIT: "SC SD TS",
        _S.OUT_FOR_DELIVERY: "TA",
        _S.DELIVERED: "D",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Chronopost's tracking service."""
    names = ("trackSkybillV2Response", "trackSkybillResponse")
    return bool(answer.name) and any(answer.descend(name) for name in names)


def read(answer: Node) -> list[Route]:
    """The route of the parcel."""
    result = next(iter(answer.descend("return")), answer)
    events = result.descend("events")
    number = next(
        (found for node in result.descend("listEventInfoComp") if (found := node.text("skybillNumber"))), None
    )
    if not events:
        return [refused(CARRIER, number, result.text("errorCode"), result.text("errorMessage"))]
    return [build(CARRIER, number, [_scan(event) for event in events])]


def _scan(event: Node) -> Scan:
    code, text = event.text("code"), event.text("eventLabel")
    spot = Spot(city=event.text("officeLabel"), postcode=event.text("zipCode"))
    status = meaning(CODES, code)
    return Scan(
        node=event,
        when=read_time(event.text("eventDate"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
