"""GLS Group track and trace (JSON): `parcels[].events[]` and a `status` of the parcel as a whole."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "gls"
EXPECTED = "parcels[].unitno with events[].code"

_S = TrackingStatus
EVENTS = coded(
    {
        _S.LABEL_CREATED: "INTIAL.PREADVICE INITIAL.PREADVICE PREADVICE PREADVICE.NORMAL",
        _S.HANDED_OVER: "INTIAL.NORMAL INITIAL.NORMAL INPICK.NORMAL",
        _S.IN_TRANSIT: "INBOUND.NORMAL OUTBOUND.NORMAL INTRANSIT.NORMAL INWAREHOUSE.NORMAL OUTBND.NORMAL INBND.NORMAL",
        _S.OUT_FOR_DELIVERY: "INDELIVERY.NORMAL OUTDEL.NORMAL INDEL.NORMAL",
        _S.AVAILABLE_FOR_PICKUP: "DELIVD.PARCELSHOP DELIVEREDPS.NORMAL DELIVD.SHOP",
        _S.DELIVERY_ATTEMPTED: "NOTDEL.NORMAL NOTDELIVERED.NORMAL NOTDEL.NOTATHOME NOTDEL.ABSENT NOTDEL.CLOSED",
        _S.REFUSED: "NOTDEL.REFUSED",
        _S.DELIVERED: "DELIVD.NORMAL DELIVERED.NORMAL",
    }
)
PARCEL = coded(
    {
        _S.LABEL_CREATED: "PLANNEDPICKUP INPICKUP PREADVICE",
        _S.IN_TRANSIT: "INTRANSIT INWAREHOUSE",
        _S.OUT_FOR_DELIVERY: "INDELIVERY",
        _S.DELIVERY_ATTEMPTED: "NOTDELIVERED",
        _S.AVAILABLE_FOR_PICKUP: "DELIVEREDPS",
        _S.EXCEPTION: "CANCELED NOTPICKEDUP",
        _S.DELIVERED: "DELIVERED",
    }
)
"""ParcelDTO.status. DELIVEREDPS is "delivered to the parcel shop", which is not yet the recipient."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of GLS."""
    return any(parcel.at("unitno").exists or parcel.at("requested").exists for parcel in answer.each("parcels"))


def read(answer: Node) -> list[Route]:
    """A route for each parcel."""
    return [_parcel(parcel) for parcel in answer.each("parcels")]


def _parcel(parcel: Node) -> Route:
    number = parcel.first("unitno", "requested")
    if parcel.at("errorCode").exists or parcel.at("errorMessage").exists:
        return refused(CARRIER, number, parcel.text("errorCode"), parcel.text("errorMessage"))
    scans = [_scan(event) for event in parcel.each("events")]
    # The parcel's own status can be newer than the last listed event.
    when = read_time(parcel.text("statusDateTime"))
    if when is not None and all(scan.when is None or scan.when.at < when.at for scan in scans):
        code = parcel.text("status")
        scans.append(Scan(node=parcel, when=when, status=meaning(PARCEL, code), text=code, code=code))
        if len(scans) > 1 and _newest_first(scans[:-1]):
            scans = [scans[-1], *scans[:-1]]
    return build(CARRIER, number, scans, weight_g=grams(parcel.text("weight"), "KG"))


def _newest_first(scans: list[Scan]) -> bool:
    first, last = scans[0].when, scans[-1].when
    return first is not None and last is not None and first.at > last.at


def _scan(event: Node) -> Scan:
    spot = Spot(city=event.text("city"), postcode=event.text("postalCode"), country=country_of(event.text("country")))
    code, text = event.text("code"), event.text("description")
    status = meaning(EVENTS, code)
    return Scan(
        node=event,
        when=read_time(event.text("eventDateTime"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
