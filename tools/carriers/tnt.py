"""TNT ExpressConnect tracking (XML): `TrackResponse/Consignment/StatusData`, local times of each depot."""

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "tnt"
EXPECTED = "TrackResponse/Consignment/StatusData"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "CRE BKD",
        _S.HANDED_OVER: "CI PU CO",
        _S.IN_TRANSIT: "IS IR AS TR AR AT DP LD OS AI AF",
        _S.CUSTOMS: "CC CD CH CUS CLR",
        _S.OUT_FOR_DELIVERY: "OD WC",
        _S.DELIVERY_ATTEMPTED: "NH CNA BC ND",
        _S.EXCEPTION: "NR MLA MLX MLR DLY HLD BAD AD OH",
        _S.REFUSED: "RF REF",
        _S.DAMAGED: "DMG DA",
        _S.RETURNING: "RS RTS",
        _S.DELIVERED: "OK",
    }
)


def recognises(answer: Node) -> bool:
    """Whether this is an answer of TNT, errors included."""
    return answer.name == "TrackResponse" and (
        bool(answer.each("Consignment")) or (answer.at("Error", "Code").exists and answer.at("Error", "Message").exists)
    )


def read(answer: Node) -> list[Route]:
    """A route for each consignment; TNT uses numbers again, so two can share one."""
    consignments = answer.each("Consignment")
    if not consignments:
        error = answer.at("Error")
        return [refused(CARRIER, None, error.text("Code"), error.text("Message"))]
    return [_consignment(consignment) for consignment in consignments]


def _consignment(consignment: Node) -> Route:
    number, summary = consignment.text("ConsignmentNumber"), consignment.text("SummaryCode")
    steps = consignment.each("StatusData")
    if not steps and summary == "CNF":
        return refused(CARRIER, number, summary, "TNT does not know this consignment")
    scans = [_scan(step) for step in steps] or _summarised(consignment, summary)
    return build(CARRIER, number, scans, signed_by=consignment.text("Signatory"))


def _summarised(consignment: Node, summary: str | None) -> list[Scan]:
    """Without scans, a delivery still has its date in the consignment."""
    if summary != "DEL":
        return []
    country = country_of(consignment.text("DestinationCountry", "CountryCode"))
    spot = Spot(city=consignment.text("DeliveryTown"), country=country)
    when = read_time(consignment.text("DeliveryDate"), clock=consignment.text("DeliveryTime"), spot=spot)
    return [Scan(node=consignment, when=when, status=_S.DELIVERED, text=summary, code=summary, spot=spot)]


def _scan(step: Node) -> Scan:
    code, text = step.text("StatusCode"), step.text("StatusDescription")
    # Depots carry no country, and their local hour stays without a zone.
    spot = Spot(city=step.first("DepotName", "Depot"))
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.EXCEPTION:
        status = narrowed(status, text, _S.REFUSED, _S.DAMAGED, _S.LOST, _S.RETURNING, _S.CUSTOMS)
    return Scan(
        node=step,
        when=read_time(step.text("LocalEventDate"), clock=step.text("LocalEventTime"), spot=spot),
        status=status,
        text=text,
        code=code,
        spot=spot,
    )
