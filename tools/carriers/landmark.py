"""Landmark Global track (XML): `TrackResponse/Result/Packages/Package/Events/Event`.

A parcel passes through several carriers, each scanning in its own local time without a zone, so that
times can run backwards; Landmark lists the events in order.
"""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "landmark"
EXPECTED = "TrackResponse/Result/Packages/Package/Events/Event"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "50 60 75 80 100",
        _S.EXCEPTION: "90 900",
        _S.CUSTOMS: "125 135",
        _S.IN_TRANSIT: "150 155 200 225 250 275 450",
        _S.OUT_FOR_DELIVERY: "300",
        _S.DELIVERY_ATTEMPTED: "400",
        _S.AVAILABLE_FOR_PICKUP: "410",
        _S.DELIVERED: "500 510",
        _S.RETURNING: "800",
    }
)
"""Landmark's event codes. 50 to 100 are data and warehouse steps before the parcel leaves its hands."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Landmark, errors included."""
    return answer.name == "TrackResponse" and (answer.at("Result").exists or answer.at("Errors").exists)


def read(answer: Node) -> list[Route]:
    """A route for each package."""
    packages = answer.each("Result", "Packages", "Package")
    if not packages:
        error = next(iter(answer.descend("Error")), answer.at("Result"))
        return [refused(CARRIER, None, error.text("ErrorCode"), error.first("ErrorMessage", "ResultMessage"))]
    return [_package(package) for package in packages]


def _package(package: Node) -> Route:
    number = package.first("TrackingNumber", "LandmarkTrackingNumber")
    return build(CARRIER, number, [_scan(event) for event in package.each("Events", "Event")])


def _scan(event: Node) -> Scan:
    code, text = event.text("EventCode"), event.text("Status")
    spot = spot_of(event.text("Location"), two_parts="city, country")
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.EXCEPTION:
        status = narrowed(status, text, _S.REFUSED, _S.RETURNING, _S.RETURNED, _S.DAMAGED, _S.LOST)
    elif code == "250":
        status = narrowed(status, text, _S.CUSTOMS)
    return Scan(
        node=event,
        when=read_time(event.text("DateTime"), spot=spot, order="month first"),
        status=status,
        text=text,
        code=code,
        spot=spot,
    )
