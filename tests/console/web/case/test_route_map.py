"""The map of a route: marks in order, silences dashed, what went astray, and nothing drawn that is not certain."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from console.web.case.route_map import RouteMap, map_of
from knowledge.case import Address
from knowledge.rules.authority import Role
from knowledge.tracking import Place, Route, TrackingEvent, TrackingStatus
from tests.console.web.case.shown_cases import scratched_lamp
from tests.console.web.visiting import Visiting
from tests.knowledge.geography.known_cities import KnownCities
from tests.workflows.house import House

_IN, _OUT, _BAD = TrackingStatus.IN_TRANSIT, TrackingStatus.DELIVERED, TrackingStatus.EXCEPTION


def mapped(*scans: tuple[str, TrackingStatus], gaps: Sequence[int] = (), city: str = "Porto") -> RouteMap | None:
    """A parcel from Germany to a city in Portugal; `gaps` are the scans that a silence came before."""
    begins = datetime(2026, 3, 1, tzinfo=UTC)
    events = tuple(
        TrackingEvent(
            at=begins + timedelta(days=n),
            zone_known=True,
            status=status,
            text="Scan",
            place=Place(city=words) if words else None,
            pointer=f"/events/{n}",
        )
        for n, (words, status) in enumerate(scans)
    )
    silent = [n in gaps for n in range(len(scans))]
    ship_to = Address(name="Ana Lima", lines=("Rua das Flores 9",), city=city, postcode="4050-262", country="PT")
    return map_of(
        Route(carrier="any", tracking_number=None, events=events), "s-1", silent, ship_to, "DE", KnownCities()
    )


def test_marks_are_cities_in_order_and_a_silence_is_a_gap_in_the_way() -> None:
    drawn = mapped(("Leipzig", _IN), ("LEIPZIG", _IN), ("Madrid", _BAD), ("Porto", _OUT), gaps=[3])
    assert drawn is not None
    assert [(mark.id, mark.kind, mark.words) for mark in drawn.marks] == [
        ("s-1-0", "scan", "Leipzig, DE: 2 scans, in transit"),
        ("s-1-2", "trouble", "Madrid, ES: 1 scan, exception"),
        ("s-1-3", "delivered", "Porto, PT: 1 scan, delivered"),
    ]
    leipzig, madrid, porto = ((mark.right, mark.down) for mark in drawn.marks)
    assert [(leg.kind, leg.line) for leg in drawn.legs] == [("way", leipzig + madrid), ("gap", madrid + porto)]
    assert drawn.goal == porto
    assert drawn.mark_of == ["s-1-0", "s-1-0", "s-1-2", "s-1-3"]
    assert (drawn.located, drawn.places, drawn.astray) == (4, 4, "")
    assert drawn.title == (
        "Route of the parcel: Leipzig, DE, Madrid, ES, after a silence Porto, PT. The order goes to Porto, PT."
    )


def test_what_is_not_certain_is_counted_and_not_drawn() -> None:
    drawn = mapped(("Leipzig", _IN), ("Transit Scan", _IN), ("", _IN), ("Porto", _OUT), gaps=[1])
    assert drawn is not None
    assert (drawn.located, drawn.places) == (2, 3)
    assert drawn.mark_of == ["s-1-0", "", "", "s-1-3"]
    assert [leg.kind for leg in drawn.legs] == ["gap"]
    nowhere = mapped(("Transit Scan", _IN), ("Portland", _IN))
    assert nowhere is not None
    assert (nowhere.marks, nowhere.legs, nowhere.land, nowhere.goal) == ((), (), "", None)
    assert (nowhere.located, nowhere.places) == (0, 2)
    assert mapped(("", _IN), ("", _OUT)) is None


def test_a_delivery_far_from_where_the_order_goes_is_said_and_drawn() -> None:
    drawn = mapped(("Leipzig", _IN), ("Madrid", _OUT))
    assert drawn is not None
    assert drawn.astray == "delivered in Madrid, ES, 421 km from Porto, PT"
    assert [leg.kind for leg in drawn.legs] == ["way", "astray"]
    assert drawn.goal is not None
    assert drawn.legs[1].line[2:] == drawn.goal
    open_goal = mapped(("Leipzig", _IN), ("Madrid", _OUT), city="Vila Pequena")
    assert open_goal is not None
    assert (open_goal.astray, open_goal.goal, len(open_goal.legs)) == ("", None, 1)


def test_the_land_of_the_order_is_drawn_apart_from_the_rest() -> None:
    drawn = mapped(("Leipzig", _IN), ("Porto", _OUT))
    assert drawn is not None
    pieces = re.compile(r"M-?\d+ -?\d+l(?:-?\d+ -?\d+ ?)+z")
    assert pieces.sub("", drawn.land) == pieces.sub("", drawn.home) == ""
    assert len(pieces.findall(drawn.land)) > len(pieces.findall(drawn.home)) > 0
    assert len(drawn.land) < 40_000


async def test_the_page_shows_the_map_and_tells_nobody_the_street(house: House, visiting: Visiting) -> None:
    await house.open(*scratched_lamp("mapped-1"))
    ana = await visiting.signed_in(Role.AUDITOR)
    shown = (await ana.get("/cases/mapped-1")).text
    (figure,) = re.findall(r'<figure class="route-map">.*?</figure>', shown, re.DOTALL)
    assert "Leipzig, DE, after a silence Porto, PT. The order goes to Porto, PT." in figure
    assert "2 of 2 places are on the map" in figure
    assert [word for word in ("Ana Lima", "4050", "Rua", "style=", "<script") if word in figure] == []
    rows = re.findall(r'<li id="(scan-s-1-\d)"[^>]* data-mark="(s-1-\d)"', shown)
    assert rows == [(f"scan-s-1-{row}", f"s-1-{mark}") for row, mark in ((0, 0), (1, 0), (2, 2), (3, 2))]
    assert re.findall(r'href="#(scan-[^"]*)"', figure) == ["scan-s-1-0", "scan-s-1-2"]
