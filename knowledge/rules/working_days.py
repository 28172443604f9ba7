"""Working days of a country: when somebody is there to sign, or to mend what a processor refuses."""

from datetime import datetime, timedelta
from functools import cache

import holidays

_SATURDAY = 5
_LOOK_BACK = 14
"""Days; no country known has a longer run of days off (China's Spring Festival has eight or nine)."""


@cache
def _calendar(country: str) -> holidays.HolidayBase | None:
    try:
        return holidays.country_holidays(country)
    except NotImplementedError:
        return None


def is_working_day(moment: datetime, country: str) -> bool:
    """Whether people work on the moment's date (UTC) in the country (ISO 3166-1 alpha-2), by its weekends and holidays.

    A country whose calendar is not known has Saturdays and Sundays off and no holidays.
    """
    calendar = _calendar(country)
    if calendar is None:
        return moment.weekday() < _SATURDAY
    return calendar.is_working_day(moment.date())


def on_a_working_day(moment: datetime, country: str) -> datetime:
    """`moment`, or the same time on the last working day before it; `moment` itself when two weeks hold none."""
    for days in range(_LOOK_BACK):
        earlier = moment - timedelta(days=days)
        if is_working_day(earlier, country):
            return earlier
    return moment
