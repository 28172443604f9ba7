"""Which city a scan's place is. What is not certain stays unlocated: a mark in the wrong town would be evidence."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from knowledge.geography.cities import City, Gazetteer, Named, kilometres
from knowledge.tracking import Place

_SAME_KM = 30.0
"""Two entries nearer than this are one place on a map of a route: a city and its quarter."""
_NEAR_KM = 400.0
"""A day's drive: farther than this, a neighbouring scan says nothing about which town of a name is meant."""
_CLEARLY = 3.0
"""How many times farther the next town of the name must be from the neighbouring scan."""
_WELL_KNOWN = 100_000
"""Inhabitants of a city that is known beyond its country, and by more than its own name."""
_OUTSHONE = 10
"""So many times larger, a city may be what a name means although another has the better claim to it."""
_DWARFED = 50
"""So many times larger than every other of its name, a city is what the name means: Shenzhen and a village."""
_PARTS = re.compile(r"[,/;|()\[\]【】]|\s[-–—]\s")
_FACILITY = re.compile(
    r"\b(?:hub|airport|depot|gateway|mail cent(?:er|re)|parcel cent(?:er|re)|(?:sort|distribut|process)\w*"
    r" (?:facility|cent(?:er|re)))$|(?:市|转运中心|分拨中心|処理センター)$",
    re.IGNORECASE,
)
"""What a carrier calls its building in a town, at the end of the town's name."""


def locate(places: Sequence[Place | None], gazetteer: Gazetteer, *, lane: Sequence[str]) -> list[City | None]:
    """The city of each place, in the order of the scans; None for one that is absent or not certain.

    `lane` are the ISO countries that the parcel goes between. A name is settled by the country and region that are
    written with it, then by the lane, then by the nearest scans before and after that are settled themselves.
    """
    found = [_candidates(place, gazetteer, lane) if place else [] for place in places]
    settled = [cities[0] if len(cities) == 1 else None for cities in found]
    return [
        city or _nearest(cities, _anchors(settled, index))
        for index, (city, cities) in enumerate(zip(settled, found, strict=True))
    ]


def locate_one(place: Place, gazetteer: Gazetteer) -> City | None:
    """The city of a place that has no neighbours, such as where an order goes; None when it is not certain."""
    return locate([place], gazetteer, lane=[place.country] if place.country else [])[0]


class _Told(NamedTuple):
    """What is written with a name: a country, or regions that it may mean; a city agrees with either."""

    country: str | None
    regions: Sequence[tuple[str, str]]

    def agrees(self, city: City) -> bool:
        """Whether the city lies there."""
        return city.country == self.country or (city.country, city.region) in self.regions


def _candidates(place: Place, gazetteer: Gazetteer, lane: Sequence[str]) -> list[City]:
    """The cities that a place may be, one an entry; empty when none fits all that is written."""
    # A part with a digit is a street, a postcode or a facility's number, none of which a city's name has.
    parts = [part.strip() for part in _PARTS.split(place.city or "")]
    parts = [part for part in parts if part and not any(letter.isdigit() for letter in part)]
    told = _told_apart(place, gazetteer)
    names: list[Sequence[Named]] = []
    for index, part in enumerate(parts):
        beside = _Told(gazetteer.country(part), gazetteer.regions(part))
        qualifies = beside.country is not None or bool(beside.regions)
        if qualifies and (index or (len(parts) > 1 and not gazetteer.cities(part))):
            told.append(beside)
        elif found := _of_name(part, gazetteer):
            names.append(found)
        elif regions := _region_at_the_end(part, gazetteer):
            told.append(_Told(None, regions))
            names.append(gazetteer.cities(_town(part).rpartition(" ")[0]))
    agreeing = [[each for each in found if all(one.agrees(each.city) for one in told)] for found in names]
    possible = [_meant(found) if told else _on_the_lane(found, lane) for found in agreeing]
    if not possible:
        return []
    first, others = possible[0], [cities for cities in possible[1:] if cities]
    return _one_a_place([city for city in first if all(any(_near(city, other) for other in each) for each in others)])


def _told_apart(place: Place, gazetteer: Gazetteer) -> list[_Told]:
    """The country and the region that the carrier gives in fields of their own."""
    told = [_Told(place.country, ())] if place.country else []
    regions = gazetteer.regions(place.region) if place.region else ()
    regions = [each for each in regions if place.country in (None, each[0])]
    return [*told, _Told(None, regions)] if regions else told


def _of_name(part: str, gazetteer: Gazetteer) -> Sequence[Named]:
    return gazetteer.cities(part) or gazetteer.cities(_town(part))


def _town(part: str) -> str:
    return _FACILITY.sub("", part).strip()


def _region_at_the_end(part: str, gazetteer: Gazetteer) -> Sequence[tuple[str, str]]:
    """The regions after a town (`JACKSONVILLE FL`); only as a code in capitals, for `La` is not Louisiana."""
    town, _, word = _town(part).rpartition(" ")
    return gazetteer.regions(word) if town and word.isupper() else ()


def _meant(found: Sequence[Named]) -> list[City]:
    """What a name may mean within a country: a city's own name goes before what others are also called.

    Unless those are larger: `Halle` is the whole name of a town in Westphalia, and what everybody calls
    Halle (Saale). What small towns are also called is too often another town that the gazetteer lacks.
    """
    own = [each.city for each in found if each.own]
    least = max(map(_size, own), default=-1)
    cities = own + [each.city for each in found if not each.own and each.city.population > least]
    if not cities:
        return []
    *others, largest = sorted(cities, key=_size)
    if any(_DWARFED * city.population > largest.population for city in others):
        return cities
    return [largest] if largest in own or largest.population >= _WELL_KNOWN else []


def _on_the_lane(found: Sequence[Named], lane: Sequence[str]) -> list[City]:
    """A bare name: of the lane's countries, unless a far larger city elsewhere is as likely to be meant."""
    here = _meant([each for each in found if each.city.country in lane])
    away = [each.city for each in found if each.city.country not in lane]
    if here:
        return here + [city for city in away if city.population >= _OUTSHONE * max(map(_size, here))]
    alone = _one_a_place(away)
    return alone if len(alone) != 1 or alone[0].population >= _WELL_KNOWN else []


def _size(city: City) -> int:
    return city.population


def _near(one: City, other: City) -> bool:
    return kilometres(one, other) <= _NEAR_KM


def _one_a_place(cities: Sequence[City]) -> list[City]:
    """The largest of what lies together; one entry a place."""
    kept: list[City] = []
    for city in sorted(cities, key=_size, reverse=True):
        if all(kilometres(city, other) > _SAME_KM for other in kept):
            kept.append(city)
    return kept


def _anchors(settled: Sequence[City | None], index: int) -> list[City]:
    before = next((city for city in reversed(settled[:index]) if city), None)
    after = next((city for city in settled[index + 1 :] if city), None)
    return [city for city in (before, after) if city]


def _nearest(cities: Sequence[City], anchors: Sequence[City]) -> City | None:
    """The one that is clearly nearest to a neighbouring scan."""
    if not cities or not anchors:
        return None
    far = sorted((min(kilometres(city, anchor) for anchor in anchors), city) for city in cities)
    (least, city), (next_least, _) = far[0], far[1]
    return city if least <= _NEAR_KM and next_least > _CLEARLY * max(least, _SAME_KM) else None
