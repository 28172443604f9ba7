"""Personal data out, placeholders in: `⟦EMAIL_1⟧` leaves for the model, the address stays in the house.

Known values of the case are found in folded text (capitals, accents, width, invisible characters do not
hide them); contacts, cards, accounts and long ids nobody told us about are found by pattern. What is cut
out is kept exactly, so that masking and unmasking give back the same text to the character.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar, cast

from pydantic import BaseModel

from agents.models.folding import Folded, fold
from agents.models.personal import PersonalData

T = TypeVar("T")

_PLACEHOLDER = re.compile(r"⟦[A-Z]+_\d+⟧")

# On folded text: lower case, Latin width, Western digits. `[a-z0-9]` rather than `\w` where an id may stand
# directly against letters of a script written without spaces. Every repetition is bounded: buyers write the text.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("MARK", re.compile(r"[⟦⟧]")),
    ("EMAIL", re.compile(r"[a-zа-я0-9._%+-]{1,64}@[\w-]{1,63}(?:\.[a-zа-я0-9-]{1,63}){1,6}")),
    ("IBAN", re.compile(r"(?<![a-z0-9])[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?(?![a-z0-9])")),
    (
        "IP",
        re.compile(
            r"(?<![a-z0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![a-z0-9.])"
            r"|(?<![a-z0-9:])(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}(?![a-z0-9:])"
            r"|(?<![a-z0-9:])(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5}(?![a-z0-9:])"
        ),
    ),
    (
        "ADDRESS",
        re.compile(
            r"(?<!\w)[0-9]{1,5}[a-z]?,? (?:[\w'’.-]{1,30} ){1,3}"
            r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|close|square)(?!\w)"
            r"|(?<!\w)[0-9]{1,5}(?: ?(?:bis|ter))?,? (?:rue|avenue|av\.?|boulevard|bd\.?|chemin|place|allee|quai) "
            r"(?:(?:de|du|des|la|le|les) |[ld]['’]){0,3}[\w'’-]{1,30}"
            r"|[\w-]{0,40}(?:strasse|str\.|gasse|straat|laan) ?[0-9]{1,4}[a-z]?(?!\w)"
            r"|(?<!\w)(?:calle|avenida|av\.|rua|r\.|via|viale|piazza|corso|ul\.|ulica|ул\.|улица|cad\.|cadde|sokak)"
            r" (?:[\w'’.-]{1,30} ){0,4}?[\w'’.-]{1,30},? ?(?:n[o°º.]{0,2} ?)?[0-9]{1,5}(?!\w)"
        ),
    ),
    ("CARD", re.compile(r"(?<![a-z0-9])[0-9](?:[ -]?[0-9]){12,18}(?![a-z0-9])")),
    ("PHONE", re.compile(r"(?<![a-z0-9.,])\+?\(?[0-9][0-9 ().\-/]{5,20}[0-9](?![a-z0-9])")),
    (
        "ID",
        re.compile(
            r"(?<![a-z0-9])(?=[a-z0-9])(?=(?:[a-z0-9-]{0,40}?[0-9]){6})(?=[a-z0-9-]{0,40}?[0-9]{4})[a-z0-9]+(?:-[a-z0-9]+)*"
        ),
    ),
)
_DATE = re.compile(
    r"(?<![0-9.])(?:[12][0-9]{3}([-./])(?:0?[1-9]|1[0-2])\1[0-3]?[0-9]"
    r"|[0-3]?[0-9]([-./]) ?[0-3]?[0-9]\2 ?(?:[12][0-9]{3}|[0-9]{2}))(?![-./]?[0-9])"
)
_AMOUNT = re.compile(r"[0-9]{1,3}(?:[ .][0-9]{3})+")
_CURRENCY_NEAR = re.compile(
    r"[€$£¥₹₽₺₩฿円元]|(?<![a-z])(?:eur|usd|gbp|jpy|cny|rmb|brl|idr|rp|rub|inr|try|tl|krw|thb|vnd|clp|руб)"
)
_NAME_JOINERS = re.compile(r"[\s.,'’·・-]+")

_VOWELS = frozenset("aeiouyаеиоуыьюяαεηιουω")

# Scripts written without spaces, or that hang particles on a name: no word border is asked for there.
_BORDERLESS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "ARABIC", "HEBREW")


def _borderless(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_BORDERLESS)


def _name_parts(name: str) -> list[str]:
    """The whole name, its words, and for unspaced East Asian names what is left without the family name."""
    name = unicodedata.normalize("NFC", name)
    parts = [name, *(part for part in _NAME_JOINERS.split(name) if len(part) > 2)]
    for part in [name, *_NAME_JOINERS.split(name)]:
        letters = part.strip()
        if letters and all(_borderless(letter) for letter in letters):
            parts += [letters] if len(letters) > 1 else []
            # 김민수 is called 민수, 王小明 小明, 山田太郎 山田 or 太郎.
            if unicodedata.name(letters[0], "").startswith(("CJK", "HANGUL")) and 3 <= len(letters) <= 5:
                parts += [letters[1:]] if len(letters) == 3 else [letters[:2], letters[2:]]
    return [part for part in dict.fromkeys(parts) if len(part) > 1]


def _pattern_of(value: str, *, inflected: bool) -> re.Pattern[str] | None:
    """How a known value may look in folded text; None when folding leaves too little of it."""
    words = [re.escape(word) for word in re.split(r"[\s,]+", fold(value).text.strip()) if word]
    plain = "".join(re.split(r"[\s,]+", fold(value).text))
    if len(plain) < 2:
        return None
    body = r"[\s,]*".join(words)
    left = "" if _borderless(plain[0]) else r"(?<!\w)"
    if _borderless(plain[-1]):
        return re.compile(left + body)
    if inflected and len(plain) >= 5:
        # Ивановой of Иванова, Kowalskiego of Kowalski: declined forms change or lengthen the end.
        stem = body[:-1] if plain[-1] in _VOWELS else body
        return re.compile(left + stem + r"\w{0,4}(?!\w)")
    return re.compile(left + body + r"(?!\w)")


_FEWEST_DIGITS = {"PHONE": 8, "ID": 6, "CARD": 13}


def _says_something_else(kind: str, found: re.Match[str], folded: str, in_date: frozenset[int]) -> bool:
    """True when digits that look like a phone number, a card or an id are dates or an amount."""
    if kind not in _FEWEST_DIGITS:
        return False
    left_over = sum(folded[at].isdigit() and at not in in_date for at in range(found.start(), found.end()))
    if left_over < (7 if found.group().startswith("+") else _FEWEST_DIGITS[kind]):
        return True
    around = folded[max(0, found.start() - 5) : found.start()] + " " + folded[found.end() : found.end() + 8]
    return bool(_AMOUNT.fullmatch(found.group()) and _CURRENCY_NEAR.search(around))


class Masking:
    """The masking of one question: the same text gets the same placeholder in all its parts."""

    def __init__(self, personal: PersonalData) -> None:
        self._known: list[tuple[str, re.Pattern[str]]] = []
        for datum in sorted(personal.known, key=lambda datum: (-len(datum.value), datum.value)):
            for part in _name_parts(datum.value) if datum.kind == "NAME" else [datum.value]:
                pattern = _pattern_of(part, inflected=datum.kind in ("NAME", "CITY"))
                if pattern is not None:
                    self._known.append((datum.kind, pattern))
        self._placeholders: dict[tuple[str, str], str] = {}
        self._originals: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """`text` with every personal value replaced by its placeholder."""
        out: list[str] = []
        done = 0
        for start, end, kind in self.spans(text):
            out += [text[done:start], self._placeholder(kind, text[start:end])]
            done = end
        return "".join([*out, text[done:]])

    def unmask(self, text: str) -> str:
        """`text` with the placeholders issued here given back; any other is left as it stands."""
        return _PLACEHOLDER.sub(lambda found: self._originals.get(found.group(), found.group()), text)

    def unmask_value(self, value: T) -> T:
        """A copy of a model's typed answer with its text fields unmasked; enumerations and numbers are untouched."""
        if isinstance(value, BaseModel):
            fields = {name: self.unmask_value(getattr(value, name)) for name in type(value).model_fields}
            return cast(T, value.model_copy(update=fields))
        if type(value) is str:
            return cast(T, self.unmask(value))
        if isinstance(value, tuple):
            return cast(T, tuple(self.unmask_value(item) for item in cast("tuple[object, ...]", value)))
        if isinstance(value, list):
            return cast(T, [self.unmask_value(item) for item in cast("list[object]", value)])
        return value

    def _placeholder(self, kind: str, original: str) -> str:
        held = self._placeholders.get((kind, original))
        if held is None:
            number = 1 + sum(1 for other, _ in self._placeholders if other == kind)
            held = f"⟦{kind}_{number}⟧"
            self._placeholders[(kind, original)] = held
            self._originals[held] = original
        return held

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """Original spans to cut out, in order and without overlap; known values win over patterns."""
        folded = fold(text)
        taken = [False] * len(folded.text)
        spans: list[tuple[int, int, str]] = []
        for kind, start, end in self._found(folded):
            while start < end and folded.text[start] == " ":
                start += 1
            while end > start and folded.text[end - 1] == " ":
                end -= 1
            if start == end or any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            first, after = folded.original_span(start, end)
            spans.append((first, first + len(text[first:after].rstrip()), kind))
        spans.sort()
        # One original character can fold to several (ﬁ → fi): a span that would start inside it starts after it.
        apart: list[tuple[int, int, str]] = []
        for start, end, kind in spans:
            begin = max(start, apart[-1][1]) if apart else start
            if begin < end:
                apart.append((begin, end, kind))
        return apart

    def _found(self, folded: Folded) -> Iterable[tuple[str, int, int]]:
        # Marks first, so that nobody's text can pose as a placeholder; e-mails before names, which they contain.
        for kind, pattern in (*_PATTERNS[:2], *self._known):
            for found in pattern.finditer(folded.text):
                yield kind, found.start(), found.end()
        in_date = frozenset(at for found in _DATE.finditer(folded.text) for at in range(*found.span()))
        for kind, pattern in _PATTERNS[2:]:
            for found in pattern.finditer(folded.text):
                if not _says_something_else(kind, found, folded.text, in_date):
                    yield kind, found.start(), found.end()
