"""bpost item tracking (XML): `itemTracking/stateInfo`, a letter for the family of states and two digits."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._route import Scan, build, grams, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "bpost"
EXPECTED = "itemTracking/stateInfo"

_S = TrackingStatus
CODES = coded(
    {
        _S.IN_TRANSIT: "T00 R00 R01 R02 R03 R04 R05 N14",
        _S.CUSTOMS: "B00 B01 B02",
        _S.OUT_FOR_DELIVERY: "L00",
        _S.DELIVERY_ATTEMPTED: (
            "N01 N02 N03 N04 N05 N06 N07 N08 N10 N11 N12 N13 N16 N28 N32 N91 N92 N93 N94 N95 N96 B04"
        ),
        _S.AVAILABLE_FOR_PICKUP: "N74 R13",
        _S.REFUSED: "B03 B23",
        _S.DAMAGED: "B05 B08",
        _S.EXCEPTION: "B06 B07 B09 B10 B11 B12 B13 B18 B24 B28 T03 S00 P00",
        _S.RETURNING: "R11 R12",
        _S.DELIVERED: "U00 U01 U02 U03 U04 U05 U06 U07 U08",
    }
)
"""T sorted, L bound to a round, U distributed, N not distributed, R at a pick-up point or relay, B back."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of bpost."""
    return answer.name == "itemTracking" or bool(answer.name and answer.descend("itemTracking"))


def read(answer: Node) -> list[Route]:
    """A route for each item."""
    return [_item(item) for item in answer.descend("itemTracking")]


def _item(item: Node) -> Route:
    number = item.first("itemCode", "trackingId")
    states = item.each("stateInfo")
    if not states:
        return refused(CARRIER, number, item.first("errorCode", "code"), item.first("errorDescription", "message"))
    return build(
        CARRIER,
        number,
        [_scan(state) for state in states],
        weight_g=grams(item.text("itemDetail", "weightInGrams"), "G"),
    )


def _scan(state: Node) -> Scan:
    code, text = state.text("stateCode"), state.text("stateDescription")
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.DELIVERY_ATTEMPTED:
        status = narrowed(status, text, _S.REFUSED)
    return Scan(node=state, when=read_time(state.text("time")), status=status, text=text, code=code)
