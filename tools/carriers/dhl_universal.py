"""DHL Shipment Tracking - Unified (JSON): `shipments[].events[]` with a `statusCode` of five classes."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, narrowed, status_of

CARRIER = "dhl_universal"
EXPECTED = "shipments[].id with events[].statusCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "PRE-TRANSIT",
        _S.IN_TRANSIT: "TRANSIT",
        _S.DELIVERED: "DELIVERED",
        _S.EXCEPTION: "FAILURE",
    }
)
_WITHIN_TRANSIT = (
    _S.HANDED_OVER, _S.CUSTOMS, _S.OUT_FOR_DELIVERY, _S.AVAILABLE_FOR_PICKUP, _S.RETURNING, _S.DELIVERY_ATTEMPTED
)  # fmt: skip
_WITHIN_FAILURE = (
    _S.DELIVERY_ATTEMPTED, _S.REFUSED, _S.DAMAGED, _S.LOST, _S.RETURNING, _S.RETURNED, _S.CUSTOMS
)  # fmt: skip


def recognises(answer: Node) -> bool:
    """Whether this is an answer of DHL's unified interface, errors included."""
    if any(shipment.at("id").exists and shipment.at("status").exists for shipment in answer.each("shipments")):
        return True
    return answer.at("title").exists and answer.at("status").exists and not answer.at("message").exists


def read(answer: Node) -> list[Route]:
    """A route for each shipment."""
    shipments = answer.each("shipments")
    if not shipments:
        return [refused(CARRIER, None, answer.text("title"), answer.text("detail"))]
    return [_shipment(shipment) for shipment in shipments]


def _shipment(shipment: Node) -> Route:
    details = shipment.at("details")
    pod = details.at("proofOfDelivery", "signed")
    events = shipment.each("events") or shipment.each("status")
    notes = [
        f"DHL contradicts itself in one event: code {event.text('statusCode')!r}, text {event.text('status')!r}."
        for event in events
        if meaning(CODES, event.text("statusCode")) in (_S.LABEL_CREATED, _S.IN_TRANSIT)
        and status_of(event.text("status")) is _S.DELIVERED
    ]
    signed = [name for name in (pod.text("givenName"), pod.text("familyName")) if name]
    promised = deadline(shipment.text("estimatedTimeOfDelivery"))
    return build(
        CARRIER,
        shipment.text("id"),
        [_scan(event) for event in events],
        signed_by=" ".join(signed) or pod.text("name"),
        weight_g=grams(details.text("weight", "value"), details.text("weight", "unitText")),
        promised_by=promised,
        notes=notes,
    )


def _scan(event: Node) -> Scan:
    address = event.at("location", "address")
    spot = Spot(
        city=address.text("addressLocality"),
        postcode=address.text("postalCode"),
        country=country_of(address.text("countryCode")),
    )
    code = event.text("statusCode")
    texts = [event.text(name) for name in ("status", "description", "remark")]
    text = ". ".join(dict.fromkeys(part.rstrip(".") for part in texts if part)) or None
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.IN_TRANSIT:
        status = narrowed(status, text, *_WITHIN_TRANSIT)
    elif status is _S.EXCEPTION:
        status = narrowed(status, text, *_WITHIN_FAILURE)
    return Scan(
        node=event, when=read_time(event.text("timestamp"), spot=spot), status=status, text=text, code=code, spot=spot
    )
