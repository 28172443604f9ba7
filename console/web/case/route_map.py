"""A parcel's route on a map: marks where scans are certain, the way between them, and where the order goes."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from knowledge.case import Address
from knowledge.geography.cities import City, Gazetteer, kilometres
from knowledge.geography.locating import locate, locate_one
from knowledge.geography.plane import HEIGHT, WIDTH, Frame, drawn, frame_of
from knowledge.tracking import Place, Route, TrackingEvent, TrackingStatus
from tools.geography import outlines

_TROUBLE = frozenset(
    {
        TrackingStatus.EXCEPTION,
        TrackingStatus.DAMAGED,
        TrackingStatus.LOST,
        TrackingStatus.REFUSED,
        TrackingStatus.RETURNED,
    }
)
_TELLING = _TROUBLE | {TrackingStatus.DELIVERED}
_ASTRAY_KM = 100.0
"""A delivery in another city than the order's is common within a commuter belt, and not beyond one."""
_KEPT = 128
"""Pieces of the Earth kept drawn, some 10 kB each: lanes repeat."""


class Mark(NamedTuple):
    """A city with scans; `id` names the row of its first.

    `kind` is its shape: `scan`, or by the last telling scan there `delivered` or `trouble`.
    """

    id: str
    kind: str
    right: float
    down: float
    words: str


class Leg(NamedTuple):
    """A straight way between two marks; `kind` is `way`, `gap` after a silence, or `astray` to where the order goes."""

    kind: str
    line: tuple[float, float, float, float]


class RouteMap(NamedTuple):
    """What the page draws, in units of a plane `width` by `height`, and what it says about it."""

    id: str
    title: str
    """The route in words."""
    land: str
    """Path data of every country but the order's."""
    home: str
    """Path data of the country where the order goes."""
    legs: Sequence[Leg]
    marks: Sequence[Mark]
    goal: tuple[float, float] | None
    """Where the order goes; None when that city is not certain."""
    astray: str
    """How far from the order's city the parcel was delivered, when that is far."""
    located: int
    places: int
    """Distinct places that the carrier names, of which `located` are drawn."""
    mark_of: Sequence[str]
    """For each scan the id of its mark; empty for one that is not on the map."""
    width: int = WIDTH
    height: int = HEIGHT


def map_of(
    route: Route, shipment_id: str, gaps: Sequence[bool], ship_to: Address, origin: str, gazetteer: Gazetteer
) -> RouteMap | None:
    """The map of a route; None when the carrier names no place at all.

    `gaps` says for each scan whether a silence came before it; `origin` is the ISO country that parcels leave from.
    Nothing of the order's address but city, region and country is used.
    """
    named = [_words(event.place) for event in route.events]
    if not any(named):
        return None
    cities = locate([event.place for event in route.events], gazetteer, lane=(ship_to.country, origin))
    goal = locate_one(Place(city=ship_to.city, region=ship_to.region, country=ship_to.country), gazetteer)
    ids: dict[int, str] = {}
    for row, city in enumerate(cities):
        if city:
            ids.setdefault(city.id, f"{shipment_id}-{row}")
    visits = _visits(cities, gaps)
    shown = [city for city, _ in visits] + ([goal] if goal else [])
    frame = frame_of([(city.latitude, city.longitude) for city in shown]) if visits else None
    land, home = _land(frame, ship_to.country) if frame else ("", "")
    delivered = [
        city
        for city, event in zip(cities, route.events, strict=True)
        if city and event.status is TrackingStatus.DELIVERED
    ]
    astray = _is_astray(delivered[-1], goal) if delivered and goal else False
    return RouteMap(
        id=shipment_id,
        title=_title(visits, goal),
        land=land,
        home=home,
        legs=_legs(frame, visits, (delivered[-1], goal) if astray and goal else None) if frame else (),
        marks=_marks(frame, cities, route.events, ids) if frame else (),
        goal=_at(frame, goal) if frame and goal else None,
        astray=f"delivered in {delivered[-1]}, {kilometres(delivered[-1], goal):.0f} km from {goal}"
        if astray and goal
        else "",
        located=len({words for words, city in zip(named, cities, strict=True) if city}),
        places=len({words for words in named if words}),
        mark_of=[ids[city.id] if city else "" for city in cities],
    )


def _words(place: Place | None) -> tuple[str, ...]:
    return tuple(each for each in (place.city, place.region, place.postcode, place.country) if each) if place else ()


def _visits(cities: Sequence[City | None], gaps: Sequence[bool]) -> list[tuple[City, bool]]:
    """The cities in turn, each with whether a silence came since the one before."""
    visits: list[tuple[City, bool]] = []
    silent = False
    for city, gap in zip(cities, gaps, strict=True):
        silent = silent or gap
        if city and (not visits or visits[-1][0].id != city.id):
            visits.append((city, silent and bool(visits)))
        if city:
            silent = False
    return visits


def _legs(frame: Frame, visits: Sequence[tuple[City, bool]], astray: tuple[City, City] | None) -> list[Leg]:
    legs = [
        Leg("gap" if gap else "way", (*_at(frame, before), *_at(frame, city)))
        for (before, _), (city, gap) in pairwise(visits)
    ]
    return [*legs, Leg("astray", (*_at(frame, astray[0]), *_at(frame, astray[1])))] if astray else legs


def _marks(
    frame: Frame, cities: Sequence[City | None], events: Sequence[TrackingEvent], ids: dict[int, str]
) -> list[Mark]:
    there: dict[City, list[TrackingEvent]] = {}
    for city, event in zip(cities, events, strict=True):
        if city:
            there.setdefault(city, []).append(event)
    marks: list[Mark] = []
    for city, scans in there.items():
        statuses = [scan.status for scan in scans]
        telling = [status for status in statuses if status in _TELLING]
        kind = "scan" if not telling else "trouble" if telling[-1] in _TROUBLE else "delivered"
        said = ", ".join(dict.fromkeys(status.value.replace("_", " ") for status in telling or statuses[-1:]))
        count = "1 scan" if len(scans) == 1 else f"{len(scans)} scans"
        marks.append(Mark(ids[city.id], kind, *_at(frame, city), f"{city}: {count}, {said}"))
    return marks


def _at(frame: Frame, city: City) -> tuple[float, float]:
    right, down = frame.point(city.latitude, city.longitude)
    return round(right, 1), round(down, 1)


def _is_astray(delivered: City, goal: City) -> bool:
    return delivered.country != goal.country or kilometres(delivered, goal) > _ASTRAY_KM


def _title(visits: Sequence[tuple[City, bool]], goal: City | None) -> str:
    way = ", ".join(f"{'after a silence ' if gap else ''}{city}" for city, gap in visits)
    return f"Route of the parcel: {way}." + (f" The order goes to {goal}." if goal else "")


@lru_cache(maxsize=_KEPT)
def _land(frame: Frame, home: str) -> tuple[str, str]:
    """Path data of the land in the frame: of other countries, and of the one the order goes to."""
    pieces: dict[bool, list[str]] = {False: [], True: []}
    for outline in outlines().all:
        for corners in drawn(outline, frame):
            (right, down), steps = corners[0].tolist(), (corners[1:] - corners[:-1]).ravel().tolist()
            pieces[outline.country == home].append(f"M{right} {down}l{' '.join(map(str, steps))}z")
    return "".join(pieces[False]), "".join(pieces[True])
