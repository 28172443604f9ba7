"""La Poste, Colissimo and Chronopost through the Suivi v2 interface (JSON): `shipment.event[]`."""

from knowledge.tracking import DeliveryMode, Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import deadline, read_time
from tools.carriers._words import delivered_unless_denied, mode_of, narrowed

CARRIER = "laposte"
EXPECTED = "returnCode with shipment.event[].code"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "DR1 DR2",
        _S.HANDED_OVER: "PC1 PC2",
        _S.IN_TRANSIT: "ET1 ET2 ET3 ET4 EP1 PB2",
        _S.CUSTOMS: "DO1 DO2 DO3",
        _S.EXCEPTION: "PB1 ND1",
        _S.OUT_FOR_DELIVERY: "MD2",
        _S.AVAILABLE_FOR_PICKUP: "AG1",
        _S.RETURNING: "RE1",
        _S.DELIVERED: "DI1",
        _S.RETURNED: "DI2",
    }
)
"""Event codes of Suivi v2: DI1 is delivered to the recipient, DI2 delivered to the sender."""


def recognises(answer: Node) -> bool:
    """Whether this is an answer of La Poste's tracking interface, errors included."""
    return answer.at("returnCode").exists and (answer.at("shipment").exists or answer.at("returnMessage").exists)


def read(answer: Node) -> list[Route]:
    """A route for each number."""
    return [_shipment(item) for item in answer.each()]


def _shipment(item: Node) -> Route:
    shipment = item.at("shipment")
    number = shipment.text("idShip") or item.text("idShip")
    events = shipment.each("event")
    if not events:
        return refused(CARRIER, number, item.text("returnCode"), item.text("returnMessage"))
    promised = deadline(shipment.text("estimDate"))
    delivered = any(event.text("code") == "DI1" for event in events)
    return build(
        CARRIER,
        number,
        [_scan(event) for event in events],
        mode=mode_of(shipment.text("removalPoint", "type")) if delivered else DeliveryMode.UNSTATED,
        # After a delivery La Poste repeats its time here, which promises nothing.
        promised_by=None if delivered else promised,
    )


def _scan(event: Node) -> Scan:
    code, text = event.text("code"), event.text("label")
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif code == "ND1":
        status = narrowed(status, text, _S.REFUSED, _S.DELIVERY_ATTEMPTED, _S.DAMAGED, _S.LOST)
    return Scan(node=event, when=read_time(event.text("date")), status=status, text=text, code=code)
