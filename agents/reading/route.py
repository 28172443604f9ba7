"""The parcel's journey as facts, each citing the scan it was read from. The carrier is independent of both sides."""

from collections.abc import Sequence
from datetime import datetime

from knowledge.case import CaseBundle, Shipment
from knowledge.facts import (
    Citation,
    Fact,
    FactMethod,
    FactName,
    MissingFact,
    OrderField,
    Reading,
    ScanEvent,
    Standing,
)
from knowledge.reasons import DisputeReason
from knowledge.tracking import DeliveryMode, Place, Route, TrackingEvent, TrackingStatus
from tools.carriers import UnreadableTracking, read_route
from tools.ports import CaseReading

READER = "route/rule@1"
DAY_ONLY_CONFIDENCE = 0.9
"""Of a time the carrier gave without its zone: right to a day, and so sometimes wrong about the date."""

_CANNOT_FOLLOW_DELIVERY = frozenset(
    {
        TrackingStatus.HANDED_OVER,
        TrackingStatus.IN_TRANSIT,
        TrackingStatus.CUSTOMS,
        TrackingStatus.OUT_FOR_DELIVERY,
        TrackingStatus.DELIVERY_ATTEMPTED,
        TrackingStatus.AVAILABLE_FOR_PICKUP,
        TrackingStatus.LOST,
        TrackingStatus.REFUSED,
        TrackingStatus.RETURNING,
        TrackingStatus.RETURNED,
    }
)
_NOT_YET_SHIPPED = frozenset({TrackingStatus.LABEL_CREATED, TrackingStatus.UNKNOWN})
_WORST_FIRST = (
    TrackingStatus.LOST,
    TrackingStatus.RETURNED,
    TrackingStatus.RETURNING,
    TrackingStatus.REFUSED,
    TrackingStatus.DAMAGED,
    TrackingStatus.EXCEPTION,
    TrackingStatus.LABEL_CREATED,
    TrackingStatus.UNKNOWN,
    TrackingStatus.HANDED_OVER,
    TrackingStatus.CUSTOMS,
    TrackingStatus.IN_TRANSIT,
    TrackingStatus.DELIVERY_ATTEMPTED,
    TrackingStatus.AVAILABLE_FOR_PICKUP,
    TrackingStatus.OUT_FOR_DELIVERY,
    TrackingStatus.DELIVERED,
)
# Reasons that speak of goods in the buyer's hands: for these a parcel that came is the one in question.
_GOODS_CAME = frozenset(
    {
        DisputeReason.DAMAGED,
        DisputeReason.DEFECTIVE,
        DisputeReason.NOT_AS_DESCRIBED,
        DisputeReason.COUNTERFEIT,
        DisputeReason.WRONG_ITEM,
        DisputeReason.SIZE_FIT,
    }
)


class RouteReader:
    """Reads the carrier's raw answers of a case through the reading port."""

    def __init__(self, cases: CaseReading) -> None:
        self._cases = cases

    async def read(self, bundle: CaseBundle) -> Reading:
        """Facts of the parcel in question; what the carrier's answer does not give is missing with the reason."""
        routes: list[tuple[Shipment, Route, str]] = []
        unreadable: dict[str, str] = {}
        for shipment in bundle.shipments:
            if shipment.tracking_sha256 is None:
                unreadable[shipment.id] = "the carrier's answer was not sent with the case"
                continue
            payload = await self._cases.evidence(bundle.merchant.id, bundle.case_id, shipment.tracking_sha256)
            try:
                route = read_route(shipment.carrier, payload, tracking_number=shipment.tracking_number)
            except UnreadableTracking as error:
                unreadable[shipment.id] = str(error)
                continue
            routes.append((shipment, route, shipment.tracking_sha256))
        return read_route_facts(bundle, routes, unreadable)


