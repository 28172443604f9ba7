"""Royal Mail Tracking API v2 (JSON): `mailPieces` with `summary`, `signature` and `events[]`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of

CARRIER = "royalmail"
EXPECTED = "mailPieces with events[].eventCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.HANDED_OVER: "EVDAC",
        _S.IN_TRANSIT: "EVNMI EVODO EVORI EVIMC EVIAV",
        _S.OUT_FOR_DELIVERY: "EVGPD",
        _S.DELIVERY_ATTEMPTED: "EVKNA",
        _S.AVAILABLE_FOR_PICKUP: "EVNDA EVNSR",
        _S.DELIVERED: "EVKSP EVKSF",
    }
)
"""Event codes seen in published answers; the last event's meaning is also in the summary's category."""
CATEGORIES = coded(
    {
        _S.IN_TRANSIT: "IN_TRANSIT",
        _S.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
        _S.DELIVERY_ATTEMPTED: "ATTEMPTED_DELIVERY DELIVERY_ATTEMPTED",
        _S.AVAILABLE_FOR_PICKUP: "AVAILABLE_FOR_COLLECTION READY_FOR_COLLECTION",
        _S.DELIVERED: "DELIVERED",
        _S.RETURNING: "RETURN_TO_SENDER RETURNING",
        _S.LABEL_CREATED: "PRE_ADVICE SENDER_PREPARING",
    }
)
"""`statusCategory` of the summary, which speaks about the last event."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Royal Mail, errors included."""
    return answer.at("mailPieces").exists or (answer.at("httpCode").exists and answer.at("httpMessage").exists)


def read(answer: Node) -> list[Route]:
    """A route for each mail piece."""
    pieces = answer.each("mailPieces")
    if not pieces:
        error = answer.at("errors")
        words = error.text("errorDescription") or answer.text("httpMessage")
        return [refused(CARRIER, None, error.text("errorCode") or answer.text("httpCode"), words)]
    return [_piece(piece) for piece in pieces]


def _piece(piece: Node) -> Route:
    summary = piece.at("summary")
    number = summary.text("oneDBarcode") or piece.text("mailPieceId")
    events = piece.each("events")
    error = piece.at("error")
    if error.exists and not events:
        return refused(CARRIER, number, error.text("errorCode"), error.text("errorDescription"))
    estimated = piece.at("estimatedDelivery")
    until = estimated.text("endOfEstimatedWindow")
    day = estimated.text("date")
    promised = deadline(f"{day}T{until}" if day and until else day, spot=Spot(country="GB"))
    return build(
        CARRIER,
        number,
        [_scan(event, summary) for event in events] or _summarised(summary),
        signed_by=piece.text("signature", "recipientName") or piece.text("signature", "printedName"),
        mode=mode_of(summary.text("summaryLine")),
        promised_by=promised,
    )


def _summarised(summary: Node) -> list[Scan]:
    """The summary operation lists no events, only the last one."""
    if not summary.at("lastEventDateTime").exists:
        return []
    code, text = summary.text("lastEventCode"), summary.text("lastEventName")
    return [
        Scan(
            node=summary,
            when=read_time(
                summary.text("lastEventDateTime"), spot=_spot(summary.text("lastEventLocationName"), summary)
            ),
            status=_status(code, text, _category(summary)),
            text=text,
            code=code,
            spot=_spot(summary.text("lastEventLocationName"), summary),
        )
    ]


def _scan(event: Node, summary: Node) -> Scan:
    code, text = event.text("eventCode"), event.text("eventName")
    last = code is not None and code == summary.text("lastEventCode")
    last = last and event.text("eventDateTime") == summary.text("lastEventDateTime")
    spot = _spot(event.text("locationName"), summary)
    return Scan(
        node=event,
        when=read_time(event.text("eventDateTime"), spot=spot),
        status=_status(code, text, _category(summary) if last else None),
        text=text,
        code=code,
        spot=spot,
    )


def _spot(name: str | None, summary: Node) -> Spot:
    at_home = (
        country_of(summary.text("destinationCountryCode")) == country_of(summary.text("originCountryCode")) == "GB"
    )
    return Spot(city=name, country="GB" if at_home else None)


def _category(summary: Node) -> str | None:
    category = summary.text("statusCategory")
    return category.upper().replace(" ", "_").replace("-", "_") if category else None


def _status(code: str | None, text: str | None, category: str | None) -> TrackingStatus:
    status = meaning(CODES, code)
    if status is _S.UNKNOWN and code is not None:
        status = meaning(CATEGORIES, category)
    return delivered_unless_denied(text) if status is _S.DELIVERED else status
