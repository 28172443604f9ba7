"""Hermes Germany shipment info (JSON): `shipmentinfo[].status[]` with four-digit codes."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "hermes"
EXPECTED = "shipmentinfo[].shipmentID with status[].code"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "0000",
        _S.HANDED_OVER: "1000",
        _S.IN_TRANSIT: "2000 7000",
        _S.OUT_FOR_DELIVERY: "3000",
        _S.DELIVERED: "3500",
        _S.DELIVERY_ATTEMPTED: "4000",
        _S.EXCEPTION: "4500 6000",
        _S.AVAILABLE_FOR_PICKUP: "5000",
    }
)
_FAILED = (_S.REFUSED, _S.DAMAGED, _S.LOST, _S.RETURNING, _S.RETURNED, _S.DELIVERY_ATTEMPTED)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Hermes Germany, errors included."""
    return answer.at("shipmentinfo").exists


def read(answer: Node) -> list[Route]:
    """A route for each shipment."""
    routes = [_shipment(info) for info in answer.each("shipmentinfo")]
    return routes or [refused(CARRIER, None, "The answer lists no shipment")]


def _shipment(info: Node) -> Route:
    result = info.at("result")
    events = info.each("status")
    if not events:
        return refused(CARRIER, info.text("shipmentID"), result.text("code"), result.text("message"))
    forecast = info.at("deliveryForecast")
    country = country_of(info.text("receiverAddress", "countryCode"))
    until = deadline(forecast.text("date"), clock=forecast.text("timeSlot", "to"), spot=Spot(country=country))
    return build(
        CARRIER,
        info.text("shipmentID"),
        [_scan(event) for event in events],
        promised_by=until,
    )


def _scan(event: Node) -> Scan:
    unit = event.at("scanningUnit")
    spot = Spot(city=unit.text("city"), postcode=unit.text("zipCode"), country=country_of(unit.text("countryCode")))
    code, text = event.text("code"), event.text("description")
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status in (_S.DELIVERY_ATTEMPTED, _S.EXCEPTION):
        status = narrowed(status, text, *_FAILED)
    return Scan(
        node=event, when=read_time(event.text("timestamp"), spot=spot), status=status, text=text, code=code, spot=spot
    )
