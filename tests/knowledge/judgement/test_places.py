"""Whether a parcel came to the order's address, as far as the carrier's words can tell."""

import pytest

from knowledge.facts import FactName
from knowledge.judgement.places import delivered_at_destination, delivered_elsewhere
from tests.knowledge.judgement.claimed import by_name, delivered, fact, route

HERE, ELSEWHERE, UNKNOWN = "here", "elsewhere", "unknown"


@pytest.mark.parametrize(
    ("place", "city", "postcode", "verdict"),
    [
        ("28195 Bremen, DE", "Bremen", "28195", HERE),
        ("BREMEN, DE", "Bremen", "28195", HERE),
        ("28195, DE", "Bremen", "28195", HERE),
        ("34117 Kassel, DE", "Bremen", "28195", ELSEWHERE),
        ("KASSEL, DE", "Bremen", "28195", ELSEWHERE),
        ("SW1A 1AA London, GB", "London", "SW1A1AA", HERE),
        ("4050-262 Porto, PT", "Porto", "4050262", HERE),
        # As carriers print them, without the marks or spelt out.
        ("MUNCHEN, DE", "München", "80331", HERE),
        ("MUENCHEN, DE", "München", "80331", HERE),
        ("SAO PAULO, BR", "São Paulo", "01310-100", HERE),
        ("LODZ, PL", "Łódź", "90-001", HERE),
        ("ISTANBUL, TR", "İstanbul", "34000", HERE),
        ("DIYARBAKIR, TR", "Diyarbakır", "21000", HERE),
        ("ODENSE, DK", "København", "1050", ELSEWHERE),
        ("KOBENHAVN, DK", "København", "1050", HERE),
        ("KOEBENHAVN, DK", "København", "1050", HERE),
        # Another script says neither yes nor no; its postcode does.
        ("TOKYO, JP", "千代田区", "100-0001", UNKNOWN),
        ("100-0001 TOKYO, JP", "千代田区", "100-0001", HERE),
        ("540-0002 OSAKA, JP", "千代田区", "100-0001", ELSEWHERE),
        ("大阪市, JP", "千代田区", "100-0001", ELSEWHERE),
        ("MOSKVA, RU", "Москва", None, UNKNOWN),
        ("Москва, RU", "МОСКВА", None, HERE),
        # A name inside another word is another place; one that shares a word may be the same or not.
        ("WIESBADEN HESSEN, DE", "Essen", None, ELSEWHERE),
        ("NEW YORK, US", "York", None, UNKNOWN),
        ("PORTO ALEGRE, BR", "Porto", None, UNKNOWN),
        ("FRANKFURT, DE", "Frankfurt am Main", "60311", UNKNOWN),
        ("60311 FRANKFURT, DE", "Frankfurt am Main", "60311", HERE),
        ("SAN DIEGO, US", "San Jose", None, ELSEWHERE),
        ("SAN JOSE, CA", "San Jose", "95112", HERE),
        ("Hauptstr. 5 Bremen, DE", "Bremen", "28195", HERE),
        ("東京都千代田区", "千代田区", "100-0001", HERE),
        # The same city under another postcode is not the same address, and not surely another.
        ("10115 Berlin, DE", "Berlin", "12043", UNKNOWN),
        ("Bremen 2, DE", "Bremen", "28195", HERE),
        # Nothing to compare with.
        ("Bremen, DE", None, None, UNKNOWN),
        ("Bremen, DE", "-", None, UNKNOWN),
    ],
)
def test_a_place_is_the_address_another_or_cannot_be_told(
    place: str, city: str | None, postcode: str | None, verdict: str
) -> None:
    facts = delivered(3, delivery_place=place)
    if city is not None:
        facts.append(fact(FactName.ORDER_DESTINATION_CITY, city))
    if postcode is not None:
        facts.append(fact(FactName.ORDER_DESTINATION_POSTCODE, postcode))
    found = (delivered_at_destination(by_name(*facts)), delivered_elsewhere(by_name(*facts)))
    assert found == {HERE: (True, False), ELSEWHERE: (False, True), UNKNOWN: (False, False)}[verdict]


def test_without_a_delivery_or_a_place_nothing_is_said_about_where() -> None:
    address = fact(FactName.ORDER_DESTINATION_CITY, "Bremen")
    for facts in (delivered(3), route("in_transit", delivery_place="34117 Kassel, DE")):
        told = by_name(address, *facts)
        assert (delivered_at_destination(told), delivered_elsewhere(told)) == (False, False)
