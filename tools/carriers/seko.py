"""SEKO Omni-Channel tracking (JSON): a list of consignments with `Events[].OmniCode`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import mode_of

CARRIER = "seko"
EXPECTED = "a list of ConsignmentNo with Events[].OmniCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "OP-1 OP-8 OP-9 OP-12",
        _S.HANDED_OVER: "OP-7 OP-10 OP-11 OP-14 OP-33 OP-89",
        _S.IN_TRANSIT: (
            "OP-3 OP-4 OP-13 OP-16 OP-18 OP-20 OP-22 OP-35 OP-44 OP-47 OP-50 OP-51 OP-52 OP-53 OP-54 OP-56 OP-78 "
            "OP-79 OP-80 OP-81 OP-82"
        ),
        _S.CUSTOMS: "OP-5 OP-6",
        _S.OUT_FOR_DELIVERY: "OP-21 OP-48",
        _S.DELIVERY_ATTEMPTED: "OP-24 OP-27 OP-30 OP-37 OP-38 OP-45 OP-84 OP-86",
        _S.AVAILABLE_FOR_PICKUP: "OP-19 OP-25 OP-42",
        _S.EXCEPTION: "OP-2 OP-23 OP-26 OP-34 OP-39 OP-40 OP-41 OP-43 OP-49 OP-70 OP-71 OP-83 OP-87 OP-88 OP-91 OP-92",
        _S.DAMAGED: "OP-17",
        _S.LOST: "OP-15",
        _S.REFUSED: "OP-28",
        _S.RETURNING: "OP-29 OP-55 OP-60 OP-63 OP-66 OP-67 OP-85",
        _S.RETURNED: "OP-57 OP-58 OP-59 OP-61 OP-62 OP-64 OP-65 OP-68 OP-69 OP-90 OP-94",
        _S.DELIVERED: "OP-72 OP-73 OP-74 OP-75 OP-76 OP-77",
    }
)
"""OmniCodes. OP-71 is a delivery in part, so an exception; OP-76 ends in a locker or collection point."""
MODES = {
    "OP-73": "neighbour",
    "OP-74": "safe place",
    "OP-75": "collected by the recipient at a collection point",
    "OP-76": "locker",
}
"""What the code of a delivery says about how it happened, in words `mode_of` knows."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of SEKO, errors included."""
    if any(item.at("ConsignmentNo").exists for item in answer.each()):
        return True
    return any(error.at("Property").exists and error.at("Message").exists for error in answer.each("Errors"))


def read(answer: Node) -> list[Route]:
    """A route for each consignment."""
    consignments = [item for item in answer.each() if item.at("ConsignmentNo").exists]
    if not consignments:
        error = answer.at("Errors")
        return [refused(CARRIER, None, error.text("Property"), error.text("Message"))]
    return [_consignment(consignment) for consignment in consignments]


def _consignment(consignment: Node) -> Route:
    events = consignment.each("Events")
    delivered = [code for event in events if (code := event.text("OmniCode")) in MODES]
    return build(
        CARRIER,
        consignment.text("ConsignmentNo"),
        [_scan(event) for event in events],
        signed_by=consignment.first("SignedBy", "Signatory"),
        mode=mode_of(MODES.get(delivered[-1] or "") if delivered else None),
    )


def _scan(event: Node) -> Scan:
    omni, own = event.text("OmniCode"), event.text("Code")
    # LONDON,EGHAM,GB: site, town, country.
    spot = spot_of(event.text("Location"), two_parts="city, country")
    return Scan(
        node=event,
        when=read_time(event.text("EventDT"), spot=spot),
        status=meaning(CODES, omni),
        text=event.text("Description"),
        code="/".join(part for part in (omni, own) if part) or None,
        spot=spot,
    )