def read_route_facts(
    bundle: CaseBundle,
    routes: Sequence[tuple[Shipment, Route, str]],
    unreadable: dict[str, str] | None = None,
) -> Reading:
    """Facts of the one parcel the claim is most about. Pure.

    Each route comes with its shipment and the SHA-256 of the payload; `unreadable` says by shipment id why a
    route is not there. Of several parcels with the goods in question the one in the worst state speaks, unless
    the buyer complains of goods that came, when one that came does. While a parcel with those goods cannot be
    read, another's delivery does not establish theirs.
    """
    about = [parcel for parcel in routes if _is_about(parcel[0], bundle)]
    unknown = _unread(bundle, routes, unreadable or {})
    silent = [f"{parcel[0].id}: {_why_silent(parcel[1])}" for parcel in about if not parcel[1].events]
    speaking = [parcel for parcel in about if parcel[1].events]
    gaps = "; ".join([*silent, *unknown])
    if not speaking:
        return _nothing_known(gaps or _no_parcel(bundle))
    chosen = min(speaking, key=lambda parcel: _rank(parcel[1], bundle))
    if gaps and _status(chosen[1])[0] is TrackingStatus.DELIVERED and not _goods_came(bundle):
        return _nothing_known(f"another parcel of this claim cannot be followed ({gaps})")
    return _facts(bundle, *chosen)


def _is_about(shipment: Shipment, bundle: CaseBundle) -> bool:
    claimed = set(bundle.claim.skus) if bundle.claim is not None else set[str]()
    return not claimed or not shipment.skus or not claimed.isdisjoint(shipment.skus)


def _goods_came(bundle: CaseBundle) -> bool:
    return bundle.claim is not None and bundle.claim.reason in _GOODS_CAME


def _unread(bundle: CaseBundle, routes: Sequence[tuple[Shipment, Route, str]], why: dict[str, str]) -> list[str]:
    read = {shipment.id for shipment, _, _ in routes}
    return [
        f"{shipment.id}: {why.get(shipment.id, 'the carrier gave no answer')}"
        for shipment in bundle.shipments
        if shipment.id not in read and _is_about(shipment, bundle)
    ]


def _why_silent(route: Route) -> str:
    return f"the carrier answered '{route.error[:200]}'" if route.error else "the carrier recorded no scan"


def _no_parcel(bundle: CaseBundle) -> str:
    if all(line.digital for line in bundle.order.lines):
        return "the goods are digital, there is no parcel"
    return "the case names no parcel with these goods"


def _nothing_known(why: str) -> Reading:
    return Reading(missing=(MissingFact(name=FactName.ROUTE_STATUS, why=why),))


def _rank(route: Route, bundle: CaseBundle) -> tuple[int, int]:
    status, _ = _status(route)
    worst = _WORST_FIRST.index(status)
    if not _goods_came(bundle):
        return 0, worst
    damaged = any(event.status is TrackingStatus.DAMAGED for event in route.events)
    return (0 if damaged else 1 if status is TrackingStatus.DELIVERED else 2), worst


def _status(route: Route) -> tuple[TrackingStatus, TrackingEvent]:
    """Where the parcel stands: the last scan with a meaning, except that a note after a delivery leaves it one."""
    known = [event for event in route.events if event.status is not TrackingStatus.UNKNOWN]
    if not known:
        return TrackingStatus.UNKNOWN, route.events[-1]
    delivered = [event for event in known if event.status is TrackingStatus.DELIVERED]
    if not delivered:
        return known[-1].status, known[-1]
    undone = [event for event in known if _undoes(event, delivered[-1].at)]
    last = undone[-1] if undone else delivered[-1]
    return last.status, last


def _undoes(event: TrackingEvent, delivered_at: datetime) -> bool:
    # At the same minute the order of scans is the carrier's accident and proves nothing.
    return event.at > delivered_at and event.status in _CANNOT_FOLLOW_DELIVERY


