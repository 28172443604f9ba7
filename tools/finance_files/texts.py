"""The CSV files of a month: lines, totals, journal. UTF-8, a header, commas, points in amounts, CRLF (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from knowledge.finance.figures import CurrencyFigures, figures_of
from knowledge.finance.journal import account_number, journal_of
from knowledge.finance.lines import Line
from knowledge.finance.month import Month
from knowledge.money import Money

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LINE_COLUMNS = (
    "month", "line", "date", "time", "kind", "taken_back", "currency", "amount", "ended", "case", "dispute",
    "processor", "payment", "reference", "letter_sha256", "packet_sha256", "corrects", "name",
)  # fmt: skip
JOURNAL_COLUMNS = (
    "month", "entry", "date", "account", "account_name", "debit", "credit", "currency", "case", "dispute", "processor",
    "payment", "reference", "letter_sha256", "corrects", "text",
)  # fmt: skip
TOTAL_COLUMNS = ("month", "currency", "figure", "amount", "count")


def safe_text(text: str | None) -> str:
    """The text for a cell; with an apostrophe before what a spreadsheet would take for a formula."""
    return "" if text is None else f"'{text}" if text.startswith(_FORMULA) else text


def signed(line: Line) -> Money:
    """The line's amount, negative where it takes back, so that a column adds up."""
    return Money(minor=-line.amount_minor, currency=line.currency) if line.back else line.amount


def lines_csv(month: Month, lines: Sequence[Line]) -> bytes:
    """Every line of the month."""
    return _written(LINE_COLUMNS, (_line(month, number, line) for number, line in enumerate(lines, 1)))


def totals_csv(month: Month, lines: Sequence[Line]) -> bytes:
    """The month's figures, one a row."""
    rows = [
        (str(month), figures.currency, name, amount.decimal_text() if amount else "", "" if amount else str(count))
        for figures in figures_of(lines)
        for name, amount, count in totals_of(figures)
    ]
    return _written(TOTAL_COLUMNS, rows)


def journal_csv(month: Month, lines: Sequence[Line], numbers: Mapping[str, str]) -> bytes:
    """The journal: two rows for an entry, debit before credit, both with the entry's number."""

    def rows() -> Iterable[Sequence[str]]:
        for entry in journal_of(lines, month):
            line, amount = entry.line, entry.amount.decimal_text()
            for account, debit, credit in ((entry.debit, amount, ""), (entry.credit, "", amount)):
                yield (
                    str(month),
                    str(entry.number),
                    entry.posted.isoformat(),
                    safe_text(account_number(account, numbers)),
                    account.value,
                    debit,
                    credit,
                    line.currency,
                    safe_text(line.case_id),
                    safe_text(line.dispute),
                    line.processor or "",
                    safe_text(line.charge),
                    safe_text(line.reference),
                    line.letter_sha256 or "",
                    str(line.corrects or ""),
                    line_text(line),
                )

    return _written(JOURNAL_COLUMNS, rows())


def line_text(line: Line) -> str:
    """What a line is, in words."""
    words = line.kind.value.replace("_", " ")
    return f"{words}, taken back" if line.back else words


def totals_of(figures: CurrencyFigures) -> Sequence[tuple[str, Money | None, int]]:
    """The figures of a currency by their names: an amount, or a count."""
    amounts = (
        "refunds", "credits", "disputed", "recovered", "reversed", "lost", "released", "converted", "costs", "goodwill",
        "net_recovery",
    )  # fmt: skip
    counts = [(f"ended_{end.value}", None, count) for end, count in figures.ended.items()]
    return [
        *((name, getattr(figures, name), 0) for name in amounts),
        *counts,
        ("without_rate", None, figures.without_rate),
        ("corrections", None, figures.corrections),
        ("lines", None, figures.lines),
    ]


def _line(month: Month, number: int, line: Line) -> Sequence[str]:
    return (
        str(month),
        str(number),
        line.at.date().isoformat(),
        f"{line.at:%H:%M:%S}",
        line.kind.value,
        "yes" if line.back else "",
        line.currency,
        signed(line).decimal_text(),
        line.ended or "",
        safe_text(line.case_id),
        safe_text(line.dispute),
        line.processor or "",
        safe_text(line.charge),
        safe_text(line.reference),
        line.letter_sha256 or "",
        line.packet_sha256 or "",
        str(line.corrects or ""),
        line.name,
    )


def _written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
