"""Canada Post tracking (XML): `tracking-detail/significant-events/occurrence` and `tracking-summary`.

A signature is an event of its own (20, "signature image recorded") that names the signatory; whether it
belongs to a delivery is decided by the delivery scans around it.
"""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import CA_PROVINCES, US_STATES
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "canadapost"
EXPECTED = "tracking-detail/significant-events/occurrence, or tracking-summary/pin-summary"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "3000 3002",
        _S.HANDED_OVER: "400 405 410 1300 1301 2300 1400 1401 1402 1403 1404 1405",
        _S.IN_TRANSIT: "100 101 102 103 104 105 106 107 111 170 175 700 2412 128 129 130 131 132 133",
        _S.CUSTOMS: "117 120 121 125 127 800 810 1443 1484 1487 1494",
        _S.OUT_FOR_DELIVERY: "174 500",
        _S.DELIVERY_ATTEMPTED: "167 168 169 179 1100 1415 1417 1418 1419 1420 1450 1481",
        _S.AVAILABLE_FOR_PICKUP: "118 156 1407 1410 1435 1436 1437 1438 1479 1488 1701 2410",
        _S.EXCEPTION: "159 160 161 162 163 172 173 154 181 182 183 184 190 1411 1414 1482 1483 2411 2414 4700 3001",
        _S.REFUSED: "150 1416",
        _S.DAMAGED: "119 142 143 144 145 146 147 148 149",
        _S.RETURNING: "1491 1492 1493 2600 2802",
        _S.DELIVERED: (
            "1408 1409 1421 1422 1423 1424 1425 1426 1427 1428 1429 1430 1431 1432 1433 1434 1441 1442 "
            "1496 1497 1498 1499"
        ),
    }
)
"""Event identifiers without leading zeros. 20 to 24 record a signature and say nothing of a delivery."""
TYPES = coded(
    {
        _S.HANDED_OVER: "INDUCTION",
        _S.IN_TRANSIT: "VEHICLE_INFO VEHICLE-INFO",
        _S.OUT_FOR_DELIVERY: "OUT",
        _S.DELIVERY_ATTEMPTED: "ATTEMPTED",
        _S.DELIVERED: "DELIVERED",
    }
)
"""`event-type` of the summary."""
_SAID = (_S.REFUSED, _S.RETURNING, _S.AVAILABLE_FOR_PICKUP, _S.CUSTOMS, _S.DAMAGED, _S.LOST)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Canada Post, errors included."""
    if not answer.name:
        return False
    known = ("tracking-detail", "tracking-summary")
    return any(answer.descend(name) for name in known) or any(
        message.at("description").exists for message in answer.descend("message")
    )


def read(answer: Node) -> list[Route]:
    """A route for each parcel identification number."""
    routes = [_detail(detail) for detail in answer.descend("tracking-detail")]
    routes.extend(_summary(pin) for pin in answer.descend("pin-summary"))
    if not routes:
        message = next(iter(answer.descend("message")), answer)
        routes.append(refused(CARRIER, None, message.text("code"), message.text("description")))
    return routes


def _detail(detail: Node) -> Route:
    promised = deadline(detail.first("changed-expected-date", "expected-delivery-date"))
    return build(
        CARRIER,
        detail.text("pin"),
        [_scan(event) for event in detail.each("significant-events", "occurrence")],
        promised_by=promised,
    )


def _scan(event: Node) -> Scan:
    code, text = (event.text("event-identifier") or "").lstrip("0") or None, event.text("event-description")
    province = event.text("event-province")
    country = "CA" if province in CA_PROVINCES else ("US" if province in US_STATES else None)
    spot = Spot(city=event.text("event-site"), region=province, country=country)
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status in (_S.EXCEPTION, _S.DELIVERY_ATTEMPTED):
        status = narrowed(status, text, *_SAID)
    return Scan(
        node=event,
        when=read_time(
            event.text("event-date"), clock=event.text("event-time"), zone=event.text("event-time-zone"), spot=spot
        ),
        status=status,
        text=text,
        code=event.text("event-identifier"),
        spot=spot,
        signed_by=event.text("signatory-name"),
    )


def _summary(pin: Node) -> Route:
    kind, text = pin.text("event-type"), pin.text("event-description")
    status = meaning(TYPES, kind)
    day, _, clock = (pin.text("event-date-time") or "").partition(":")
    promised = deadline(pin.text("expected-delivery-date"))
    scan = Scan(
        node=pin,
        when=read_time(day or None, clock=clock or None),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=kind,
        spot=Spot(city=pin.text("event-location")),
    )
    return build(
        CARRIER,
        pin.text("pin"),
        [scan],
        signed_by=pin.text("signatory-name"),
        promised_by=promised,
    )
