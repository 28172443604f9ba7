"""A claim against the exhibit it points at: the exhibit exists, its rows hold every value, and they mean the kind."""

import re
from collections.abc import Iterator

from knowledge.letter.claims import ClaimKind, Exhibit, ExhibitKind, ExhibitRow, Letter, LetterClaim
from knowledge.letter.lexicon import ABSENCE_LABELS, DAY, NEGATIVE_KINDS, rule_for
from knowledge.letter.tokens import amounts_in, words_in
from knowledge.letter.tracking_exhibit import RETURN_LABELS, UNDOING_LABELS
from knowledge.money import Money


def claim_problems(claim: LetterClaim, exhibit: Exhibit | None, letter: Letter) -> list[str]:
    """What keeps the exhibit from proving the claim, in plain words; empty when it does."""
    if exhibit is None:
        return [f"claim {claim.id} points at Exhibit {claim.exhibit}, which the letter does not have"]
    rule = rule_for(claim)
    if exhibit.kind not in rule.exhibits:
        return [f"claim {claim.id} ({claim.kind.value}) cannot be proved by Exhibit {claim.exhibit}, {exhibit.title}"]
    held = {row.locator: row for row in exhibit.rows}
    missing = [locator for locator in claim.locators if locator not in held]
    if missing or not claim.locators:
        return [f"claim {claim.id} points at {', '.join(missing) or 'nothing'}, which Exhibit {claim.exhibit} lacks"]
    rows = [held[locator] for locator in claim.locators]
    core = [row for row in rows if re.fullmatch(rule.labels, row.label)]
    return [
        *_core_problems(claim, core),
        *(
            f"claim {claim.id}: Exhibit {claim.exhibit} does not show {name} {value} at {', '.join(claim.locators)}"
            for name, value in claim.values.items()
            if not any(_shows(row, name, value) for row in (core if name == DAY else rows))
        ),
        *_polarity_problems(claim, core),
        *_standing_problems(claim, exhibit, core),
        *_request_problems(claim, letter),
    ]


def _core_problems(claim: LetterClaim, core: list[ExhibitRow]) -> Iterator[str]:
    if not core:
        places = ", ".join(claim.locators)
        yield f"claim {claim.id}: no row at {places} of Exhibit {claim.exhibit} is a {claim.kind.value}"
    wanted = rule_for(claim).value
    if wanted is not None and not all(re.fullmatch(wanted, row.value) for row in core):
        yield f"claim {claim.id}: Exhibit {claim.exhibit} shows the contrary at {', '.join(claim.locators)}"


def _shows(row: ExhibitRow, name: str, value: str | int | Money) -> bool:
    if isinstance(value, Money):
        return value in amounts_in(row.value)
    if name == DAY:
        return row.at is not None and row.at.date().isoformat() == value
    return words_in(str(value)) in words_in(" ".join((row.label, row.value, row.original or "")))


def _polarity_problems(claim: LetterClaim, core: list[ExhibitRow]) -> Iterator[str]:
    may_negate = claim.kind in NEGATIVE_KINDS or claim.kind is ClaimKind.PRIOR_TRANSACTION
    if claim.negated and not may_negate:
        yield f"claim {claim.id}: a {claim.kind.value} cannot be denied; no record shows an absence"
    if claim.kind in NEGATIVE_KINDS and not claim.negated:
        yield f"claim {claim.id} must be negated: {claim.kind.value} states an absence"
    absent = [row for row in core if row.label in ABSENCE_LABELS and re.match(r"(no|none)\b", row.value)]
    if absent and not claim.negated:
        yield f"claim {claim.id}: Exhibit {claim.exhibit} records none at {absent[0].locator}"


def _standing_problems(claim: LetterClaim, exhibit: Exhibit, core: list[ExhibitRow]) -> Iterator[str]:
    """A delivery that a later scan undoes may not be stated; no return may be denied that was scanned."""
    if exhibit.kind is not ExhibitKind.TRACKING:
        return
    undoing = [row for row in exhibit.rows if row.label in UNDOING_LABELS]
    if claim.kind is ClaimKind.DELIVERED and core:
        order = [row.locator for row in exhibit.rows]
        later = [row for row in undoing if order.index(row.locator) > order.index(core[0].locator)]
        if later or (core[0].locator == "mode" and undoing):
            yield f"claim {claim.id}: {(later or undoing)[0].locator} of Exhibit {claim.exhibit} undoes the delivery"
    returning = [row for row in undoing if row.label in RETURN_LABELS]
    if claim.kind is ClaimKind.NO_RETURN_RECORDED and returning:
        yield f"claim {claim.id}: Exhibit {claim.exhibit} shows {returning[0].label.lower()} at {returning[0].locator}"


def _request_problems(claim: LetterClaim, letter: Letter) -> Iterator[str]:
    if claim.kind is not ClaimKind.REQUESTED:
        return
    allowed = {str(letter.contested_amount)}
    if letter.contested_amount.minor == 0:
        allowed.add(str(letter.credited_amount))
    asked = {str(value) for value in claim.values.values() if isinstance(value, Money)}
    if not asked or not asked <= allowed:
        amounts = ", ".join(sorted(asked)) or "no amount"
        yield f"claim {claim.id} asks for {amounts}, but {letter.contested_amount} is contested"
