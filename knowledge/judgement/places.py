"""Whether a carrier's place of delivery is the order's address, as far as two spellings of places can tell."""

import re
import unicodedata
from collections.abc import Sequence

from knowledge.facts import Fact, FactName

_BARE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_TELLING = 4
"""Letters a shared word needs to be a doubt: `New York` and `York` may be one place, `San Jose` and `San Diego` not."""
_LONGEST_CODE = 3
"""Words a postcode is written in at most."""


def delivered_elsewhere(facts: dict[FactName, Fact]) -> bool:
    """True when the carrier's place of delivery names another postcode or another city than the order's."""
    return _at_destination(facts) is False


def delivered_at_destination(facts: dict[FactName, Fact]) -> bool:
    """True when the carrier's place of delivery names the order's postcode, or its city and no other postcode."""
    return _at_destination(facts) is True


def _at_destination(facts: dict[FactName, Fact]) -> bool | None:
    """Whether the two places agree; None when they cannot be compared or agree in part only."""
    place = facts.get(FactName.ROUTE_DELIVERY_PLACE)
    if place is None or FactName.ROUTE_DELIVERED_AT not in facts:
        return None

    def wanted(name: FactName) -> str:
        return facts[name].text() if name in facts else ""

    same_code = _same_postcode(wanted(FactName.ORDER_DESTINATION_POSTCODE), place.text())
    if same_code:
        return True
    same_city, doubtful = _same_city(wanted(FactName.ORDER_DESTINATION_CITY), place.text())
    if doubtful:
        return None
    if same_city:
        return None if same_code is False else True
    return False if False in (same_city, same_code) else None


def _same_postcode(wanted: str, recorded: str) -> bool | None:
    """None when the place names nothing that is written like the wanted postcode."""
    code = "".join(_words(wanted))
    words = _words(recorded)
    runs = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + _LONGEST_CODE, len(words)) + 1)
    }
    if not any(letter.isdigit() for letter in code):
        return None
    if code in runs:
        return True
    return False if _shape(code) in {_shape(run) for run in runs} else None


def _shape(code: str) -> str:
    return "".join("9" if letter.isdigit() else "a" for letter in code)


def _same_city(wanted: str, recorded: str) -> tuple[bool | None, bool]:
    """Whether the cities are the same, None when nothing can be compared; and whether they are so in part only."""
    names = {tuple(_words(wanted)), tuple(_words(wanted.casefold().translate(_SPELT_OUT)))} - {()}
    parts = [part for part in _parts(recorded) if any(_comparable(name, part) for name in names)]
    if not parts:
        return None, False
    joined = {"".join(name) for name in names}
    if any("".join(part) in joined for part in parts):
        return True, False
    if any(_unspaced(name) and name in "".join(part) for name in joined for part in parts):
        return True, False
    telling = {word for name in names for word in name if len(word) >= _TELLING}
    return False, any(telling & set(part) for part in parts)


def _parts(recorded: str) -> Sequence[Sequence[str]]:
    """The place without its numbers and the country code at its end: what stands between commas and numbers."""
    named = re.sub(r",\s*[A-Za-z]{2}\s*$", "", recorded)
    parts: list[list[str]] = []
    for piece in named.split(","):
        parts.append([])
        for word in _words(piece):
            if any(letter.isdigit() for letter in word):
                parts.append([])
            else:
                parts[-1].append(word)
    return [part for part in parts if part]


def _comparable(name: Sequence[str], part: Sequence[str]) -> bool:
    # A Latin scan for an address in Japanese says neither yes nor no.
    return "".join(name).isascii() == "".join(part).isascii()


def _unspaced(name: str) -> bool:
    """Written in a script that puts no spaces between a city and what stands before and after it."""
    return not name.isascii() and all(unicodedata.category(letter) == "Lo" for letter in name)


def _words(text: str) -> list[str]:
    # Carriers print MUNCHEN and LODZ: marks over letters tell no two places apart.
    bare = unicodedata.normalize("NFKD", text.casefold()).translate(_BARE)
    return re.findall(r"[^\W_]+", "".join(letter for letter in bare if not unicodedata.combining(letter)))
