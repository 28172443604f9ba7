"""BoxKnight order (JSON): an order with an `orderStatus`, without a list of scans."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._route import Scan, build
from tools.carriers._times import deadline, read_time

CARRIER = "boxknight"
EXPECTED = "id with orderStatus and createdAt"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "CREATED GEOCODED PRINTED LABEL_CREATED AWAITING_PICKUP PICKUP_ASSIGNED PICKUP_EN_ROUTE",
        _S.HANDED_OVER: "PICKUP_COMPLETED PICKED_UP",
        _S.IN_TRANSIT: "AT_WAREHOUSE IN_TRANSIT SORTED DELIVERY_ASSIGNED",
        _S.OUT_FOR_DELIVERY: "DELIVERY_EN_ROUTE OUT_FOR_DELIVERY",
        _S.DELIVERY_ATTEMPTED: "DELIVERY_ATTEMPTED DELIVERY_FAILED",
        _S.EXCEPTION: "CANCELLED GEOCODE_FAILED",
        _S.RETURNING: "RETURNING",
        _S.RETURNED: "RETURNED",
        _S.DELIVERED: "DELIVERY_COMPLETED DELIVERED",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an order of BoxKnight."""
    return answer.at("orderStatus").exists and answer.at("merchantId").exists


def read(answer: Node) -> list[Route]:
    """The route of the order: its creation, and its present state where the answer dates it."""
    return [_order(order) for order in answer.each()]


def _order(order: Node) -> Route:
    code = order.text("orderStatus")
    status = meaning(CODES, code)
    created = read_time(order.text("createdAt"))
    scans = [Scan(node=order.at("createdAt"), when=created, status=_S.LABEL_CREATED, text="Order created")]
    notes: list[str] = []
    if status is not _S.LABEL_CREATED:
        changed = read_time(order.first("completedAt", "statusUpdatedAt", "updatedAt"))
        if changed is not None:
            scans.append(Scan(node=order.at("orderStatus"), when=changed, status=status, text=code, code=code))
        else:
            notes.append(f"BoxKnight says {code!r} without saying since when, so it is not a scan.")
    promised = deadline(order.text("completeBefore"))
    return build(
        CARRIER,
        order.text("id"),
        scans if created is not None else scans[1:],
        signed_by=order.text("signature", "name"),
        promised_by=promised,
        notes=notes,
    )
