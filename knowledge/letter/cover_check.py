"""The cover's fields, the timeline and the letter's form against the exhibits."""

import re
from collections import Counter
from collections.abc import Iterator

from knowledge.case import CardNetwork
from knowledge.letter.claims import ChronologyLine, ExhibitKind, ExhibitRow, Letter, ProofLine
from knowledge.letter.exhibits import CAPTIONS, TITLES
from knowledge.letter.families import MOST_GROUNDS, SECTION_TITLES
from knowledge.letter.tokens import amounts_in, words_in
from knowledge.letter.wording import NETWORK_NAMES, printed_date
from knowledge.money import Money
from knowledge.rules.reason_codes import UnknownReasonCode, find_reason


def _line(section: str, sentence: str, places: tuple[str, ...], problem: str | None) -> ProofLine:
    return ProofLine(
        sentence=sentence, section=section, claims=(), exhibits=places, proved=problem is None, problem=problem
    )


def _row(letter: Letter, kind: ExhibitKind, locator: str) -> tuple[str, ExhibitRow] | None:
    for exhibit in letter.exhibits:
        if exhibit.kind is kind:
            for row in exhibit.rows:
                if row.locator == locator:
                    return f"{exhibit.letter}#{locator}", row
    return None


def cover_lines(letter: Letter) -> Iterator[ProofLine]:
    """One line per field of the cover, proved by the notice, the order, the payment or the refunds."""
    notice, order, payment = ExhibitKind.NOTICE, ExhibitKind.ORDER, ExhibitKind.PAYMENT
    code = f"{NETWORK_NAMES[letter.network]} {letter.reason_code}"
    for label, text, kind, locator in (
        ("Merchant", letter.merchant_name, order, "merchant"),
        ("Case", letter.case_id, notice, "case"),
        ("Dispute", letter.dispute_id, notice, "dispute"),
        ("Reason code", code, notice, "code"),
        ("Reason", letter.reason_title, notice, "reason"),
        ("Transaction", letter.transaction_reference, payment, "reference"),
        ("Buyer", letter.cardholder_name, order, "buyer"),
    ):
        yield _text_line(letter, label, text, kind, locator)
    if letter.card_last4 is not None:
        yield _text_line(letter, "Card", f"ending {letter.card_last4}", payment, "card")
    yield _amount_line(letter, "Transaction amount", letter.transaction_amount, payment, "captured")
    yield _amount_line(letter, "Disputed amount", letter.disputed_amount, notice, "amount")
    captured = _row(letter, payment, "captured")
    dated = captured is not None and captured[1].at == letter.transaction_at
    day = f"Transaction date: {printed_date(letter.transaction_at)}"
    yield _line("cover", day, (captured[0],) if captured else (), None if dated else "the date is not the charge's")
    yield from _credit_lines(letter)
    yield _family_line(letter)


def _text_line(letter: Letter, label: str, text: str, kind: ExhibitKind, locator: str) -> ProofLine:
    found = _row(letter, kind, locator)
    problem = None
    if found is None:
        problem = f"no {kind.value} exhibit shows the {label.lower()}"
    elif found[1].value != text:
        problem = f"the {label.lower()} is {found[1].value} in {found[0]}"
    return _line("cover", f"{label}: {text}", (found[0],) if found else (), problem)


def _amount_line(letter: Letter, label: str, amount: Money, kind: ExhibitKind, locator: str) -> ProofLine:
    found = _row(letter, kind, locator)
    problem = None
    if found is None:
        problem = f"no {kind.value} exhibit shows the {label.lower()}"
    elif amounts_in(found[1].value) != [amount]:
        problem = f"the {label.lower()} is {found[1].value} in {found[0]}"
    return _line("cover", f"{label}: {amount}", (found[0],) if found else (), problem)


