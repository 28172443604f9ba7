"""YunExpress (云途): tracking (`Item.OrderTrackingDetails[]`, in words) and number look-ups (`Items[]`)."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._places import spot_of
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import status_of

CARRIER = "yunexpress"
EXPECTED = "Item.OrderTrackingDetails[].ProcessContent, or Items[].WayBillNumber"

_CLOSED = frozenset({"5", "6", "7"})
"""`PackageState` cancelled, failed and returned, under which no scan counts as a delivery."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of YunExpress, errors included."""
    if any(item.at("WayBillNumber").exists or item.at("OrderTrackingDetails").exists for item in _items(answer)):
        return True
    return answer.at("ResultCode").exists and answer.at("ResultDesc").exists


def _items(answer: Node) -> list[Node]:
    return [*answer.each("Item"), *answer.each("Items")]


def read(answer: Node) -> list[Route]:
    """A route for each waybill."""
    items = _items(answer)
    if not items:
        code, words = answer.first("ResultCode", "Code"), answer.first("ResultDesc", "Message")
        return [refused(CARRIER, None, code, words)]
    return [_item(item) for item in items]


def _item(item: Node) -> Route:
    details = item.each("OrderTrackingDetails")
    number = item.first("WayBillNumber", "WaybillNumber", "TrackingNumber")
    if not details:
        note = "YunExpress answers with the parcel's numbers and no scans: it is registered, nothing more is shown."
        return build(CARRIER, number, [], notes=[note])
    closed = item.text("PackageState") in _CLOSED
    return build(CARRIER, number, [_scan(detail, closed) for detail in details])


def _scan(detail: Node, closed: bool) -> Scan:
    text = detail.first("ProcessContent", "TrackContent")
    spot = spot_of(detail.first("ProcessLocation", "TrackLocation"), two_parts="city, country")
    status = status_of(text)
    if closed and status is TrackingStatus.DELIVERED:
        status = TrackingStatus.UNKNOWN
    return Scan(
        node=detail,
        when=read_time(detail.first("ProcessDate", "TrackDate"), spot=spot),
        status=status,
        text=text,
        spot=spot,
    )
