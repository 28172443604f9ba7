"""Working days by country: weekends and holidays are stepped over backwards, never forwards."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.rules.working_days import is_working_day, on_a_working_day


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "country", "moved"),
    [
        ("2026-03-04T15:30", "DE", "2026-03-04T15:30"),
        ("2026-03-07T15:30", "DE", "2026-03-06T15:30"),
        ("2026-03-08T15:30", "DE", "2026-03-06T15:30"),
        # Good Friday and Easter Monday are holidays in Germany; the Monday's answer goes out on Maundy Thursday.
        ("2026-04-06T09:00", "DE", "2026-04-02T09:00"),
        ("2026-04-06T09:00", "US", "2026-04-06T09:00"),
        ("2026-12-25T09:00", "US", "2026-12-24T09:00"),
        # The Emirates rest on Saturday and Sunday, Saudi Arabia on Friday and Saturday.
        ("2026-03-06T09:00", "SA", "2026-03-05T09:00"),
        ("2026-03-08T09:00", "SA", "2026-03-08T09:00"),
        # Nobody's calendar: Saturday and Sunday.
        ("2026-03-08T09:00", "ZZ", "2026-03-06T09:00"),
    ],
)
def test_days_off_are_stepped_over_backwards(moment: str, country: str, moved: str) -> None:
    assert on_a_working_day(at(moment), country) == at(moved)


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 -- hypothesis takes naive bounds
    some.sampled_from(["DE", "CN", "JP", "IL", "BR", "ZZ"]),
)
def test_the_moment_is_on_a_working_day_and_never_later(moment: datetime, country: str) -> None:
    moment = moment.replace(tzinfo=UTC)
    moved = on_a_working_day(moment, country)
    assert is_working_day(moved, country)
    assert moved <= moment
    assert (moment - moved).days < 14
