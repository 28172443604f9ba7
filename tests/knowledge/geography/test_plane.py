"""The plane a route is drawn on: everything on it, the right way around, also where longitudes start anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.geography.plane import HEIGHT, WIDTH, Outline, drawn, frame_of
from tests.knowledge.geography.known_cities import HONOLULU, LEIPZIG, PORTO, SHENZHEN, SUVA

_POINTS = st.lists(
    st.tuples(st.floats(-80, 80, allow_nan=False), st.floats(-180, 180, allow_nan=False)), min_size=1, max_size=8
)


def square(west: float, south: float, east: float, north: float) -> Outline:
    corners = np.array([(west, south), (east, south), (east, north), (west, north)], np.float32)
    return Outline("FJ", corners, west, south, east, north)


@given(_POINTS)
def test_every_point_is_on_the_plane(points: list[tuple[float, float]]) -> None:
    frame = frame_of(points)
    for latitude, longitude in points:
        right, down = frame.point(latitude, longitude)
        assert 0 <= right <= WIDTH
        assert 0 <= down <= HEIGHT


def test_north_is_up_and_east_is_right() -> None:
    frame = frame_of([(LEIPZIG.latitude, LEIPZIG.longitude), (PORTO.latitude, PORTO.longitude)])
    (east, up), (west, low) = (
        frame.point(LEIPZIG.latitude, LEIPZIG.longitude),
        frame.point(PORTO.latitude, PORTO.longitude),
    )
    assert west < east
    assert up < low


def test_the_shorter_way_goes_over_the_antimeridian() -> None:
    pacific = frame_of([(SUVA.latitude, SUVA.longitude), (HONOLULU.latitude, HONOLULU.longitude)])
    fiji, hawaii = (pacific.point(each.latitude, each.longitude)[0] for each in (SUVA, HONOLULU))
    assert fiji < hawaii
    assert (hawaii - fiji) / pacific.a_longitude < 24
    across = frame_of([(SHENZHEN.latitude, SHENZHEN.longitude), (HONOLULU.latitude, HONOLULU.longitude)])
    assert across.point(0, 179)[0] < across.point(0, -179)[0] < WIDTH


def test_land_on_both_sides_of_the_antimeridian_is_drawn_side_by_side() -> None:
    frame = frame_of([(-18, 178), (-18, -178)])
    (left,), (right,) = drawn(square(177, -19, 180, -17), frame), drawn(square(-180, -19, -177, -17), frame)
    assert left[:, 0].max() == right[:, 0].min()
    assert drawn(square(0, -19, 3, -17), frame) == []


def test_an_outline_keeps_its_corners_and_loses_what_nobody_sees() -> None:
    frame = frame_of([(0, 0), (10, 10)])
    straight = np.array([(0, 0), (1, 0), (2, 0), (5, 0), (5, 5), (0, 5), (0, 5)], np.float32)
    (shape,) = drawn(Outline(None, straight, 0, 0, 5, 5), frame)
    assert len(shape) == 4
    assert drawn(square(5, 5, 5.001, 5.001), frame) == []
    (around,) = drawn(square(-100, -80, 100, 80), frame)
    assert around[:, 0].min() < 0
    assert around[:, 0].max() > WIDTH
    assert abs(around).max() <= 2 * WIDTH
