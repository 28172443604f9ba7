"""Cainiao global tracking (JSON): `module[].detailList[].actionCode`, epoch times."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied

CARRIER = "cainiao"
EXPECTED = "module[].mailNo with detailList[].actionCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "GWMS_ACCEPT GWMS_PACKAGE GWMS_OUTBOUND ORDER_CREATED",
        _S.HANDED_OVER: "PU_PICKUP_SUCCESS CW_INBOUND",
        _S.IN_TRANSIT: (
            "CW_OUTBOUND SC_INBOUND_SUCCESS SC_OUTBOUND_SUCCESS LH_HO_IN_SUCCESS LH_HO_AIRLINE LH_DEPART LH_ARRIVE "
            "GTMS_ACCEPT GTMS_SC_ARRIVE GTMS_SC_DEPART"
        ),
        _S.CUSTOMS: "CC_EX_START CC_EX_SUCCESS CC_IM_START CC_IM_SUCCESS CC_HO_IN_SUCCESS CC_HO_OUT_SUCCESS",
        _S.OUT_FOR_DELIVERY: "GTMS_DO_DEPART GTMS_DELIVERING",
        _S.DELIVERY_ATTEMPTED: "GTMS_SIGN_FAILED GTMS_DELIVERY_FAILURE",
        _S.AVAILABLE_FOR_PICKUP: "GTMS_WAIT_SELF_PICK GTMS_STA_INBOUND",
        _S.DELIVERED: "GTMS_SIGNED",
    }
)
"""Action codes: PU pick-up, SC sorting, LH line haul, CC customs, GTMS the destination's carrier."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Cainiao."""
    return any(parcel.at("mailNo").exists and parcel.at("detailList").exists for parcel in answer.each("module"))


def read(answer: Node) -> list[Route]:
    """A route for each number."""
    return [_parcel(parcel) for parcel in answer.each("module")]


def _parcel(parcel: Node) -> Route:
    details = parcel.each("detailList")
    if not details:
        return refused(CARRIER, parcel.text("mailNo"), parcel.text("statusDesc") or "Cainiao lists no scans")
    return build(
        CARRIER,
        parcel.text("mailNo"),
        [_scan(detail) for detail in details],
        promised_by=deadline(parcel.text("globalEtaInfo", "deliveryMaxTime")),
    )


def _scan(detail: Node) -> Scan:
    code, text = detail.text("actionCode"), detail.first("standerdDesc", "desc")
    spot = spot_of(detail.text("location"), two_parts="city, country")
    status = meaning(CODES, code)
    return Scan(
        node=detail,
        when=read_time(detail.text("time")) or read_time(detail.text("timeStr"), zone=detail.text("timeZone")),
        status=delivered_unless_denied(text) if status is _S.DELIVERED else status,
        text=text,
        code=code,
        spot=spot,
    )
