"""280 letters with one corruption each: 200 typed over seven kinds and three places, 80 untyped over six kinds.

A typed corruption changes a value in the sentence, in the claim (every other time together with the sentences that
say it, so that text and claim agree and only the exhibit tells), or in the locator, which then points at a row that
does not show the value. An untyped one changes who did what, whether, why or how surely.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, product, zip_longest
from typing import NamedTuple

from knowledge.case import CardNetwork
from knowledge.letter.claims import Exhibit, ExhibitRow, Letter, LetterClaim, Section, Sentence
from knowledge.letter.wording import MONTHS
from knowledge.money import Money
from knowledge.rules.reason_codes import reason_codes
from tests.knowledge.letter.untyped import UNTYPED, UntypedKind, rewritings

TYPED_KINDS = ("date", "amount", "name", "tracking number", "place", "count", "reason")
PLACES = ("sentence", "claim", "locator")
TYPED_TOTAL, UNTYPED_TOTAL = 200, 80
_SEED = 20261127

Value = str | int | Money

_VALUES: dict[str, frozenset[str]] = {
    "date": frozenset({"at"}),
    "name": frozenset({"carrier", "name", "title", "network"}),
    "tracking number": frozenset({"parcel"}),
    "place": frozenset({"city", "postcode"}),
    "reason": frozenset({"code", "title"}),
}
"""Which values of a claim a kind is about; amounts are known by their type, counts by the noun they count."""
_OTHER_NAMES = ("UPS", "Hermes", "La Poste", "J. Smith", "Walnut side table", "Discover", "A. Nowak")
_OTHER_PLACES = ("Paris", "Gdynia", "10115", "Leeds", "75001", "Hamburg")
_COUNTED = ("parcel", "charge", "order", "credit", "card", "scan", "transaction", "policy", "dispute", "carrier")
_COUNTS = ("two", "3", "both", "4", "several", "7")


class Corruption(NamedTuple):
    """A letter in which one thing is wrong."""

    source: str
    kind: str
    place: str
    letter: Letter
    before: str
    after: str


class _Target(NamedTuple):
    letter: Letter
    sentence: Sentence
    claim: LetterClaim
    name: str
    """Of the claim's value."""
    written: str
    """The value as the sentence writes it."""


_Corrupted = tuple[Letter, str, str]
"""The letter, what it said, and what it says now."""


_Planter = Callable[[Letter, random.Random], Iterator[_Corrupted]]


def corruptions(letters: Mapping[str, Letter]) -> list[Corruption]:
    """The 280 corruptions of composed letters, always the same ones for the same letters."""
    return [*_dealt(letters, _typed_cells(), TYPED_TOTAL), *_dealt(letters, _untyped_cells(), UNTYPED_TOTAL)]


def every_corruption(letters: Mapping[str, Letter]) -> Iterator[Corruption]:
    """All corruptions the letters carry, of which the 280 are an even choice."""
    for (kind, place), plant in (_typed_cells() | _untyped_cells()).items():
        yield from _column(letters, kind, place, plant)


def _typed_cells() -> dict[tuple[str, str], _Planter]:
    return {(kind, place): _typed(kind, place) for kind, place in product(TYPED_KINDS, PLACES)}


def _untyped_cells() -> dict[tuple[str, str], _Planter]:
    return {(kind, "sentence"): _untyped(kind) for kind in UNTYPED}