def _facts(bundle: CaseBundle, shipment: Shipment, route: Route, sha256: str) -> Reading:
    facts: list[Fact] = []
    missing: list[MissingFact] = []

    def scan(event: TrackingEvent) -> ScanEvent:
        return ScanEvent(shipment_id=shipment.id, sha256=sha256, pointer=event.pointer)

    def add(name: FactName, value: object, event: TrackingEvent, *, is_time: bool = False) -> None:
        sure = 1.0 if event.zone_known or not is_time else DAY_ONLY_CONFIDENCE
        facts.append(_fact(name, value, scan(event), sure))

    status, status_event = _status(route)
    add(FactName.ROUTE_STATUS, status, status_event)
    add(FactName.ROUTE_LAST_SCAN_AT, route.events[-1].at, route.events[-1], is_time=True)
    shipped = next((event for event in route.events if event.status not in _NOT_YET_SHIPPED), None)
    if shipped is not None:
        add(FactName.ROUTE_SHIPPED_AT, shipped.at, shipped, is_time=True)
    elif shipment.shipped_at is not None:
        facts.append(_said_shipped(bundle, shipment))
    else:
        missing.append(MissingFact(name=FactName.ROUTE_SHIPPED_AT, why="no scan shows the parcel under way"))

    delivered = [event for event in route.events if event.status is TrackingStatus.DELIVERED]
    if delivered:
        last = delivered[-1]
        add(FactName.ROUTE_DELIVERED_AT, last.at, last, is_time=True)
        place = _written(last.place)
        if place is not None:
            add(FactName.ROUTE_DELIVERY_PLACE, place, last)
        else:
            missing.append(MissingFact(name=FactName.ROUTE_DELIVERY_PLACE, why="the delivery scan names no place"))
        if route.mode is not DeliveryMode.UNSTATED:
            add(FactName.ROUTE_DELIVERY_MODE, route.mode, last)
        if route.signed_by is not None and route.signed_by.strip():
            add(FactName.ROUTE_SIGNED_BY, route.signed_by.strip()[:100], last)
        undone = [event for event in route.events if _undoes(event, delivered[0].at)]
        if undone:
            add(FactName.ROUTE_AFTER_DELIVERY_SCAN, undone[0].status, undone[0])
    damaged = next((event for event in route.events if event.status is TrackingStatus.DAMAGED), None)
    if damaged is not None:
        add(FactName.ROUTE_DAMAGE_SCAN, True, damaged)
    if route.weight_g is not None and _holds_all(bundle, shipment):
        whole = ScanEvent(shipment_id=shipment.id, sha256=sha256, pointer="")
        facts.append(_fact(FactName.ROUTE_WEIGHT_G, route.weight_g, whole, 1.0))
    return Reading(facts=tuple(facts), missing=tuple(missing))


def _fact(
    name: FactName,
    value: object,
    citation: Citation,
    confidence: float,
    standing: Standing = Standing.ESTABLISHED,
) -> Fact:
    return Fact.model_validate(
        {
            "name": name,
            "value": value,
            "confidence": confidence,
            "method": FactMethod.RULE,
            "standing": standing,
            "citation": citation,
            "reader": READER,
        }
    )


def _said_shipped(bundle: CaseBundle, shipment: Shipment) -> Fact:
    """The merchant's own word, where no scan shows the parcel: claimed, since the merchant gains by it."""
    pointer = f"/shipments/{bundle.shipments.index(shipment)}/shipped_at"
    return _fact(
        FactName.ROUTE_SHIPPED_AT, shipment.shipped_at, OrderField(pointer=pointer), 1.0, standing=Standing.CLAIMED
    )


def _holds_all(bundle: CaseBundle, shipment: Shipment) -> bool:
    """Only a parcel with all goods in question may be weighed against them."""
    if len(bundle.shipments) == 1:
        return True
    claimed = set(bundle.claim.skus) if bundle.claim is not None else set[str]()
    wanted = claimed or {line.sku for line in bundle.order.lines if not line.digital}
    return wanted.issubset(shipment.skus)


def _written(place: Place | None) -> str | None:
    """Postcode, city and country as one line; None when the scan names neither postcode nor city."""
    if place is None or not (place.postcode or place.city):
        return None
    town = " ".join(part for part in (place.postcode, place.city) if part)
    return f"{town}, {place.country}" if place.country else town
