"""How values are printed in a letter, and how other people's text is bounded before it is quoted."""

import re
import unicodedata
from datetime import datetime, timedelta

from knowledge.case import Address, CardNetwork
from knowledge.tracking import Place

MONTHS: tuple[str, ...] = tuple(
    "January February March April May June July August September October November December".split()
)  # written here so that no locale can change them

NETWORK_NAMES = {
    CardNetwork.VISA: "Visa",
    CardNetwork.MASTERCARD: "Mastercard",
    CardNetwork.AMEX: "American Express",
    CardNetwork.DISCOVER: "Discover",
    CardNetwork.PAYPAL: "PayPal",
    CardNetwork.KLARNA: "Klarna",
}

DAY_ONLY = "(day only; the carrier gave no time zone)"
"""Ends the value of a row whose time proves a day and not an hour."""

_CARD_NUMBER = re.compile(r"(?<![\d])(?:\d[ -]?){12,18}\d(?![\d])")
_REFERENCE = re.compile(r"(?=.*[0-9])[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,58}[A-Za-z0-9])?")


def printed_date(at: datetime) -> str:
    """The day as people write it, in the time's own offset: `4 March 2026`."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def printed_time(at: datetime) -> str:
    """Day and time with the offset it was recorded in: `4 March 2026, 14:05 UTC+01:00`."""
    offset = at.utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    zone = "UTC" if minutes == 0 else f"UTC{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return f"{printed_date(at)}, {at:%H:%M} {zone}"


def carrier_name(carrier: str) -> str:
    """A carrier's id as a name: `dhl_express` is DHL Express."""
    return " ".join(part.upper() if len(part) <= 4 else part.capitalize() for part in re.split(r"[_\-. ]+", carrier))


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _masked(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    return f"[card number ending {digits[-4:]}]" if _passes_luhn(digits) else match.group()


def quoted(text: str, limit: int) -> str:
    """Other people's text as it may be printed: no control or direction marks, no card numbers, at most `limit` long.

    What was left out is said, with the length of the whole.
    """
    visible = "".join(
        " " if character in "\r\n\t" else character
        for character in text
        if character in "\r\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs", "Cn"}
    )
    plain = _CARD_NUMBER.sub(_masked, re.sub(r" {2,}", " ", visible).strip())
    if len(plain) <= limit:
        return plain
    return f"{plain[:limit].rstrip()} […] ({limit} of {len(plain)} characters shown)"


def is_reference(text: str) -> bool:
    """Whether `text` is an id and nothing else, so that it may stand in a sentence."""
    return _REFERENCE.fullmatch(text) is not None


def printed_address(address: Address) -> str:
    """One line, name first, country code last."""
    town = " ".join(part for part in (address.postcode, address.city) if part)
    parts = (address.name, *address.lines, town, address.region, address.country)
    return ", ".join(quoted(part, 120) for part in parts if part)


def printed_place(place: Place | None) -> str | None:
    """City, postcode and country as far as the carrier says; None when it says nothing."""
    if place is None:
        return None
    parts = [quoted(part, 60) for part in (place.city, place.postcode, place.country) if part]
    return ", ".join(parts) or None
