"""ParcelOne tracking (JSON): `results.Events[]` with ParcelOne's own status words."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of

CARRIER = "parcelone"
EXPECTED = "success with results.Events[].StatusCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "CREATED REGISTERED DATA_RECEIVED LABEL_PRINTED 0 1",
        _S.IN_TRANSIT: (
            "IN_TRANSIT DEPARTED ARRIVED PROCESSED SORTING EXPORTED IMPORTED SHIPPED "
            "DELAYED REDIRECTED RESCHEDULED 10 20 30"
        ),
        _S.HANDED_OVER: "PICKED_UP COLLECTED ACCEPTED",
        _S.CUSTOMS: "CUSTOMS CUSTOMS_CLEARANCE",
        _S.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY ON_DELIVERY_VEHICLE IN_DELIVERY_VEHICLE DELIVERY_IN_PROGRESS 80",
        _S.AVAILABLE_FOR_PICKUP: (
            "READY_FOR_PICKUP AT_PARCELSHOP AVAILABLE_FOR_COLLECTION AWAITING_PICKUP DELIVERED_PARCELSHOP 70"
        ),
        _S.DELIVERY_ATTEMPTED: "NOT_DELIVERED ADDRESSEE_NOT_FOUND",
        _S.EXCEPTION: "FAILED EXCEPTION WRONG_ADDRESS HELD PAYMENT_REQUIRED 40 99",
        _S.REFUSED: "REFUSED",
        _S.DAMAGED: "DAMAGED",
        _S.LOST: "LOST",
        _S.RETURNING: "RETURN RETURNING RETURN_TO_SENDER",
        _S.RETURNED: "RETURNED",
        _S.DELIVERED: "DELIVERED POD DELIVERED_NEIGHBOR DELIVERED_SAFE_PLACE 90",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of ParcelOne, errors included."""
    return (
        answer.at("success").exists
        and (answer.at("results").exists or answer.at("errors").exists)
        and (not answer.at("results", "Events").exists or answer.at("results", "StatusCode").exists)
    )


def read(answer: Node) -> list[Route]:
    """A route for each result."""
    results = [result for result in answer.each("results") if result.at("Events").exists]
    if not results:
        error = answer.at("errors")
        return [refused(CARRIER, None, error.first("ErrorNo", "code"), error.first("Message", "message"))]
    return [_result(result) for result in results]


def _result(result: Node) -> Route:
    promised = deadline(result.first("EstimatedDeliveryDate", "EstimatedDelivery"))
    return build(
        CARRIER,
        result.first("TrackingID", "CarrierTrackingID"),
        [_scan(event) for event in result.each("Events")],
        signed_by=result.text("SignedBy"),
        mode=mode_of((result.text("StatusCode") or "").replace("_", " ")),
        promised_by=promised,
    )


def _scan(event: Node) -> Scan:
    code, text = event.text("StatusCode"), event.text("Description")
    spot = spot_of(event.text("Location"), two_parts="city, country")
    status = meaning(CODES, code)
    return Scan(
        node=event,
        when=read_time(event.text("DateTime"), spot=spot),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
