"""USPS tracking: the JSON of Tracking API v3 (`trackingEvents[]`) and the older XML (`TrackInfo/TrackDetail`)."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import US_STATES, country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "usps"
EXPECTED = "trackingNumber with trackingEvents[], or TrackResponse/TrackInfo"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "GX MA GC 89",
        _S.HANDED_OVER: "03 OA TM AD VC VF VH VP VR VS VX 83 80",
        _S.IN_TRANSIT: "06 07 08 10 15 41 63 81 82 A1 AR EF L1 LD NT PC SF T1 TL TR U1 UA",
        _S.CUSTOMS: "CX CL CI CR",
        _S.OUT_FOR_DELIVERY: "OF",
        _S.DELIVERY_ATTEMPTED: "02 51 52 53 54 55",
        _S.AVAILABLE_FOR_PICKUP: "14 16",
        _S.REFUSED: "04",
        _S.EXCEPTION: "05 21 22 23 24 25 26 27 28",
        _S.RETURNING: "09 29 31 RT",
        _S.DELIVERED: "01",
    }
)
"""Event codes of Publication 199 and the tracking interface. 09 and 21 to 29 end at the sender's, not the buyer's."""


def recognises(answer: Node) -> bool:
    """Whether this is a USPS answer, errors included."""
    if answer.name == "TrackResponse":
        return bool(answer.each("TrackInfo"))
    if answer.name == "Error":
        return answer.at("Description").exists and answer.at("Source").exists
    return (answer.at("trackingEvents").exists and (answer.at("mailClass").exists or _any_code(answer))) or (
        answer.at("apiVersion").exists and answer.at("error").exists
    )


def _any_code(answer: Node) -> bool:
    return any(
        event.at("eventCode").exists or event.at("GMTTimestamp").exists for event in answer.each("trackingEvents")
    )


def read(answer: Node) -> list[Route]:
    """A route for each number asked for."""
    if answer.name == "Error":
        return [refused(CARRIER, None, answer.text("Description"))]
    if answer.name:
        return [_older(info) for info in answer.each("TrackInfo")]
    return [_parcel(parcel) for parcel in answer.each()]


def _parcel(parcel: Node) -> Route:
    error = parcel.at("error")
    if error.exists and not parcel.at("trackingEvents").exists:
        return refused(CARRIER, parcel.text("trackingNumber"), error.text("code"), error.text("message"))
    expected = parcel.first("expectedDeliveryTimeStamp", "expectedDeliveryDate", "guaranteedDeliveryTimeStamp")
    promised = deadline(expected) or deadline(parcel.text("deliveryDateExpectation", "expectedDeliveryDate"))
    return build(
        CARRIER,
        parcel.text("trackingNumber"),
        [_scan(event) for event in parcel.each("trackingEvents")],
        promised_by=promised,
    )


def _scan(event: Node) -> Scan:
    spot = _spot(event.text("eventCity"), event.text("eventState"), event.text("eventZIP"), event.text("eventCountry"))
    text = event.text("eventType")
    exact = event.text("GMTTimestamp")
    return Scan(
        node=event,
        when=read_time(exact, zone="UTC")
        or read_time(event.text("eventTimestamp"), zone=event.text("GMTOffset"), spot=spot),
        status=_status(event.text("eventCode"), text),
        text=text,
        code=event.text("eventCode"),
        spot=spot,
        signed_by=event.text("name"),
    )


def _older(info: Node) -> Route:
    number = info.text("@ID")
    error = info.at("Error")
    if error.exists:
        return refused(CARRIER, number, error.text("Number"), error.text("Description"))
    promised = deadline(info.first("GuaranteedDeliveryDate", "ExpectedDeliveryDate", "PredictedDeliveryDate"))
    return build(
        CARRIER,
        number,
        [_older_scan(event) for event in [*info.each("TrackSummary"), *info.each("TrackDetail")]],
        promised_by=promised,
    )


def _older_scan(event: Node) -> Scan:
    spot = _spot(
        event.text("EventCity"), event.text("EventState"), event.text("EventZIPCode"), event.text("EventCountry")
    )
    text = event.text("Event")
    return Scan(
        node=event,
        when=read_time(event.text("EventDate"), clock=event.text("EventTime"), spot=spot),
        status=_status(event.text("EventCode"), text),
        text=text,
        code=event.text("EventCode"),
        spot=spot,
        signed_by=event.text("Name"),
    )


def _spot(city: str | None, state: str | None, postcode: str | None, country: str | None) -> Spot:
    # USPS leaves the country empty at home.
    found = country_of(country) if country else ("US" if state in US_STATES else None)
    return Spot(city=city, region=state, postcode=postcode, country=found)


def _status(code: str | None, text: str | None) -> TrackingStatus:
    status = meaning(CODES, code)
    return delivered_unless_denied(text) if status is _S.DELIVERED else status
