"""Building a route from a carrier's scans: order, contradictions, and what a signature is allowed to mean."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from knowledge.tracking import DeliveryMode, Route, TrackingEvent, TrackingStatus
from tools.carriers._answer import Node, UnreadableTracking
from tools.carriers._places import Spot
from tools.carriers._times import Moment
from tools.carriers._words import mode_of, signatory

MOST_SCANS = 1_000
"""Scans read of one parcel; a real one has fewer than a hundred."""

_ZONE_SLACK = timedelta(hours=14)
"""How far a local time without a zone can be from another one (UTC-12 to UTC+14, minus the day both share)."""
_SIGNED_NEAR = timedelta(hours=24)
_ELSEWHERE = timedelta(hours=1)
"""No road parcel is scanned in two countries within an hour of each other, border depots aside."""

_AFTER_DELIVERY = frozenset(
    {
        TrackingStatus.HANDED_OVER,
        TrackingStatus.IN_TRANSIT,
        TrackingStatus.CUSTOMS,
        TrackingStatus.OUT_FOR_DELIVERY,
        TrackingStatus.DELIVERY_ATTEMPTED,
        TrackingStatus.AVAILABLE_FOR_PICKUP,
        TrackingStatus.EXCEPTION,
        TrackingStatus.LOST,
        TrackingStatus.REFUSED,
        TrackingStatus.RETURNING,
        TrackingStatus.RETURNED,
    }
)
"""Scans that cannot follow a delivery."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as a reader understood it, before it is put in order."""

    node: Node
    when: Moment | None
    status: TrackingStatus
    text: str | None
    code: str | None = None
    spot: Spot | None = None
    signed_by: str | None = None
    """A name the carrier prints with this very scan."""


def build(
    carrier: str,
    number: str | None,
    scans: Sequence[Scan],
    *,
    signed_by: str | None = None,
    mode: DeliveryMode = DeliveryMode.UNSTATED,
    weight_g: int | None = None,
    promised_by: datetime | None = None,
    notes: Sequence[str] = (),
) -> Route:
    """The route of one parcel.

    `signed_by` is a name the carrier prints for the parcel as a whole; it counts as a signature only when
    the scans end in a delivery. `mode` is what the carrier says of the delivery outside the scans.
    """
    if len(scans) > MOST_SCANS:
        raise UnreadableTracking(
            f"A parcel in the tracking file has {len(scans)} scans; at most {MOST_SCANS} are read."
        )
    ordered = _ordered([scan for scan in scans if scan.when is not None])
    ordered, backwards = _not_before_the_scan_before(ordered)
    delivery = _standing_delivery(ordered)
    said = list(notes)
    if backwards:
        said.append(
            f"{backwards} local time(s) without a zone run backwards or give only the day; "
            "they stand in the carrier's own order, not before the scan before them."
        )
    if undated := sum(scan.when is None for scan in scans):
        said.append(f"{undated} scan(s) without a readable time were left out.")
    if any(not _time(scan).zone_known for scan in ordered):
        said.append("Some times carry no zone; their hour is the carrier's local one, and they prove a day only.")
    said.extend(_contradictions(ordered))
    name, about_names = _signature(ordered, delivery, signatory(signed_by))
    said.extend(about_names)
    if delivery is None:
        mode = DeliveryMode.UNSTATED
    elif mode is DeliveryMode.UNSTATED:
        mode = mode_of(delivery.text, signed_by, delivery.signed_by)
    return Route(
        carrier=carrier,
        tracking_number=number,
        events=tuple(_event(scan) for scan in ordered),
        signed_by=name,
        mode=mode,
        weight_g=weight_g,
        promised_by=promised_by,
        notes=tuple(dict.fromkeys(said)),
    )


def refused(carrier: str, number: str | None, *words: str | None) -> Route:
    """The carrier's own error instead of a route, in its words."""
    spoken = [word for word in words if word]
    return Route(carrier=carrier, tracking_number=number, error=": ".join(spoken) or "The carrier gave no reason.")


def latest_status(route: Route) -> TrackingStatus:
    """The last scan whose meaning is known; UNKNOWN when none is."""
    known = (event.status for event in reversed(route.events) if event.status is not TrackingStatus.UNKNOWN)
    return next(known, TrackingStatus.UNKNOWN)


def grams(value: str | None, unit: str | None) -> int | None:
    """A weight in whole grams; None when the number or the unit is missing, unknown or not above zero."""
    per_unit = _GRAMS.get((unit or "").strip().rstrip(".").upper())
    if value is None or per_unit is None:
        return None
    try:
        weight = Decimal(value.replace(",", ".")) * per_unit
    except InvalidOperation:
        return None
    return int(weight.to_integral_value()) if 0 < weight < 100_000_000 else None


_GRAMS = {
    **dict.fromkeys(("G", "GR", "GRAM", "GRAMS"), Decimal(1)),
    **dict.fromkeys(("K", "KG", "KGS", "KILOGRAM", "KILOGRAMS"), Decimal(1000)),
    **dict.fromkeys(("L", "LB", "LBS", "POUND", "POUNDS"), Decimal("453.59237")),
    **dict.fromkeys(("OZ", "OZS", "OUNCE", "OUNCES"), Decimal("28.349523125")),
}


