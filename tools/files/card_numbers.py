"""Full card numbers in text, which may not be kept (PCI DSS 4.0.1, requirement 3.4: mask when shown, never store).

A find needs three things at once: a network's prefix, a length that network issues (13 to 19 digits, ISO/IEC 7812-1)
and the Luhn check. What merely looks like a card is spared as far as a check of its own shows it is something else:
IBANs (ISO 13616), EAN-13 article numbers, telephone numbers written with +, postal tracking numbers, digests and ids.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_LONGEST, _SHORTEST = 19, 13
_FURTHEST_LETTER = 128  # how much of an id before the digits is looked at; a SHA-512 in hexadecimal
_BETWEEN = re.compile(r"[\s\u00a0\u00ad\u200b-\u200f\u2060\ufeff\-\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d]{1,3}")
_DOT = re.compile(r"[.·]")
_LATIN_TOKEN = re.compile(r"[A-Za-z0-9_]*")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE)

# (first prefix, last prefix, lengths), from the networks' published ranges; prefixes compare as numbers of equal
# length. UnionPay's 81 and RuPay's 81 and 82 are left out: marketplaces number orders with them far more often.
_NETWORKS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 18, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),  # Mastercard
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),
    ("6011", "6011", frozenset(range(16, 20))),  # Discover
    ("644", "659", frozenset(range(16, 20))),
    ("60", "60", frozenset({16})),  # RuPay, Hipercard
    ("508", "508", frozenset({16})),  # RuPay
    ("3528", "3589", frozenset(range(16, 20))),  # JCB
    ("300", "305", frozenset({14})),  # Diners Club
    ("3095", "3095", frozenset({14})),
    ("36", "36", frozenset(range(14, 20))),
    ("38", "39", frozenset({14, 16})),
    ("62", "62", frozenset(range(16, 20))),  # UnionPay
    ("2200", "2204", frozenset(range(16, 20))),  # Mir
    ("9792", "9792", frozenset({16})),  # Troy
    ("5018", "5018", frozenset(range(13, 20))),  # Maestro
    ("5020", "5020", frozenset(range(13, 20))),
    ("5038", "5038", frozenset(range(13, 20))),
    ("5893", "5893", frozenset(range(13, 20))),
    ("6304", "6304", frozenset(range(13, 20))),
    ("6759", "6759", frozenset(range(13, 20))),
    ("6761", "6763", frozenset(range(13, 20))),
    ("506099", "506198", frozenset({16, 18, 19})),  # Verve
    ("506699", "506778", frozenset({16})),  # Elo
    ("636297", "636297", frozenset({16})),  # Elo
)


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of the text."""

    start: int
    end: int


class _Group(NamedTuple):
    start: int
    end: int
    digits: str


def find_card_numbers(text: str) -> list[Span]:
    """Every card number in `text`, in order and without overlaps, separators inside included."""
    ibans = _ibans(text)
    found: list[Span] = []
    for chain in _chains(text):
        first = 0
        while first < len(chain):
            window = _card_from(text, chain, first)
            if window is None or any(span.start < window.end and window.start < span.end for span in ibans):
                first += 1
                continue
            found.append(window)
            while first < len(chain) and chain[first].start < window.end:
                first += 1
    return found


def mask_card_numbers(text: str) -> str:
    """`text` with every digit of each card number but the last four replaced by a dot of the same width."""
    masked = list(text)
    for span in find_card_numbers(text):
        places = [place for place in range(span.start, span.end) if _digit(text[place]) is not None]
        for place in places[:-4]:
            masked[place] = "•"
    return "".join(masked)


def _digit(character: str) -> int | None:
    return unicodedata.digit(character, None)


def _groups(text: str) -> Iterator[_Group]:
    start, digits = 0, ""
    for place, character in enumerate(text + "\n"):
        value = _digit(character)
        if value is not None:
            if not digits:
                start = place
            digits += str(value)
        elif digits:
            yield _Group(start, place, digits)
            digits = ""


def _chains(text: str) -> Iterator[list[_Group]]:
    """Runs of digit groups with one kind of separator: blanks and dashes, or single dots."""
    chain: list[_Group] = []
    dotted: bool | None = None
    for group in _groups(text):
        if chain:
            between = text[chain[-1].end : group.start]
            dot = _DOT.fullmatch(between) is not None
            if (dot or _BETWEEN.fullmatch(between)) and dotted in (None, dot):
                dotted = dot
                chain.append(group)
                continue
            yield chain
        chain, dotted = [group], None
    if chain:
        yield chain


def _card_from(text: str, chain: list[_Group], first: int) -> Span | None:
    """The longest card number that begins with group `first` and ends with a group."""
    best: Span | None = None
    digits = ""
    for last in range(first, len(chain)):
        digits += chain[last].digits
        if len(digits) > _LONGEST:
            break
        window = chain[first : last + 1]
        if len(digits) >= _SHORTEST and _is_card(digits) and _written_as_one(text, chain, first, last):
            if len(window) == 1 and _is_ean13(digits):
                continue
            best = Span(chain[first].start, chain[last].end)
    return best


def _written_as_one(text: str, chain: list[_Group], first: int, last: int) -> bool:
    window = chain[first : last + 1]
    sizes = [len(group.digits) for group in window]
    # Card numbers are printed in groups of four to six; lists of order numbers are made of longer ones.
    if len(window) > 1 and max(sizes) > 6:
        return False
    before = text[window[0].start - 1 : window[0].start]
    if first == 0 and before in ("+", "＋") and sum(sizes) < 15:
        return False  # E.164 numbers have 15 digits at most, and in practice 14
    # An Intelligent Mail package number (USPS Publication 199) is 22 digits from 92 to 95, printed in fours.
    if chain[0].digits[:2] in ("91", "92", "93", "94", "95") and [len(group.digits) for group in chain[:7]] in (
        [4] * 5,
        [4] * 5 + [2],
    ):
        return False
    return not _inside_an_id(text, window[0].start, window[-1].end)


def _inside_an_id(text: str, start: int, end: int) -> bool:
    """True when Latin letters touch the digits and hold more digits: a digest or id, not `visa4242…`."""
    left = _LATIN_TOKEN.match(text[max(0, start - _FURTHEST_LETTER) : start][::-1])
    right = _LATIN_TOKEN.match(text, end)
    assert left is not None
    assert right is not None
    return any(character.isdigit() for character in left.group() + right.group())


def _is_card(digits: str) -> bool:
    return _luhn(digits) and any(
        len(digits) in lengths and first <= digits[: len(first)] <= last for first, last, lengths in _NETWORKS
    )


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_ean13(digits: str) -> bool:
    return len(digits) == 13 and sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10 == 0


def _ibans(text: str) -> list[Span]:
    found: list[Span] = []
    for match in _IBAN.finditer(text):
        # Words may follow: the longest part that ends with a word and passes the check is the account number.
        ends = [place for place in range(match.end(), match.start() + 14, -1) if not text[place : place + 1].isalnum()]
        end = next((end for end in ends if _is_iban(text[match.start() : end])), None)
        if end is not None:
            found.append(Span(match.start(), end))
    return found


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    rotated = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1
