"""Times as carriers write them, read without guessing: an hour without a zone proves a day only."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tools.carriers._countries import offset_at
from tools.carriers._places import Spot


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC. `zone_known` is false when the carrier's local hour could not be placed and UTC was assumed."""

    at: datetime
    zone_known: bool


_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:[T: ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?$")
_NUMERIC = re.compile(
    r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?)?$"
)
_WORDED = re.compile(
    r"^([A-Za-z]{3})[a-z]*\.? (\d{1,2}), (\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))? ?([AaPp])?[Mm]?)?$"
)
_MICROSOFT = re.compile(r"^/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OFFSET = re.compile(r"^(?:GMT|UTC)?\s*([+-])(\d{1,2}):?(\d{2})?(?::\d{2})?$")
_ABBREVIATIONS = {
    "UTC": 0, "GMT": 0, "Z": 0, "BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "NST": -210, "NDT": -150, "AST": -240, "ADT": -180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
}  # fmt: skip
"""Minutes from UTC, as the postal operators of these countries use them."""

_ALMOST_A_DAY = timedelta(hours=23, minutes=59, seconds=59)

Order = Literal["day first", "month first"]


def read_time(
    text: str | None,
    *,
    clock: str | None = None,
    spot: Spot | None = None,
    zone: str | None = None,
    order: Order = "day first",
) -> Moment | None:
    """A carrier's time; None when it is not one.

    `clock` is the hour when it stands in a field of its own; `zone` an offset (`+02:00`), an abbreviation
    (`EST`) or an IANA name sent with it; `spot` where the scan happened, whose zone is used when there is
    only one; `order` how the carrier writes dates with points, slashes or dashes.
    """
    if text is None:
        return None
    local = _local(text, order)
    if local is None:
        return None
    hour_known = not _is_date(text)
    if clock is not None and local.tzinfo is None:
        with_clock = _clock(clock)
        if with_clock is not None:
            hours, minutes, seconds = with_clock
            local = local.replace(hour=hours, minute=minutes, second=seconds)
            hour_known = True
    if not 1990 <= local.year <= 2100:
        return None
    if local.tzinfo is not None:
        return Moment(local.astimezone(UTC), zone_known=True)
    if not hour_known or (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        # A bare date, or midnight written for "some time that day".
        return Moment(local.replace(tzinfo=UTC), zone_known=False)
    offset = _offset(zone, local)
    if offset is None and spot is not None:
        offset = offset_at(spot.country, spot.region, spot.postcode, local)
    if offset is None:
        return Moment(local.replace(tzinfo=UTC), zone_known=False)
    return Moment((local - offset).replace(tzinfo=UTC), zone_known=True)


def deadline(text: str | None, *, clock: str | None = None, spot: Spot | None = None) -> datetime | None:
    """A promised or expected time in UTC. A day without an hour (or with midnight in its place) ends at its end."""
    when = read_time(text, clock=clock, spot=spot)
    if when is None or text is None:
        return None
    local = _local(text, "day first")
    midnight = local is not None and (local.hour, local.minute, local.second) == (0, 0, 0)
    if not midnight or (clock is not None and _clock(clock) is not None):
        return when.at
    end = when.at + _ALMOST_A_DAY
    if local is not None and local.tzinfo is None and spot is not None:
        offset = offset_at(spot.country, spot.region, spot.postcode, end.replace(tzinfo=None))
        end -= offset or timedelta(0)
    return end


def _is_date(text: str) -> bool:
    return ":" not in text and not re.search(r"\d{8}[T ]?\d{4}", text) and not _MICROSOFT.match(text)


def _local(text: str, order: Order) -> datetime | None:
    text = text.strip()
    if found := _MICROSOFT.match(text):
        return _epoch(int(found.group(1)))
    if text.isdigit() and len(text) in (10, 13):
        return _epoch(int(text) * (1000 if len(text) == 10 else 1))
    if found := _COMPACT.match(text):
        return _made(*(int(part or 0) for part in found.groups()))
    if found := _NUMERIC.match(text):
        first, _, second, year, hours, minutes, seconds, half = found.groups()
        month, day = (first, second) if order == "month first" else (second, first)
        return _made(int(year), int(month), int(day), _hour(hours, half), int(minutes or 0), int(seconds or 0))
    if found := _WORDED.match(text):
        name, day, year, hours, minutes, seconds, half = found.groups()
        if name.lower() not in _MONTHS:
            return None
        month_number = _MONTHS.index(name.lower()) + 1
        return _made(int(year), month_number, int(day), _hour(hours, half), int(minutes or 0), int(seconds or 0))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _hour(hours: str | None, half: str | None) -> int:
    number = int(hours or 0)
    if half is None:
        return number
    return number % 12 + (12 if half in "pP" else 0)


def _made(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local until its zone is known
    except ValueError:
        return None


def _epoch(milliseconds: int) -> datetime | None:
    if not 0 < milliseconds < 4_102_444_800_000:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def _clock(text: str) -> tuple[int, int, int] | None:
    found = re.match(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp])?\.?[Mm]?\.?$", text.strip())
    if found:
        hours, minutes, seconds = _hour(found.group(1), found.group(4)), int(found.group(2)), int(found.group(3) or 0)
    elif re.fullmatch(r"\d{4}|\d{6}", text.strip()):
        digits = text.strip().ljust(6, "0")
        hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    else:
        return None
    return (hours, minutes, seconds) if hours < 24 and minutes < 60 and seconds < 60 else None


def _offset(zone: str | None, local: datetime) -> timedelta | None:
    if zone is None:
        return None
    if found := _OFFSET.match(zone.strip()):
        minutes = int(found.group(2)) * 60 + int(found.group(3) or 0)
        return timedelta(minutes=minutes if found.group(1) == "+" else -minutes) if minutes <= 14 * 60 else None
    if zone.strip().upper() in _ABBREVIATIONS:
        return timedelta(minutes=_ABBREVIATIONS[zone.strip().upper()])
    if "/" in zone:
        try:
            return ZoneInfo(zone.strip()).utcoffset(local)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None
    return None