def _event(scan: Scan) -> TrackingEvent:
    when = _time(scan)
    return TrackingEvent(
        at=when.at,
        zone_known=when.zone_known,
        status=scan.status,
        text=scan.text or "",
        code=scan.code,
        place=scan.spot.place() if scan.spot else None,
        pointer=scan.node.pointer,
    )


def _time(scan: Scan) -> Moment:
    assert scan.when is not None, "scans without a time were taken out before"
    return scan.when


def _ordered(scans: Sequence[Scan]) -> list[Scan]:
    """Oldest first. Times whose zone is unknown keep the carrier's own order unless they are surely out of it."""
    pairs = [(_time(a).at, _time(b).at) for a, b in itertools.pairwise(scans)]
    newest_first = sum(a > b for a, b in pairs) > sum(a < b for a, b in pairs)
    ordered: list[Scan] = []
    for scan in reversed(scans) if newest_first else scans:
        place = len(ordered)
        while place > 0 and _surely_before(scan, ordered[place - 1]):
            place -= 1
        ordered.insert(place, scan)
    return ordered


def _not_before_the_scan_before(ordered: Sequence[Scan]) -> tuple[list[Scan], int]:
    """Scans whose hour is not known, moved within their day to the hour of the scan they follow; and how many."""
    kept: list[Scan] = []
    moved = 0
    for scan in ordered:
        mine, before = _time(scan), _time(kept[-1]) if kept else None
        if before is not None and not mine.zone_known and mine.at < before.at and mine.at.date() == before.at.date():
            scan = replace(scan, when=replace(mine, at=before.at))
            moved += 1
        kept.append(scan)
    return kept, moved


def _surely_before(scan: Scan, other: Scan) -> bool:
    mine, theirs = _time(scan), _time(other)
    slack = timedelta(0) if mine.zone_known and theirs.zone_known else _ZONE_SLACK
    if not mine.zone_known and not theirs.zone_known and scan.spot and scan.spot == other.spot:
        # The same clock on the same wall, unless one of them is only a date.
        slack = timedelta(0) if _has_hour(mine) and _has_hour(theirs) else _ZONE_SLACK
    if not _has_hour(mine) or not _has_hour(theirs):
        slack = timedelta(hours=24)
    return theirs.at - mine.at > slack


def _has_hour(when: Moment) -> bool:
    return when.zone_known or (when.at.hour, when.at.minute, when.at.second) != (0, 0, 0)


def _standing_delivery(ordered: Sequence[Scan]) -> Scan | None:
    """The delivery the route ends in; None when there is none or later scans contradict it."""
    for scan in reversed(ordered):
        if scan.status is TrackingStatus.DELIVERED:
            return scan
        if scan.status in _AFTER_DELIVERY:
            return None
    return None


def _contradictions(ordered: Sequence[Scan]) -> list[str]:
    notes: list[str] = []
    delivered_at: Moment | None = None
    for scan in ordered:
        if scan.status is TrackingStatus.DELIVERED:
            delivered_at = _time(scan)
        elif delivered_at is not None and scan.status in _AFTER_DELIVERY and _time(scan).at > delivered_at.at:
            notes.append(
                f"The carrier contradicts itself: delivered on {delivered_at.at:%Y-%m-%d}, "
                f"then {scan.status.value.replace('_', ' ')} on {_time(scan).at:%Y-%m-%d}."
            )
            delivered_at = None
    for earlier, later in itertools.pairwise(ordered):
        there, here = (earlier.spot.country if earlier.spot else None), (later.spot.country if later.spot else None)
        known = _time(earlier).zone_known and _time(later).zone_known
        if there and here and there != here and known and _time(later).at - _time(earlier).at < _ELSEWHERE:
            notes.append(
                f"Scanned in {there} and in {here} within an hour ({_time(earlier).at:%Y-%m-%d}): "
                "two parcels may share the number, or a scan is in error."
            )
    return notes


def _signature(ordered: Sequence[Scan], delivery: Scan | None, of_parcel: str | None) -> tuple[str | None, list[str]]:
    """Whose signature the delivery bears, and a note for each name that is none."""
    signed: str | None = of_parcel if delivery is not None else None
    notes: list[str] = []
    if of_parcel is not None and delivery is None:
        notes.append(
            f"The carrier prints the name {of_parcel!r}, but the scans do not end in a delivery: no signature."
        )
    for scan in ordered:
        name = signatory(scan.signed_by)
        if name is None:
            continue
        if delivery is not None and abs(_time(scan).at - _time(delivery).at) <= _SIGNED_NEAR:
            signed = signed or name
        else:
            notes.append(
                f"A signature of {name!r} was recorded on {_time(scan).at:%Y-%m-%d}, "
                "but the scans do not show a delivery that stands: no proof of it."
            )
    return signed, notes
