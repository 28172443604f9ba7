"""Read a sentence back into what it says: quotes, amounts, dates, exhibit references, words, and anything else."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from knowledge.base import Frozen
from knowledge.letter.wording import MONTHS
from knowledge.money import Money, currencies

_MONTH = "|".join(MONTHS)
_CURRENCY = "|".join(currencies())
_AMOUNT = r"[0-9][0-9,]*(?:\.[0-9]+)?"
_TOKEN = re.compile(
    rf"""
      (?P<quote>“[^“”]*”|"[^"]*")
    | (?P<exhibit>Exhibit\ (?P<letter>[A-Z])\b(?:,\ (?P<locator>[a-z0-9-]+))?)
    | (?<![\w.,])(?P<after>{_AMOUNT})\ ?(?P<after_currency>{_CURRENCY})(?!\w)
    | (?<!\w)(?P<before_currency>{_CURRENCY})\ ?(?P<before>{_AMOUNT})(?!\w)
    | (?<!\w)(?P<day>[0-9]{{1,2}})\ (?P<month>{_MONTH})\ (?P<year>[0-9]{{4}})(?!\w)
    | (?<!\w)(?P<us_month>{_MONTH})\ (?P<us_day>[0-9]{{1,2}}),\ (?P<us_year>[0-9]{{4}})(?!\w)
    | (?<!\w)(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?!\w)
    | (?P<word>\w(?:[\w.\-/:_@'’+]*\w)?)
    | (?P<space>[\s,.;:()]+)
    | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FIRST_PRIVATE = 0xE000
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_BREAK = re.compile(r"[;!?]|[.:](?=\s+[A-Z“\"])|[.:](?=\s*$)")


class Said(Frozen):
    """One thing a clause says."""

    kind: str
    """`quote`, `exhibit`, `value`, `money`, `date`, `word` or `stray`."""
    text: str
    money: Money | None = None
    name: str | None = None
    """The claim's value this is, for `value`."""


def clauses(text: str, values: Iterable[str]) -> list[str]:
    """The clauses of a sentence, split where it stops or has a semicolon, but not inside quotes or `values`."""
    masked = re.sub(r"“[^“”]*”|\"[^\"]*\"", lambda found: "x" * len(found.group()), text)
    for value in sorted(values, key=len, reverse=True):
        masked = masked.replace(value, "x" * len(value)) if value else masked
    parts: list[str] = []
    start = 0
    for stop in _BREAK.finditer(masked):
        parts.append(text[start : stop.end()])
        start = stop.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip(" .;:,")]


def read(clause: str, values: dict[str, str]) -> list[Said]:
    """What `clause` says, left to right; occurrences of `values` (name to text) are recognised whole."""
    # A private-use character stands for a recognised value while the rest is read; none may come from outside.
    names = [(name, value) for name, value in sorted(values.items(), key=lambda item: -len(item[1])) if value]
    pieces = re.split(r"(“[^“”]*”|\"[^\"]*\")", _PRIVATE.sub("\ufffd", clause))
    for place in range(0, len(pieces), 2):
        for index, (_, value) in enumerate(names):
            pattern = rf"(?<!\w)(?<![0-9][.,]){re.escape(value)}(?!\w)(?![.,][0-9])"
            pieces[place] = re.sub(pattern, chr(_FIRST_PRIVATE + index), pieces[place])
    return list(_scan("".join(pieces), names))


def _scan(marked: str, names: list[tuple[str, str]]) -> Iterator[Said]:
    position = 0
    while position < len(marked):
        index = ord(marked[position]) - _FIRST_PRIVATE
        if 0 <= index < len(names):
            yield Said(kind="value", name=names[index][0], text=names[index][1])
            position += 1
            continue
        found = _TOKEN.match(marked, position)
        if found is None:
            raise ValueError(f"the sentence cannot be read at {marked[position:]!r}")
        position = found.end()
        said = _said(found)
        if said is not None:
            yield said


def _said(found: re.Match[str]) -> Said | None:
    groups = {name: text for name, text in found.groupdict().items() if text is not None}
    text = found.group()
    if "space" in groups:
        return None
    if "quote" in groups:
        return Said(kind="quote", text=text[1:-1])
    if "exhibit" in groups:
        return Said(kind="exhibit", text=text, name=f"{groups['letter']}#{groups.get('locator', '')}")
    if "after" in groups or "before" in groups:
        return _amount(text, groups)
    if "year" in groups or "us_year" in groups or "iso" in groups:
        return _day(text, groups)
    return Said(kind="stray" if "stray" in groups else "word", text=text)


def _amount(text: str, groups: dict[str, str]) -> Said:
    digits, currency = (
        (groups["after"], groups["after_currency"])
        if "after" in groups
        else (groups["before"], groups["before_currency"])
    )
    try:
        return Said(kind="money", text=text, money=Money.parse(digits.replace(",", ""), currency))
    except ValueError:
        return Said(kind="stray", text=text)


def _day(text: str, groups: dict[str, str]) -> Said:
    try:
        if "iso" in groups:
            return Said(kind="date", text=date.fromisoformat(groups["iso"]).isoformat())
        prefix = "us_" if "us_year" in groups else ""
        month = MONTHS.index(groups[f"{prefix}month"]) + 1
        return Said(
            kind="date", text=date(int(groups[f"{prefix}year"]), month, int(groups[f"{prefix}day"])).isoformat()
        )
    except ValueError:
        return Said(kind="stray", text=text)


def amounts_in(text: str) -> list[Money]:
    """Every amount written in `text`."""
    return [said.money for said in _scan(text, []) if said.money is not None]


def words_in(text: str) -> str:
    """The words and numbers of `text` in order, case and punctuation taken off, for finding one text in another."""
    return " ".join(["", *re.findall(r"[^\s,;:()“”\"]+", text.casefold()), ""])