def _dealt(letters: Mapping[str, Letter], cells: Mapping[tuple[str, str], _Planter], total: int) -> list[Corruption]:
    """One of each cell in turn, over all letters in turn, each other than those before it."""
    columns = [_column(letters, kind, place, plant) for (kind, place), plant in cells.items()]
    each = -(-total // len(cells))
    for (kind, place), column in zip(cells, columns, strict=True):
        if len(column) < each:
            raise LookupError(f"{kind} in the {place}: the letters carry {len(column)} corruptions, not {each}")
    return [column[row] for row in range(each) for column in columns][:total]


def _column(letters: Mapping[str, Letter], kind: str, place: str, plant: _Planter) -> list[Corruption]:
    by_letter: list[list[Corruption]] = []
    for source, letter in letters.items():
        rng = random.Random(f"{_SEED}/{source}/{kind}/{place}")
        made = [Corruption(source, kind, place, *corrupted) for corrupted in plant(letter, rng)]
        rng.shuffle(made)
        by_letter.append(made)
    random.Random(f"{_SEED}/{kind}/{place}").shuffle(by_letter)
    dealt = (one for row in zip_longest(*by_letter) for one in row if one is not None)
    return list({(one.source, one.before, one.after): one for one in dealt}.values())


# Where sentences are


def _sentences(letter: Letter) -> list[Sentence]:
    rest = chain.from_iterable(section.sentences for section in letter.sections)
    return [letter.verdict, *letter.grounds, letter.request, *rest]


def _with_texts(letter: Letter, change: Callable[[Sentence], Sentence]) -> Letter:
    sections = (
        Section(title=section.title, sentences=tuple(map(change, section.sentences))) for section in letter.sections
    )
    return letter.model_copy(
        update={
            "verdict": change(letter.verdict),
            "grounds": tuple(map(change, letter.grounds)),
            "request": change(letter.request),
            "sections": tuple(sections),
        }
    )


def _with_text(letter: Letter, sentence: Sentence, text: str) -> Letter:
    """The sentence with another text, and all else as it was."""
    return _with_texts(letter, lambda one: one.model_copy(update={"text": text}) if one is sentence else one)


def _with_claim(letter: Letter, claim: LetterClaim, changed: LetterClaim) -> Letter:
    return letter.model_copy(update={"claims": tuple(changed if one is claim else one for one in letter.claims)})


# Untyped


def _untyped(kind: UntypedKind) -> _Planter:
    def plant(letter: Letter, _: random.Random) -> Iterator[_Corrupted]:
        for sentence in _sentences(letter):
            for text in rewritings(kind, sentence.text):
                yield _with_text(letter, sentence, text), sentence.text, text

    return plant


# Typed


def _typed(kind: str, place: str) -> _Planter:
    def plant(letter: Letter, rng: random.Random) -> Iterator[_Corrupted]:
        for number, target in enumerate(_targets(letter, kind)):
            match place:
                case "sentence":
                    yield _in_sentence(target, _wrong(kind, target, rng)[0])
                case "claim":
                    yield _in_claim(target, *_wrong(kind, target, rng), told=number % 2 == 1)
                case _:
                    yield from _in_locator(kind, target)

    return plant


def _targets(letter: Letter, kind: str) -> Iterator[_Target]:
    claims = {claim.id: claim for claim in letter.claims}
    for sentence in _sentences(letter):
        for claim in (claims[name] for name in sentence.claims):
            if kind == "count":
                noun = next((noun for noun in _COUNTED if f"he {noun} " in sentence.text), None)
                if noun is not None:
                    yield _Target(letter, sentence, claim, "count", noun)
                continue
            for name, value in claim.values.items():
                if name in _VALUES.get(kind, frozenset()) or (kind == "amount" and isinstance(value, Money)):
                    target = _Target(letter, sentence, claim, name, _written(name, value))
                    if target.written in sentence.text:
                        yield target


def _written(name: str, value: Value) -> str:
    return _day(date.fromisoformat(str(value))) if name == "at" else str(value)


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _wrong(kind: str, target: _Target, rng: random.Random) -> tuple[str, Value]:
    """Another value of the kind: as a sentence writes it, and as a claim holds it."""
    held = target.claim.values.get(target.name, "")
    match kind:
        case "date":
            day = date.fromisoformat(str(held))
            others = [date.fromisoformat(str(value)) for value in _values(target.letter, "at")]
            moved = [day + timedelta(days=days) for days in (-365, -30, -1, 1, 2, 31)]
            chosen = rng.choice([one for one in (*others, *moved) if one != day])
            return _day(chosen), chosen.isoformat()
        case "amount":
            assert isinstance(held, Money)
            others = [value for claim in target.letter.claims for value in claim.values.values()]
            wrong = [held.model_copy(update={"minor": minor}) for minor in (held.minor * 10, held.minor + 100)]
            wrong += [value for value in others if isinstance(value, Money)]
            wrong.append(Money(minor=held.minor, currency="USD" if held.currency != "USD" else "EUR"))
            amount = rng.choice([one for one in wrong if one != held])
            return str(amount), amount
        case "count":
            shown = " ".join(row.value for row in _rows(target))
            number = rng.choice([one for one in _COUNTS if one not in shown])
            return number, number
        case "name":
            name = rng.choice([*(one for one in _OTHER_NAMES if one != held), _misspelt(str(held), rng)])
            return name, name
        case "tracking number":
            number = _misspelt(str(held), rng)
            return number, number
        case "place":
            spot = rng.choice([one for one in _OTHER_PLACES if one != held])
            return spot, spot
        case _:
            network = CardNetwork(target.letter.network)
            known = [code for code in reason_codes() if code.network is network]
            told = rng.choice([text for text in (_reason(code, target.name) for code in known) if text != held])
            return told, told


def _reason(code: object, name: str) -> str:
    return str(getattr(code, name))


def _misspelt(text: str, rng: random.Random) -> str:
    """One letter or digit exchanged for its neighbour in the alphabet."""
    place = rng.choice([index for index, character in enumerate(text) if character.isascii() and character.isalnum()])
    character = text[place]
    other = chr(ord(character) - 1) if character in "zZ9" else chr(ord(character) + 1)
    return text[:place] + other + text[place + 1 :]


def _values(letter: Letter, name: str) -> list[Value]:
    return [claim.values[name] for claim in letter.claims if name in claim.values]


def _rows(target: _Target) -> list[ExhibitRow]:
    exhibit = _exhibit(target)
    return [row for row in exhibit.rows if row.locator in target.claim.locators]


def _exhibit(target: _Target) -> Exhibit:
    return next(one for one in target.letter.exhibits if one.letter == target.claim.exhibit)


def _retold(text: str, target: _Target, wrong: str) -> str:
    if target.name == "count":
        return text.replace(f"he {target.written} ", f"he {wrong} {target.written}s ", 1)
    return text.replace(target.written, wrong)


def _in_sentence(target: _Target, wrong: str) -> _Corrupted:
    text = _retold(target.sentence.text, target, wrong)
    return _with_text(target.letter, target.sentence, text), target.sentence.text, text


def _in_claim(target: _Target, wrong: str, value: Value, *, told: bool) -> _Corrupted:
    claim = target.claim
    changed = claim.model_copy(update={"values": claim.values | {target.name: value}})
    letter = target.letter
    if told:

        def retold(one: Sentence) -> Sentence:
            return one.model_copy(update={"text": _retold(one.text, target, wrong)}) if claim.id in one.claims else one

        letter = _with_texts(letter, retold)
    return _with_claim(letter, claim, changed), claim.model_dump_json(), changed.model_dump_json() + "told" * told


def _in_locator(kind: str, target: _Target) -> Iterator[_Corrupted]:
    """The claim's row that shows the value exchanged for each row of its exhibit that does not."""
    claim, held = target.claim, _exhibit(target)
    for row in _rows(target):
        if not _shows(kind, target, row):
            continue
        for other in held.rows:
            if other.locator in claim.locators or _alike(kind, target, row, other):
                continue
            locators = tuple(other.locator if one == row.locator else one for one in claim.locators)
            changed = claim.model_copy(update={"locators": locators})
            yield _with_claim(target.letter, claim, changed), claim.model_dump_json(), changed.model_dump_json()


def _shows(kind: str, target: _Target, row: ExhibitRow) -> bool:
    if kind == "count":
        # What counts is the number in the locator: the second refund, the fourth scan.
        return row.locator[-1].isdigit()
    if kind == "date":
        return row.at is not None and row.at.date().isoformat() == target.claim.values["at"]
    return target.written in row.value or target.written in row.label


def _alike(kind: str, target: _Target, row: ExhibitRow, other: ExhibitRow) -> bool:
    """Whether the other row tells the same of the claim, so that pointing at it would be no corruption."""
    if kind == "count":
        day = row.at.date() if row.at else None
        same_day = (other.at.date() if other.at else None) == day
        return not other.locator[-1].isdigit() or (other.label == row.label and same_day)
    return _shows(kind, target, other)


def table(planted: Sequence[Corruption], caught: Sequence[bool]) -> list[tuple[str, str, int, int]]:
    """Rows of kind, place, how many were caught, and of how many."""
    rows: dict[tuple[str, str], list[bool]] = {}
    for one, was_caught in zip(planted, caught, strict=True):
        rows.setdefault((one.kind, one.place), []).append(was_caught)
    return [(kind, place, sum(hits), len(hits)) for (kind, place), hits in rows.items()]
