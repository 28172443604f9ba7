"""Asendia tracking (JSON): `trackingEvents[]` with `code`, `carrierEventDescription` and a time in UTC."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "asendia"
EXPECTED = "trackingNumber with trackingEvents[].carrierEventDescription"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "PENDING CREATED LABEL_PRINTED",
        _S.HANDED_OVER: "PU PICKED_UP COLLECTED COLLECTION ACCEPTED",
        _S.IN_TRANSIT: "IT IN_TRANSIT TRANSIT DEPARTED ARRIVED PROCESSED DELAYED DELAY RESCHEDULED",
        _S.CUSTOMS: "CUSTOMS CLEARED CD",
        _S.OUT_FOR_DELIVERY: "OFD OUT_FOR_DELIVERY WITH_COURIER",
        _S.AVAILABLE_FOR_PICKUP: "READY_FOR_PICKUP PICKUP AT_LOCATION",
        _S.DELIVERY_ATTEMPTED: "DELIVERY_FAILED NOT_HOME NH",
        _S.EXCEPTION: "ON_HOLD HELD FAILED UNDELIVERABLE",
        _S.REFUSED: "REFUSED RJ",
        _S.DAMAGED: "DAMAGED DMG",
        _S.LOST: "LOST LP",
        _S.RETURNING: "RTS",
        _S.RETURNED: "RETURNED",
        _S.DELIVERED: "DL DELIVERED DELIVERY_CONFIRMED",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Asendia."""
    events = answer.each("trackingEvents")
    return answer.at("trackingNumber").exists and any(
        event.at("carrierEventDescription").exists or event.at("locationCountry").exists for event in events
    )


def read(answer: Node) -> list[Route]:
    """The route of each number."""
    return [_parcel(parcel) for parcel in answer.each()]


def _parcel(parcel: Node) -> Route:
    events = parcel.each("trackingEvents")
    if not events:
        return refused(CARRIER, parcel.text("trackingNumber"), "Asendia lists no events for this number")
    return build(CARRIER, parcel.text("trackingNumber"), [_scan(event) for event in events])


def _scan(event: Node) -> Scan:
    code, text = event.text("code"), event.first("carrierEventDescription", "description")
    spot = Spot(city=event.text("locationName"), country=country_of(event.text("locationCountry")))
    status = meaning(CODES, code)
    return Scan(
        node=event,
        when=read_time(event.text("time"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
