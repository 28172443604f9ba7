"""Places as carriers write them: found when they are certain, and never guessed."""

import pytest

from knowledge.geography.cities import City, folded, kilometres
from knowledge.geography.locating import locate, locate_one
from knowledge.tracking import Place
from tests.knowledge.geography.known_cities import (
    ATLANTA,
    BOSTON,
    CURITIBA,
    HALLE_SAALE,
    LEIPZIG,
    MADRID,
    MOSCOW,
    MOSCOW_IDAHO,
    PARIS,
    PARIS_TEXAS,
    PORTLAND_MAINE,
    PORTLAND_OREGON,
    PORTO,
    SEATTLE,
    SHENZHEN,
    WILMINGTON,
    KnownCities,
)


def located(*names: str | Place | None, lane: tuple[str, ...] = ()) -> list[City | None]:
    places = [Place(city=name) if isinstance(name, str) else name for name in names]
    return locate(places, KnownCities(), lane=lane)


@pytest.mark.parametrize(
    ("words", "city"),
    [
        ("Leipzig, Germany", LEIPZIG),
        ("LEIPZIG", LEIPZIG),
        ("04129 / Leipzig / Alemanha", LEIPZIG),
        ("Oderweg 2, Leipzig", LEIPZIG),
        ("Leipzig Hub", LEIPZIG),
        ("Shenzhen, CN", SHENZHEN),
        ("【深圳市】", SHENZHEN),
        ("深圳, 中国", SHENZHEN),
        ("マドリード", MADRID),
        ("Curitiba / PR", CURITIBA),
        ("Wilmington, DE", WILMINGTON),
        ("Portland, OR", PORTLAND_OREGON),
        ("PORTLAND ME DISTRIBUTION CENTER", PORTLAND_MAINE),
        ("Atlanta, Georgia", ATLANTA),
        ("Oporto", PORTO),
    ],
)
def test_a_place_is_found_by_what_is_written_with_it_in_any_case_and_script(words: str, city: City) -> None:
    assert located(words) == [city]


@pytest.mark.parametrize(
    "words",
    [
        "Portland",
        "Portland, US",
        "Paris",
        "Leipzig, China",
        "Portland, FL",
        "Porto, Leipzig",
        "Transit Scan",
        "4050-262",
        "Germany",
        "Wilmington",
        "",
    ],
)
def test_what_is_not_certain_is_not_located(words: str) -> None:
    assert located(words) == [None]


def test_the_carriers_own_country_and_region_settle_a_name() -> None:
    assert located(Place(city="Moscow", country="RU"), Place(city="Moscow", country="US")) == [MOSCOW, MOSCOW_IDAHO]
    assert located(Place(city="Portland", region="ME", country="US")) == [PORTLAND_MAINE]
    assert located(Place(city="Leipzig", region="Sachsen", country="DE")) == [LEIPZIG]
    assert located(Place(city="Porto", country="DE")) == [None]
    assert located(Place(postcode="4050-262", country="PT"), None) == [None, None]


def test_a_village_does_not_cloud_a_city_and_a_town_is_not_taken_for_another_called_like_it() -> None:
    assert located(Place(city="Shenzhen", country="CN")) == [SHENZHEN]
    assert located(Place(city="Halle", country="DE")) == [None]
    assert located("Leipzig, DE", Place(city="Halle", country="DE")) == [LEIPZIG, HALLE_SAALE]
    assert located(Place(city="Volta Grande", country="BR"), "Volta Grande") == [None, None]


def test_the_lane_settles_a_bare_name_unless_a_far_larger_city_elsewhere_has_it() -> None:
    assert located("Москва", lane=("RU", "CN")) == [MOSCOW]
    assert located("Wilmington", lane=("US", "CN")) == [WILMINGTON]
    assert located("Paris", lane=("FR", "CN")) == [PARIS]
    assert located("Paris", lane=("US", "CN")) == [None]


def test_the_nearest_scans_settle_what_is_left_and_only_when_one_town_is_clearly_nearer() -> None:
    us = ("US", "US")
    assert located("Seattle", "Portland", lane=us) == [SEATTLE, PORTLAND_OREGON]
    assert located("Portland", None, "Boston", lane=us) == [PORTLAND_MAINE, None, BOSTON]
    assert located("Seattle", "Portland", "Boston", lane=us) == [SEATTLE, None, BOSTON]
    assert located("Atlanta", "Portland", lane=us) == [ATLANTA, None]
    assert located("Portland", "Portland", lane=us) == [None, None]
    assert PARIS_TEXAS not in located("Atlanta", "Paris", lane=us)


def test_where_an_order_goes_is_located_by_its_own_country() -> None:
    assert locate_one(Place(city="Porto", country="PT"), KnownCities()) == PORTO
    assert locate_one(Place(city="Portland", country="US"), KnownCities()) is None


def test_names_are_folded_a_line_each() -> None:
    assert folded("  SÃO-José dos_Campos ") == "sao jose dos campos"
    assert folded("İzmir\n Zürich (HB)\nЙошкар-Ола") == "izmir\nzurich hb\nиошкар ола"
    assert folded("ガード") == folded("ガード")


def test_distances_are_over_the_ground() -> None:
    assert kilometres(LEIPZIG, LEIPZIG) == 0
    assert kilometres(PORTO, MADRID) == pytest.approx(421, rel=0.01)
