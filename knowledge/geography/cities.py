"""Cities and whoever knows them; coordinates are WGS 84 degrees, north and east positive."""

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, Protocol

_EARTH_KM = 6371.0
"""Mean radius of the Earth (IUGG)."""
_APART = re.compile(r"(?:[^\w\n]|_)+")
_AROUND_LINES = re.compile(" ?\n ?")


class City(NamedTuple):
    """A city of a gazetteer; two entries are the same city when their `id` is."""

    id: int
    name: str
    country: str
    """ISO 3166 alpha-2."""
    region: str | None
    """The state or province as addresses abbreviate it, where a country writes one (`OR`, `QC`, `NSW`, `PR`)."""
    latitude: float
    longitude: float
    population: int

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"


class Named(NamedTuple):
    """A city under one of its names: its own, or one that it has in another language or script."""

    city: City
    own: bool


class Gazetteer(Protocol):
    """Knows names of cities, regions and countries; every name in any case, with or without accents."""

    def cities(self, name: str) -> Sequence[Named]:
        """Every city of this name, each once; empty when none is known."""
        ...

    def country(self, words: str) -> str | None:
        """ISO 3166 alpha-2 of a country as a code of two or three letters or a name in any common language."""
        ...

    def regions(self, words: str) -> Sequence[tuple[str, str]]:
        """The (country, region) pairs that a state or province may mean, regions as in `City`; empty for none."""
        ...


def folded(names: str) -> str:
    """A name without case, accents and punctuation, so that one spelling finds another; a line is a name of its own."""
    plain = names.lower()
    if not names.isascii():
        plain = unicodedata.normalize("NFKD", names.casefold())
        marks = dict.fromkeys(ord(letter) for letter in set(plain) if unicodedata.combining(letter))
        plain = unicodedata.normalize("NFKC", plain.translate(marks))
    return _AROUND_LINES.sub("\n", _APART.sub(" ", plain)).strip(" ")


def kilometres(one: City, other: City) -> float:
    """The distance over the ground, by the haversine formula on a sphere."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))
