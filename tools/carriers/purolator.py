"""Purolator TrackPackagesByPin (SOAP): `TrackingInformationList/TrackingInformation/Scans/Scan`."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "purolator"
EXPECTED = "TrackPackagesByPinResponse/TrackingInformationList/TrackingInformation/Scans/Scan"

_S = TrackingStatus
SCAN_TYPES = coded(
    {
        _S.HANDED_OVER: "PROOFOFPICKUP",
        _S.OUT_FOR_DELIVERY: "ONDELIVERY",
        _S.EXCEPTION: "UNDELIVERABLE",
        _S.IN_TRANSIT: "OTHER",
        _S.DELIVERED: "DELIVERY",
    }
)
"""`ScanType`. "Other" is every depot scan, customs and labels included."""
_OTHER = (_S.LABEL_CREATED, _S.CUSTOMS, _S.AVAILABLE_FOR_PICKUP, _S.RETURNING, _S.OUT_FOR_DELIVERY)
_UNDELIVERABLE = (_S.DELIVERY_ATTEMPTED, _S.REFUSED, _S.DAMAGED, _S.LOST, _S.RETURNING, _S.CUSTOMS)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of Purolator's tracking service."""
    return bool(answer.name and answer.descend("TrackPackagesByPinResponse"))


def read(answer: Node) -> list[Route]:
    """A route for each PIN."""
    routes = [_parcel(info) for info in answer.descend("TrackingInformation")]
    error = next(iter(answer.descend("Error")), answer)
    return routes or [refused(CARRIER, None, error.text("Code"), error.text("Description"))]


def _parcel(info: Node) -> Route:
    scans = info.each("Scans", "Scan")
    number = info.text("PIN", "Value")
    if not scans:
        return refused(CARRIER, number, "Purolator lists no scans for this PIN")
    return build(CARRIER, number, [_scan(scan) for scan in scans])


def _scan(scan: Node) -> Scan:
    kind, text = scan.text("ScanType"), scan.text("Description")
    status = meaning(SCAN_TYPES, kind)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.IN_TRANSIT:
        status = narrowed(status, text, *_OTHER)
    elif status is _S.EXCEPTION:
        status = narrowed(status, text, *_UNDELIVERABLE)
    spot = Spot(city=scan.text("Depot", "Name"))
    return Scan(
        node=scan,
        when=read_time(scan.text("ScanDate"), clock=scan.text("ScanTime"), spot=spot),
        status=status,
        text=text,
        code=kind,
        spot=spot,
        signed_by=scan.text("ScanDetails", "DeliverySignature"),
    )
