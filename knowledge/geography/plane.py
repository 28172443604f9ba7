"""A route's stretch of the Earth laid on a small plane, also across the 180th meridian.

Equirectangular with the standard parallel at the middle: true enough to see which way a parcel went, and straight to
read. Plane units run right and down from the upper left corner, as in SVG.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 220
"""Plane units; about one a pixel where the map is as wide as it gets."""
_MARGIN = 0.16
"""Of the extent, around the outermost marks."""
_LEAST = 4.0
"""Degrees of latitude shown at least, so that one city has its country around it."""
_TURN = 360.0

Ring = NDArray[np.float32]
"""Shape (n, 2): longitude and latitude in degrees of a closed line, the first corner not repeated.

A line over the 180th meridian has no jump there: its longitudes go on beyond 180 or −180.
"""


class Outline(NamedTuple):
    """A piece of a country's land, or water in it; the edges are those of the ring, in degrees."""

    country: str | None
    """ISO 3166 alpha-2; None for land without a code of its own there."""
    ring: Ring
    west: float
    south: float
    east: float
    north: float


class Frame(NamedTuple):
    """What a plane shows: its west and north edges in degrees, and plane units a degree each way.

    `west` is within −180 to 180; what lies east of the 180th meridian counts on beyond 180.
    """

    west: float
    north: float
    a_longitude: float
    a_latitude: float

    def point(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Right and down of a point, in plane units."""
        east = (longitude - self.west) % _TURN
        # Just west of the frame is just left of it, not a turn to the right.
        if east * self.a_longitude > WIDTH + (_TURN * self.a_longitude - WIDTH) / 2:
            east -= _TURN
        return east * self.a_longitude, (self.north - latitude) * self.a_latitude


def frame_of(points: Sequence[tuple[float, float]]) -> Frame:
    """The frame that shows every (latitude, longitude) with a margin, by the shorter way around the Earth.

    ValueError without a point.
    """
    if not points:
        raise ValueError("points: a frame needs at least one")
    latitudes = [latitude for latitude, _ in points]
    west, across = _extent(sorted({longitude for _, longitude in points}))
    middle_latitude = (min(latitudes) + max(latitudes)) / 2
    narrowing = max(0.2, math.cos(math.radians(middle_latitude)))
    spread = 1 + 2 * _MARGIN
    high = max(_LEAST, (max(latitudes) - min(latitudes)) * spread)
    wide = max(across * spread, high * WIDTH / HEIGHT / narrowing)
    wide = min(wide, _TURN)
    a_longitude = WIDTH / wide
    a_latitude = min(a_longitude / narrowing, HEIGHT / high)
    left = west + across / 2 - wide / 2
    left = (left + _TURN / 2) % _TURN - _TURN / 2
    return Frame(left, middle_latitude + HEIGHT / a_latitude / 2, a_longitude, a_latitude)


def _extent(longitudes: Sequence[float]) -> tuple[float, float]:
    """The westernmost longitude and the degrees across: what is left of the turn without its widest empty part."""
    following = [*longitudes[1:], longitudes[0] + _TURN]
    empty, west = max((after - before, after) for before, after in zip(longitudes, following, strict=True))
    return west, _TURN - empty


def drawn(outline: Outline, frame: Frame) -> list[NDArray[np.int32]]:
    """An outline on the plane, in whole units, without the corners nobody sees; once for each turn it shows in.

    What lies beyond the plane is drawn in to a plane's width around it, so that no line gets long.
    """
    south_edge, shown = frame.north - HEIGHT / frame.a_latitude, list[NDArray[np.int32]]()
    if outline.north < south_edge or outline.south > frame.north:
        return shown
    east_edge = frame.west + WIDTH / frame.a_longitude
    for turn in (-_TURN, 0.0, _TURN):
        if outline.east + turn < frame.west or outline.west + turn > east_edge:
            continue
        right = ((outline.ring[:, 0] + turn - frame.west) * frame.a_longitude).clip(-WIDTH, 2 * WIDTH)
        down = ((frame.north - outline.ring[:, 1]) * frame.a_latitude).clip(-HEIGHT, 2 * HEIGHT)
        corners = _corners(np.column_stack((right, down)).round().astype(np.int32))
        if len(corners) > 2:
            shown.append(corners)
    return shown


def _corners(points: NDArray[np.int32]) -> NDArray[np.int32]:
    """The points where an outline turns: neither repetitions nor what lies along a straight."""
    moved = points[np.any(points != np.roll(points, 1, axis=0), axis=1)]
    if len(moved) < 3:
        return moved
    came, goes = moved - np.roll(moved, 1, axis=0), np.roll(moved, -1, axis=0) - moved
    return moved[came[:, 0] * goes[:, 1] != came[:, 1] * goes[:, 0]]
