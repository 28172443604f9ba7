"""Times: with the offset given, with the place's own zone where it has one, and otherwise as a day only."""

from datetime import UTC, datetime

import pytest

from tools.carriers._places import Spot, TwoParts, spot_of
from tools.carriers._times import Order, deadline, read_time


@pytest.mark.parametrize(
    ("text", "clock", "zone", "order", "expected"),
    [
        ("2024-10-08T10:46:10+0200", None, None, "day first", "2024-10-08 08:46:10"),
        ("2024-08-21T12:41:50-04:00", None, None, "day first", "2024-08-21 16:41:50"),
        ("2024-04-13T14:30:00Z", None, None, "day first", "2024-04-13 14:30:00"),
        ("2012-11-24T07:11:18.500+01:00", None, None, "day first", "2012-11-24 06:11:18"),
        ("20240607", "071356", "-05:00", "day first", "2024-06-07 12:13:56"),
        ("20240607", "0714", "UTC", "day first", "2024-06-07 07:14:00"),
        ("2024-06-07", "11:59:59", "EST", "day first", "2024-06-07 16:59:59"),
        ("2024-06-07T08:00:00", None, "America/New_York", "day first", "2024-06-07 12:00:00"),
        ("17.03.2016 11:44", None, "+01:00", "day first", "2016-03-17 10:44:00"),
        ("3/5/2024 1:45:12 PM", None, "+01:00", "month first", "2024-03-05 12:45:12"),
        ("03/05/2024 12:05 AM", None, "+01:00", "month first", "2024-03-04 23:05:00"),
        ("June 5, 2024", "1:20 pm", "-05:00", "day first", "2024-06-05 18:20:00"),
        ("/Date(1714644600000+0300)/", None, None, "day first", "2024-05-02 10:10:00"),
        ("1578439950000", None, None, "day first", "2020-01-07 23:32:30"),
    ],
)
def test_a_time_with_its_zone_is_read_exactly(
    text: str, clock: str | None, zone: str | None, order: Order, expected: str
) -> None:
    when = read_time(text, clock=clock, zone=zone, order=order)
    assert when is not None
    assert when.zone_known
    assert when.at.strftime("%Y-%m-%d %H:%M:%S") == expected


@pytest.mark.parametrize(
    ("spot", "utc_hour"),
    [
        (Spot(country="DE"), 10),
        (Spot(country="CN"), 4),
        (Spot(country="US", region="NY"), 16),
        (Spot(country="CA", region="QC"), 16),
        (Spot(country="AU", region="QLD"), 2),
        (Spot(country="ES", postcode="28001"), 10),
        (Spot(country="GB"), 11),
    ],
)
def test_a_local_hour_is_placed_where_the_place_has_one_zone(spot: Spot, utc_hour: int) -> None:
    when = read_time("2024-07-15 12:00:00", spot=spot)
    assert when is not None
    assert when.zone_known
    assert when.at == datetime(2024, 7, 15, utc_hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "spot", [None, Spot(), Spot(country="US"), Spot(country="US", region="TX"), Spot(country="ES"), Spot(country="BR")]
)
def test_a_local_hour_without_one_zone_proves_a_day_only(spot: Spot | None) -> None:
    when = read_time("2024-07-15 12:00:00", spot=spot)
    assert when is not None
    assert not when.zone_known
    assert when.at == datetime(2024, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2024-07-15", "2024-07-15T00:00:00", "20240715"])
def test_a_bare_day_proves_a_day_only_even_in_a_known_place(text: str) -> None:
    when = read_time(text, spot=Spot(country="DE"))
    assert when is not None
    assert not when.zone_known
    assert when.at == datetime(2024, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "string", "soon", "2024-13-40", "0001-01-01T00:00:00", "99/99/2024 10:00", None])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert read_time(text) is None


def test_a_promised_day_ends_where_the_parcel_goes() -> None:
    assert deadline("2024-07-15", spot=Spot(country="DE")) == datetime(2024, 7, 15, 21, 59, 59, tzinfo=UTC)
    assert deadline("2024-07-15T00:00:00-06:00") == datetime(2024, 7, 16, 5, 59, 59, tzinfo=UTC)
    assert deadline("2024-07-15T18:00:00Z") == datetime(2024, 7, 15, 18, tzinfo=UTC)
    assert deadline("no date") is None


@pytest.mark.parametrize(
    ("text", "two_parts", "spot"),
    [
        ("Puurs (BE)", "unclear", Spot(city="Puurs", country="BE")),
        ("Milan - Italy", "unclear", Spot(city="Milan", country="IT")),
        ("Osaka-JP", "unclear", Spot(city="Osaka", country="JP")),
        ("Gatineau, QC, CA", "city, country", Spot(city="Gatineau", region="QC", country="CA")),
        ("Berlin, DE", "city, country", Spot(city="Berlin", country="DE")),
        ("Wilmington, DE", "city, region", Spot(city="Wilmington", region="DE", country="US")),
        ("Wilmington, DE", "unclear", Spot(city="Wilmington")),
        ("LONDON,EGHAM,GB", "city, country", Spot(city="LONDON", country="GB")),
        ("BRISBANE QLD", "unclear", Spot(city="BRISBANE", region="QLD", country="AU")),
        ("US-60601, UNITED STATES", "city, country", Spot(postcode="60601", country="US")),
        ("NZ", "unclear", Spot(country="NZ")),
        ("Transit Scan", "unclear", Spot(city="Transit Scan")),
        ("Feltham, SRY", "city, country", Spot(city="Feltham", region="SRY")),
        ("  ", "unclear", None),
    ],
)
def test_a_place_is_read_as_far_as_it_is_clear(text: str, two_parts: TwoParts, spot: Spot | None) -> None:
    assert spot_of(text, two_parts=two_parts) == spot
