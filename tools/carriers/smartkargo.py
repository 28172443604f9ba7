"""SmartKargo air cargo events (JSON): a flat list, each with the piece it speaks about and an `eventType`."""

from knowledge.tracking import DeliveryMode, Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "smartkargo"
EXPECTED = "a list of airWaybill, pieceReference, eventType and eventDate"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "BKD",
        _S.HANDED_OVER: "RCS",
        _S.IN_TRANSIT: "DEP RCF MDL ARR MAN TRM",
        _S.CUSTOMS: "CCD",
        _S.OUT_FOR_DELIVERY: "GDL",
        _S.DELIVERY_ATTEMPTED: "ADL",
        _S.AVAILABLE_FOR_PICKUP: "NFD RCU",
        _S.DELIVERED: "DDL DLD",
    }
)
"""Cargo-IMP status codes and SmartKargo's own for the last mile: DLD is "delivered and left at the door"."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of SmartKargo."""
    return any(event.at("airWaybill").exists and event.at("eventType").exists for event in answer.each())


def read(answer: Node) -> list[Route]:
    """A route for each piece; pieces of one air waybill share its number."""
    pieces: dict[tuple[str | None, str | None], list[Node]] = {}
    for event in answer.each():
        number = "".join(part for part in (event.text("prefix"), event.text("airWaybill")) if part) or None
        pieces.setdefault((number, event.text("pieceReference")), []).append(event)
    return [_piece(number, piece, events, len(pieces)) for (number, piece), events in pieces.items()]


def _piece(number: str | None, piece: str | None, events: list[Node], pieces: int) -> Route:
    promised = next((when for event in events if (when := deadline(event.text("estimatedDeliveryDate")))), None)
    left = any(event.text("eventType") == "DLD" for event in events)
    return build(
        CARRIER,
        number,
        [_scan(event) for event in events],
        mode=DeliveryMode.LEFT_UNATTENDED if left else DeliveryMode.UNSTATED,
        promised_by=promised,
        notes=[f"Piece {piece} of air waybill {number}."] if pieces > 1 and piece else [],
    )


def _scan(event: Node) -> Scan:
    place = event.at("location")
    spot = Spot(
        city=place.text("city") or event.text("eventLocation"),
        region=place.text("state"),
        postcode=place.text("zip"),
        country=country_of(place.text("countryId")),
    )
    code, text = event.text("eventType"), event.text("description")
    status = meaning(CODES, code)
    return Scan(
        node=event,
        when=read_time(event.text("eventDate"), zone=place.text("timezone"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
