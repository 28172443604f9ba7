"""DHL Express XML tracking: `AWBInfo/ShipmentInfo/ShipmentEvent`, one AWBInfo for each waybill asked for."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import MAINLAND
from tools.carriers._places import Spot, spot_of
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "dhl_express"
EXPECTED = "AWBInfo/ShipmentInfo/ShipmentEvent"

_S = TrackingStatus
CODES = coded(
    {
        _S.HANDED_OVER: "PU SA",
        _S.IN_TRANSIT: "AF AR DF PL PO RW FD SM TR CU HN CI RR MS IR TD MD SC TP IT UV AD OR OF PA PF",
        _S.CUSTOMS: "IC CR CD ES BR BN UD",
        _S.OUT_FOR_DELIVERY: "WC OO",
        _S.DELIVERY_ATTEMPTED: "NH CA",
        _S.AVAILABLE_FOR_PICKUP: "CC",
        _S.REFUSED: "RD",
        _S.EXCEPTION: "OH HO HP HX SS ST DS WX PD PY HW ND NA BA CM",
        _S.DAMAGED: "DD DM",
        _S.RETURNING: "RT",
        _S.DELIVERED: "OK",
    }
)
"""DHL Express event codes. CC is "awaiting collection by the consignee"; DD is "delivered damaged"."""

CANARY_AREAS = frozenset("LPA TFN TFS ACE FUE SPC".split())


def recognises(answer: Node) -> bool:
    """Whether this is an XML answer of DHL Express, errors included."""
    if answer.name in ("TrackingResponse", "ShipmentTrackingErrorResponse"):
        return True
    return bool(answer.descend("AWBInfo") or answer.descend("ArrayOfAWBInfoItem")) if answer.name else False


def read(answer: Node) -> list[Route]:
    """A route for each waybill."""
    waybills = answer.descend("AWBInfo")
    waybills = [w for w in waybills if w.at("AWBNumber").exists] or answer.descend("ArrayOfAWBInfoItem")
    if waybills:
        return [_waybill(waybill) for waybill in waybills]
    condition = next(iter(answer.descend("Condition")), answer)
    return [refused(CARRIER, None, condition.text("ConditionCode"), condition.text("ConditionData"))]


def _waybill(waybill: Node) -> Route:
    number = waybill.text("AWBNumber")
    status = waybill.at("Status")
    shipment = waybill.at("ShipmentInfo")
    events = shipment.descend("ShipmentEvent")
    # The SOAP variant wraps the events in items.
    events = [item for event in events for item in (event.each("ArrayOfShipmentEventItem") or [event])]
    condition = next(iter(status.descend("Condition") + status.descend("ArrayOfConditionItem")), status)
    if not events and (condition.text("ConditionCode") or (status.text("ActionStatus") or "").lower() != "success"):
        return refused(
            CARRIER, number, condition.text("ConditionCode"), condition.first("ConditionData", "ActionStatus")
        )
    promised = deadline(shipment.first("EstDlvyDate", "EstimatedDeliveryDate"))
    return build(
        CARRIER,
        number,
        [_scan(event) for event in events],
        weight_g=grams(shipment.text("Weight"), shipment.text("WeightUnit")),
        promised_by=promised,
    )


def _scan(event: Node) -> Scan:
    code, text = event.text("ServiceEvent", "EventCode"), event.text("ServiceEvent", "Description")
    spot = area(event.text("ServiceArea", "ServiceAreaCode"), event.text("ServiceArea", "Description"))
    return Scan(
        node=event,
        when=read_time(event.text("Date"), clock=event.text("Time"), zone=event.text("GMTOffset"), spot=spot),
        status=status_of_code(code, text),
        text=text,
        code=code,
        spot=spot,
        # Other events print account numbers and clock times in this field.
        signed_by=event.text("Signatory") if code == "OK" else None,
    )


def status_of_code(code: str | None, text: str | None) -> TrackingStatus:
    """The meaning of a DHL Express event code, shared with the MyDHL interface."""
    status = meaning(CODES, code)
    return delivered_unless_denied(text) if status is _S.DELIVERED else status


def area(code: str | None, description: str | None) -> Spot | None:
    """A DHL service area such as `MIL`, `Milan - Italy`, as a place."""
    spot = spot_of(description, two_parts="unclear")
    if spot is not None and spot.country == "ES" and spot.region is None and code and code not in CANARY_AREAS:
        return Spot(city=spot.city, region=MAINLAND, postcode=spot.postcode, country="ES")
    return spot
