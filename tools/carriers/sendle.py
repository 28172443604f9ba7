"""Sendle tracking (JSON): `tracking_events[].event_type`, a fixed vocabulary."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._countries import country_of
from tools.carriers._places import Spot, spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of

CARRIER = "sendle"
EXPECTED = "state with tracking_events[].event_type"

_S = TrackingStatus
TYPES: dict[str, TrackingStatus] = {
    "drop off": _S.HANDED_OVER,
    "dropped off": _S.HANDED_OVER,
    "pickup": _S.HANDED_OVER,
    "in transit": _S.IN_TRANSIT,
    "local delivery": _S.IN_TRANSIT,
    "out for delivery": _S.OUT_FOR_DELIVERY,
    "delivery attempted": _S.DELIVERY_ATTEMPTED,
    "card left": _S.DELIVERY_ATTEMPTED,
    "left with agent": _S.AVAILABLE_FOR_PICKUP,
    "pickup attempted": _S.EXCEPTION,
    "unable to deliver": _S.EXCEPTION,
    "damaged": _S.DAMAGED,
    "lost": _S.LOST,
    "return to sender": _S.RETURNING,
    "returned to sender": _S.RETURNED,
    "delivered": _S.DELIVERED,
}
"""`event_type`; "Info" says nothing of the parcel's state."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Sendle, errors included."""
    return answer.at("tracking_events").exists or (answer.at("error").exists and answer.at("error_description").exists)


def read(answer: Node) -> list[Route]:
    """The route of the parcel."""
    if not answer.at("tracking_events").exists:
        return [refused(CARRIER, None, answer.text("error"), answer.text("error_description"))]
    home = country_of(answer.text("destination", "country"))
    return [
        build(
            CARRIER,
            answer.first("sendle_reference", "tracking_number"),
            [_scan(event) for event in answer.each("tracking_events")],
            mode=mode_of(answer.text("proof_of_delivery", "description")),
            promised_by=deadline(answer.text("scheduling", "estimated_delivery_date_maximum"), spot=Spot(country=home)),
        )
    ]


def _scan(event: Node) -> Scan:
    kind, text = event.text("event_type"), event.text("description")
    status = TYPES.get((kind or "").casefold(), _S.UNKNOWN)
    spot = spot_of(event.text("location"))
    return Scan(
        node=event,
        when=read_time(event.first("scan_time", "local_scan_time"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text or kind,
        code=kind,
        spot=spot,
    )
