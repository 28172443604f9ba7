"""The Earth without a network: names of places, and the outlines of countries.

Each is read once a process and when it is first needed, in whichever thread needs it first; the others wait for it.
"""

from functools import cache
from threading import Lock

from tools.geography.gazetteer import GeoNames
from tools.geography.outlines import Outlines

__all__ = ["GeoNames", "Outlines", "geo_names", "outlines"]

_reading = Lock()


def geo_names() -> GeoNames:
    """The gazetteer of this process."""
    with _reading:
        return _geo_names()


def outlines() -> Outlines:
    """The outlines of countries of this process."""
    with _reading:
        return _outlines()


@cache
def _geo_names() -> GeoNames:
    return GeoNames()


@cache
def _outlines() -> Outlines:
    return Outlines()
