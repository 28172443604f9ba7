"""Amounts as buyers type them."""

import re
import unicodedata

from knowledge.money import Money, decimals_of

_LONGEST = 24
_SEPARATORS = {",": ".", "\u066b": ".", "\uff0e": ".", "\uff0c": ".", "\u3002": "."}
_FORM = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")


def typed_amount(text: str, currency: str) -> Money:
    """`12.50`, `12,50` or `١٢٫٥٠` in `currency`; ValueError for anything that could mean two things.

    There is one separator at most, and as many digits after it as the currency can have: `1.234` is refused in euro,
    because it is a thousand to some and a little more than one to others.
    """
    bare = "".join(text.split())
    for sign in (currency, currency.lower()):
        bare = bare.removeprefix(sign).removesuffix(sign)
    if len(bare) > _LONGEST:
        raise ValueError("an amount is shorter than this")
    plain = "".join(_SEPARATORS.get(letter, _digit(letter)) for letter in bare)
    if not _FORM.fullmatch(plain):
        raise ValueError("write digits, and a point or a comma before the cents")
    whole, _, part = plain.partition(".")
    places = decimals_of(currency)
    if len(part) > places:
        raise ValueError(f"{currency} has {places} decimals")
    return Money.parse(f"{whole}.{part}" if part else whole, currency)


def _digit(letter: str) -> str:
    """The digit of any script as an ASCII one, anything else as it is."""
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)
