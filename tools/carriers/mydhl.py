"""MyDHL API, the JSON interface of DHL Express: `shipments[].events[]` with `typeCode`."""

from knowledge.tracking import Route
from tools.carriers import dhl_express
from tools.carriers._answer import Node
from tools.carriers._places import Spot, spot_of
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import deadline, read_time

CARRIER = "mydhl"
EXPECTED = "shipments[].shipmentTrackingNumber with events[].typeCode"


def recognises(answer: Node) -> bool:
    """Whether this is an answer of the MyDHL interface, errors included."""
    if any(shipment.at("shipmentTrackingNumber").exists for shipment in answer.each("shipments")):
        return True
    return answer.at("message").exists and answer.at("detail").exists and answer.at("instance").exists


def read(answer: Node) -> list[Route]:
    """A route for each shipment; the events of its pieces count when the shipment lists none itself."""
    shipments = answer.each("shipments")
    if not shipments:
        return [refused(CARRIER, None, answer.text("title"), answer.first("detail", "message"))]
    return [_shipment(shipment) for shipment in shipments]


def _shipment(shipment: Node) -> Route:
    events = shipment.each("events")
    events = events or [event for piece in shipment.each("pieces") for event in piece.each("events")]
    promised = deadline(shipment.first("estimatedDeliveryDate", "estimatedTimeOfDelivery"))
    return build(
        "mydhl",
        shipment.text("shipmentTrackingNumber"),
        [_scan(event) for event in events],
        weight_g=grams(shipment.text("totalWeight"), "KG" if shipment.text("unitOfMeasurements") == "metric" else "LB")
        if shipment.text("unitOfMeasurements")
        else None,
        promised_by=promised,
    )


def _scan(event: Node) -> Scan:
    code, text = event.text("typeCode"), event.text("description")
    area = event.at("serviceArea")
    spot = dhl_express.area(area.text("code"), area.text("description"))
    if spot is not None and spot.country is None:
        spot = spot_of(area.text("description"), two_parts="city, region") or Spot()
    return Scan(
        node=event,
        when=read_time(event.text("date"), clock=event.text("time"), zone=event.text("GMTOffset"), spot=spot),
        status=dhl_express.status_of_code(code, text),
        text=text,
        code=code,
        spot=spot,
        signed_by=event.text("signedBy") if code == "OK" else None,
    )
