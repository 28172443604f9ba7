"""The gazetteer and the outlines as they are shipped, read for real."""

import numpy as np
import pytest

from knowledge.geography.locating import locate_one
from knowledge.tracking import Place
from tools.geography import geo_names, outlines
from tools.geography.regions import ABBREVIATED


@pytest.mark.parametrize(
    ("words", "name", "country", "region"),
    [
        ("Shenzhen, Guangdong, CN", "Shenzhen", "CN", None),
        ("深圳市", "Shenzhen", "CN", None),
        ("Москва, Россия", "Moscow", "RU", None),
        ("القاهرة, مصر", "Cairo", "EG", None),
        ("大阪", "Osaka", "JP", None),
        ("MILANO, ITALIA", "Milan", "IT", None),
        ("KÖLN, ALEMANHA", "Köln", "DE", None),
        ("Curitiba / PR", "Curitiba", "BR", "PR"),
        ("Brisbane, QLD, AUS", "Brisbane", "AU", "QLD"),
        ("Toronto, ON", "Toronto", "CA", "ON"),
        ("Atlanta, Georgia", "Atlanta", "US", "GA"),
        ("Singapore", "Singapore", "SG", None),
    ],
)
def test_places_are_found_in_many_scripts_and_spellings(
    words: str, name: str, country: str, region: str | None
) -> None:
    city = locate_one(Place(city=words), geo_names())
    assert city is not None
    assert (city.name, city.country, city.region) == (name, country, region)


def test_a_name_of_several_cities_in_one_country_stays_open() -> None:
    assert locate_one(Place(city="Springfield", country="US"), geo_names()) is None
    assert locate_one(Place(city="Springfield", region="IL", country="US"), geo_names()) is not None
    for open_name in ("Frankfurt", "Halle", "Neustadt"):
        assert locate_one(Place(city=open_name, country="DE"), geo_names()) is None, open_name
    new_york = locate_one(Place(city="NEW YORK", country="US"), geo_names())
    assert new_york is not None
    assert new_york.name == "New York City"
    assert locate_one(Place(city="SZX"), geo_names()) is None


def test_the_numbers_of_states_are_those_of_geonames() -> None:
    for country, region, capital in (
        *(("BR", *pair) for pair in [("SP", "São Paulo"), ("PR", "Curitiba"), ("TO", "Palmas"), ("AM", "Manaus")]),
        *(
            ("BR", *pair)
            for pair in [("RJ", "Niterói"), ("RR", "Boa Vista"), ("SC", "Florianópolis"), ("AC", "Rio Branco")]
        ),
        *(("CA", *pair) for pair in [("QC", "Montréal"), ("BC", "Vancouver"), ("NS", "Halifax"), ("SK", "Regina")]),
        *(("AU", *pair) for pair in [("TAS", "Hobart"), ("WA", "Perth"), ("NT", "Darwin"), ("ACT", "Canberra")]),
    ):
        found = [each.city.region for each in geo_names().cities(capital) if each.city.country == country]
        assert region in found, (region, capital, found)
    assert len(ABBREVIATED) == 27 + 13 + 8


def test_outlines_are_closed_lines_of_countries_within_the_earth() -> None:
    pieces = outlines().all
    countries = {piece.country for piece in pieces}
    assert {"DE", "PT", "BR", "CN", "US", "FJ", "SG"} <= countries
    for piece in pieces:
        assert len(piece.ring) >= 3
        assert np.abs(np.diff(piece.ring[:, 0])).max() < 180 or piece.country == "AQ"
        assert -540 <= piece.west < piece.east <= 540
        assert -90.001 <= piece.south <= piece.north <= 90.001
    russia = max((piece for piece in pieces if piece.country == "RU"), key=lambda piece: piece.east - piece.west)
    assert russia.west < 30
    assert 189 < russia.east < 192
    (portugal,) = [piece for piece in pieces if piece.country == "PT" and piece.south < 38 < 41.5 < piece.north]
    assert -10 < portugal.west < portugal.east < -6


def test_the_earth_is_read_once_a_process() -> None:
    assert geo_names() is geo_names()
    assert outlines() is outlines()
