"""UPS Track API (JSON): `trackResponse.shipment[].package[].activity[]`.

A status has a `type` (D delivered, I in transit, X exception, P pickup, M billing data, O out for delivery,
RS returned) and a `code` within it. `simplifiedTextDescription` is a headline of the parcel, not of the
scan, and is not read.
"""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of, narrowed, status_of

CARRIER = "ups"
EXPECTED = "trackResponse.shipment[].package[].activity[]"

_S = TrackingStatus
TYPES = coded(
    {
        _S.LABEL_CREATED: "M MV MP",
        _S.HANDED_OVER: "P PU",
        _S.IN_TRANSIT: "I W DO DD",
        _S.OUT_FOR_DELIVERY: "O",
        _S.EXCEPTION: "X",
        _S.RETURNING: "RS",
    }
)
"""Types other than D, which needs its code."""
CODES = coded(
    {
        _S.OUT_FOR_DELIVERY: "OT OF OD",
        _S.CUSTOMS: "SR CS CC IP EI",
        _S.AVAILABLE_FOR_PICKUP: "RP ZP 2Q AC WC",
        _S.REFUSED: "RF",
        _S.RETURNING: "RT RTS UR",
        _S.HANDED_OVER: "OR PU XD",
    }
)
"""Codes that make their type more precise."""
_PRECISE = (_S.REFUSED, _S.DELIVERY_ATTEMPTED, _S.DAMAGED, _S.LOST, _S.RETURNING, _S.CUSTOMS, _S.AVAILABLE_FOR_PICKUP)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of UPS's Track API, errors included."""
    return answer.at("trackResponse").exists or bool(answer.each("response", "errors"))


def read(answer: Node) -> list[Route]:
    """A route for each package."""
    routes: list[Route] = []
    for shipment in answer.each("trackResponse", "shipment"):
        inquiry = shipment.text("inquiryNumber")
        packages = shipment.each("package")
        routes.extend(_package(package, inquiry) for package in packages)
        if not packages:
            warning = shipment.at("warnings")
            routes.append(refused(CARRIER, inquiry, warning.text("code"), warning.text("message")))
    if not routes:
        error = answer.at("response", "errors")
        routes.append(refused(CARRIER, None, error.text("code"), error.text("message")))
    return routes


def _package(package: Node, inquiry: str | None) -> Route:
    number = package.text("trackingNumber")
    # The interface's documentation prints the word "string" where a value belongs.
    number = inquiry if number in (None, "string") else number
    delivery = package.at("deliveryInformation")
    promised = next(
        (
            deadline(day.text("date"))
            for kind in ("RDD", "SDD")
            for day in package.each("deliveryDate")
            if day.text("type") == kind
        ),
        None,
    )
    return build(
        CARRIER,
        number,
        [_scan(activity) for activity in package.each("activity")],
        signed_by=delivery.text("receivedBy"),
        mode=mode_of(delivery.text("location")),
        weight_g=grams(package.text("weight", "weight"), package.text("weight", "unitOfMeasurement")),
        promised_by=promised,
    )


def _scan(activity: Node) -> Scan:
    address = activity.at("location", "address")
    spot = Spot(
        city=address.text("city"),
        region=address.first("stateProvince", "stateProvinceCode"),
        postcode=address.text("postalCode"),
        country=country_of(address.first("countryCode", "country")),
    )
    if activity.text("gmtDate") and activity.text("gmtTime"):
        when = read_time(activity.text("gmtDate"), clock=activity.text("gmtTime"), zone="UTC")
    else:
        when = read_time(activity.text("date"), clock=activity.text("time"), zone=activity.text("gmtOffset"), spot=spot)
    code, text = activity.text("status", "code"), activity.text("status", "description")
    return Scan(
        node=activity,
        when=when,
        status=_status(activity.text("status", "type"), code, text),
        text=text,
        code="/".join(part for part in (activity.text("status", "type"), code) if part) or None,
        spot=spot,
    )


def _status(kind: str | None, code: str | None, text: str | None) -> TrackingStatus:
    if kind == "D":
        precise = meaning(CODES, code)
        if code is None or text is None:
            return _S.UNKNOWN
        return precise if precise is not _S.UNKNOWN else delivered_unless_denied(text)
    if kind == "RS" and status_of(text) in (_S.RETURNED, _S.DELIVERED):
        return _S.RETURNED
    general = meaning(TYPES, kind)
    if general is _S.UNKNOWN:
        return general
    precise = meaning(CODES, code)
    if precise is not _S.UNKNOWN and kind in ("I", "X"):
        return precise
    return narrowed(general, text, *_PRECISE) if kind == "X" else general
