"""Statements: sentences of fixed wording, each made only where the records hold what it says."""

from collections.abc import Iterable, Mapping

from knowledge.base import Frozen
from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitKind, ExhibitRow, LetterClaim
from knowledge.money import Money


class Statement(Frozen):
    """A sentence with its claims, and a shorter clause of the same claims for the verdict."""

    key: str
    """What it says, for example `delivered`; families choose and order by it."""
    text: str
    brief: str
    claims: tuple[LetterClaim, ...]


def rows_of(exhibit: Exhibit) -> dict[str, ExhibitRow]:
    """Rows by locator."""
    return {row.locator: row for row in exhibit.rows}


def of_kind(exhibits: Iterable[Exhibit], kind: ExhibitKind) -> list[Exhibit]:
    """The exhibits of one kind, in their order."""
    return [exhibit for exhibit in exhibits if exhibit.kind is kind]


def claim(
    kind: ClaimKind,
    exhibit: Exhibit,
    locators: tuple[str, ...],
    values: Mapping[str, str | int | Money],
    *,
    negated: bool = False,
) -> LetterClaim:
    """A claim without its id, which the letter gives when it takes the claim in."""
    return LetterClaim(
        id="", kind=kind, negated=negated, values=dict(values), exhibit=exhibit.letter, locators=locators
    )


def statement(key: str, text: str, *claims: LetterClaim, brief: str | None = None) -> Statement:
    """A statement; the brief clause is the sentence itself without its capital and stop unless given."""
    return Statement(key=key, text=text, brief=brief or _clause(text), claims=claims)


def _clause(text: str) -> str:
    clause = text.removesuffix(".")
    return clause[0].lower() + clause[1:] if clause.startswith(("The ", "A ", "No ")) else clause