def _credit_lines(letter: Letter) -> Iterator[ProofLine]:
    disputed, credited, contested = letter.disputed_amount, letter.credited_amount, letter.contested_amount
    currencies = {disputed.currency, credited.currency, contested.currency}
    posted = [
        (f"{exhibit.letter}#{row.locator}", amount)
        for exhibit in letter.exhibits
        if exhibit.kind is ExhibitKind.REFUNDS
        for row in exhibit.rows
        if row.label == "Credit posted"
        for amount in amounts_in(row.value)[:1]
    ]
    total = sum(amount.minor for _, amount in posted)
    places = tuple(place for place, _ in posted)
    problem = None if total == credited.minor else f"the credits posted in the exhibits are {total} minor units"
    yield _line("cover", f"Credited: {credited}", places, problem)
    balance = max(disputed.minor - credited.minor, 0)
    agrees = len(currencies) == 1 and contested.minor == balance
    problem = None if agrees else "the contested amount is not the disputed amount less the credits"
    yield _line("cover", f"Contested: {contested}", places, problem)


def _family_line(letter: Letter) -> ProofLine:
    problem: str | None = None
    try:
        reason = find_reason(CardNetwork(letter.network), letter.reason_code)
    except UnknownReasonCode as error:
        problem = str(error)
    else:
        if reason.title != letter.reason_title:
            problem = f"the network calls the code {reason.title}"
        elif reason.family is not None and letter.family not in {reason.family, *reason.also}:
            problem = f"the code is of family {reason.family.value}"
    return _line("cover", f"Family: {letter.family.value}", (), problem)


def chronology_lines(letter: Letter) -> Iterator[ProofLine]:
    """One line per line of the timeline: same time as its row, and no word that the row does not have."""
    held = {f"{exhibit.letter}#{row.locator}": row for exhibit in letter.exhibits for row in exhibit.rows}
    last: ChronologyLine | None = None
    for line in letter.chronology:
        place = f"{line.exhibit}#{line.locator}"
        problem = _timeline_problem(line, held.get(place))
        if problem is None and last is not None and last.at > line.at:
            problem = "stands after a later event"
        last = line
        yield _line("chronology", f"{printed_date(line.at)}: {line.text}", (place,), problem)


def _timeline_problem(line: ChronologyLine, row: ExhibitRow | None) -> str | None:
    if row is None:
        return f"points at {line.locator}, which Exhibit {line.exhibit} lacks"
    if row.at != line.at:
        return "its time is not the row's"
    if not line.text.startswith(row.label):
        return f"does not say {row.label!r}, as its row does"
    rest = line.text.removeprefix(row.label)
    if words_in(rest).strip() and words_in(rest) not in words_in(row.value):
        return "says more than its row"
    return None


def form_lines(letter: Letter) -> Iterator[ProofLine]:
    """Lines for what is wrong with the letter's form; none when it is in order."""

    def wrong(what: str) -> ProofLine:
        return _line("form", what, (), what)

    if not 1 <= len(letter.grounds) <= MOST_GROUNDS:
        yield wrong(f"a letter gives one to {MOST_GROUNDS} grounds, not {len(letter.grounds)}")
    for section in letter.sections:
        if section.title not in SECTION_TITLES:
            yield wrong(f"the section title {section.title!r} is not one of the letter's own")
    for name, count in Counter(claim.id for claim in letter.claims).items():
        if count > 1:
            yield wrong(f"claim id {name} is used {count} times")
    for name, count in Counter(exhibit.letter for exhibit in letter.exhibits).items():
        if count > 1:
            yield wrong(f"exhibit letter {name} is used {count} times")
    for exhibit in letter.exhibits:
        if exhibit.title != TITLES[exhibit.kind] or exhibit.caption != CAPTIONS[exhibit.kind]:
            yield wrong(f"the title or caption of Exhibit {exhibit.letter} is not the letter's own")
        for locator, count in Counter(row.locator for row in exhibit.rows).items():
            if count > 1:
                yield wrong(f"Exhibit {exhibit.letter} has {count} rows at {locator}")
    if re.search(r"[^\x20-\x7e]", letter.dispute_id + letter.transaction_reference):
        yield wrong("an id has characters that ids do not have")
