"""DPD parcel life cycle: SOAP (`trackingresult/statusInfo`) and the JSON of the public tracking interface.

Steps DPD only expects are listed too, with `statusHasBeenReached` false; they are not scans.
"""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "dpd"
EXPECTED = "trackingresult/statusInfo, or parcellifecycleResponse.parcelLifeCycleData.statusInfo[]"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "SHIPMENT ORDERCREATED PREADVICE",
        _S.HANDED_OVER: "PICKEDUP ACCEPTED HANDOVER",
        _S.IN_TRANSIT: (
            "BETWEENDEPOTS DEPOT ATSENDINGDEPOT AT_SENDING_DEPOT ONTHEROAD ON_THE_ROAD "
            "ATDELIVERYDEPOT AT_DELIVERY_DEPOT"
        ),
        _S.CUSTOMS: "CUSTOMS CUSTOMSCLEARANCE",
        _S.OUT_FOR_DELIVERY: "COURIER OUTFORDELIVERY OUT_FOR_DELIVERY",
        _S.DELIVERY_ATTEMPTED: "DELIVERYFAILURE RETURNINGFROMDELIVERY NOTDELIVERED NOT_DELIVERED",
        _S.AVAILABLE_FOR_PICKUP: "PARCELSHOP PICKUPPOINT PICKUP_POINT",
        _S.RETURNING: "RETURNTOSENDER RETURN_TO_SENDER",
        _S.DELIVERED: "DELIVERED",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of DPD, SOAP faults included."""
    if answer.name:
        fault = answer.at("Body", "Fault")
        return bool(answer.descend("trackingresult")) or (fault.exists and bool(answer.descend("authenticationFault")))
    return answer.at("parcellifecycleResponse").exists


def read(answer: Node) -> list[Route]:
    """The route of the parcel asked for."""
    results = answer.descend("trackingresult") if answer.name else answer.descend("parcelLifeCycleData")
    if not results:
        detail = next(iter(answer.descend("authenticationFault")), answer.at("Body", "Fault"))
        return [
            refused(CARRIER, None, detail.first("errorCode", "faultcode"), detail.first("errorMessage", "faultstring"))
        ]
    return [_parcel(result) for result in results]


def _parcel(result: Node) -> Route:
    number = result.text("shipmentInfo", "parcelLabelNumber") or result.text("parcelLabelNumber")
    reached = [info for info in result.each("statusInfo") if info.text("statusHasBeenReached") == "true"]
    return build(CARRIER, number, [_scan(info) for info in reached if _words(info.at("date")) is not None])


def _scan(info: Node) -> Scan:
    code = info.text("status")
    text = _words(info.at("description")) or _words(info.at("label"))
    status = meaning(CODES, code)
    spot = spot_of(_words(info.at("location")), two_parts="city, country")
    return Scan(
        node=info,
        # The SOAP service writes American dates, the German interface German ones with points.
        when=read_time(_words(info.at("date")), spot=spot, order="month first" if info.name else "day first"),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )


def _words(node: Node) -> str | None:
    """DPD wraps a text in one or two `content` layers with its looks."""
    for _ in range(3):
        text = node.text()
        if text:
            return text
        node = node.at("content")
    return None
