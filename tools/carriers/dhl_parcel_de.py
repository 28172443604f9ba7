"""DHL Parcel Germany (XML, `data` elements named `piece-shipment` and `piece-event`).

`ice` is the event, `ric` its reason, `standard-event-code` the older two-letter code. `recipient-name` is
the person the courier noted, which is not a signature.
"""

from knowledge.tracking import DeliveryMode, Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, mode_of, narrowed

CARRIER = "dhl_parcel_de"
EXPECTED = "data[name=piece-shipment-list] with piece-event elements"

_S = TrackingStatus
ICE = coded(
    {
        _S.LABEL_CREATED: "SHRCO PARCV PRANZ",
        _S.HANDED_OVER: "SHRCU PCKDU",
        _S.IN_TRANSIT: "LDTMV ULFMV ARRVD DPRTD HLDPC TRFED",
        _S.OUT_FOR_DELIVERY: "SRTED",
        _S.AVAILABLE_FOR_PICKUP: "HLDCC",
        _S.DELIVERY_ATTEMPTED: "NTDEL NDELV DLVRF",
        _S.CUSTOMS: "CSTCL CUSTM",
        _S.RETURNING: "RETRN RTRND",
        _S.DAMAGED: "DAMGD",
        _S.DELIVERED: "DLVRD",
    }
)
STANDARD = coded(
    {
        _S.LABEL_CREATED: "VA",
        _S.HANDED_OVER: "ES AE",
        _S.IN_TRANSIT: "AA EE",
        _S.OUT_FOR_DELIVERY: "PO",
        _S.AVAILABLE_FOR_PICKUP: "LA",
        _S.DELIVERY_ATTEMPTED: "ZN",
        _S.DAMAGED: "BV",
        _S.RETURNING: "RT",
        _S.DELIVERED: "ZU",
    }
)
RIC_MODES = {
    "PCKST": DeliveryMode.PICKUP_POINT,
    "NGHBR": DeliveryMode.HANDED_TO_OTHER,
    "OTHER": DeliveryMode.HANDED_TO_OTHER,
    "RCPNT": DeliveryMode.HANDED_TO_RECIPIENT,
}
"""Reasons of DLVRD that say who took the parcel."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of DHL Parcel Germany, errors included."""
    return answer.name == "data" and (answer.text("@name") or "").startswith("piece-")


def read(answer: Node) -> list[Route]:
    """A route for each piece."""
    pieces = [answer] if answer.text("@name") == "piece-shipment" else _called(answer, "piece-shipment")
    if not pieces:
        return [refused(CARRIER, None, answer.text("@code"), answer.text("@error"))]
    return [_piece(piece) for piece in pieces]


def _called(node: Node, name: str) -> list[Node]:
    return [child for child in node.each("data") if child.text("@name") == name]


def _piece(piece: Node) -> Route:
    number = piece.first("@piece-code", "@searched-piece-code", "@piece-identifier")
    events = [event for group in _called(piece, "piece-event-list") for event in _called(group, "piece-event")]
    if not events and piece.text("@error-status") not in (None, "0"):
        return refused(CARRIER, number, piece.text("@error-status"), piece.first("@status", "@error"))
    domestic = "DE" if piece.text("@origin-country") == piece.text("@dest-country") == "DE" else None
    mode = RIC_MODES.get(piece.text("@ric") or "", DeliveryMode.UNSTATED)
    said = mode_of(piece.text("@recipient-id-text"))
    taker = piece.text("@recipient-name")
    delivered = piece.text("@ice") == "DLVRD" and taker is not None
    return build(
        CARRIER,
        number,
        [_scan(event, piece, domestic) for event in events],
        mode=said if said is not DeliveryMode.UNSTATED else mode,
        weight_g=grams(piece.text("@shipment-weight"), "KG"),
        notes=[f"The courier noted {taker!r} as the taker, without a signature in this answer."] if delivered else [],
    )


def _scan(event: Node, piece: Node, domestic: str | None) -> Scan:
    spot = Spot(city=event.text("@event-location"), country=country_of(event.text("@event-country")) or domestic)
    ice, ric, standard = event.text("@ice"), event.text("@ric"), event.text("@standard-event-code")
    text = event.first("@event-status", "@event-text", "@event-short-status")
    return Scan(
        node=event,
        when=read_time(event.text("@event-timestamp"), spot=spot),
        status=_status(ice, standard, text, [event.text("@ruecksendung"), piece.text("@ruecksendung")]),
        text=text,
        code="/".join(part for part in (ice, ric, standard) if part) or None,
        spot=spot,
    )


def _status(ice: str | None, standard: str | None, text: str | None, sent_back: list[str | None]) -> TrackingStatus:
    status = meaning(ICE, ice) if ice else meaning(STANDARD, standard)
    if status is _S.DELIVERED:
        return _S.RETURNED if "true" in sent_back else delivered_unless_denied(text)
    if status is _S.DELIVERY_ATTEMPTED:
        return narrowed(status, text, _S.REFUSED, _S.AVAILABLE_FOR_PICKUP, _S.RETURNING)
    if status is _S.UNKNOWN and ice:
        # The newer codes grow; the two-letter code still classes the event, except for a delivery.
        older = meaning(STANDARD, standard)
        return older if older is not _S.DELIVERED else _S.UNKNOWN
    return status
