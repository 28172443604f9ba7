"""A month as a workbook (XLSX): totals, lines and journal, amounts as numbers with their currency's decimals."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from knowledge.finance.figures import figures_of
from knowledge.finance.journal import account_number, journal_of
from knowledge.finance.lines import Line
from knowledge.finance.month import Month
from knowledge.money import Money, decimals_of
from tools.finance_files.texts import (
    JOURNAL_COLUMNS,
    LINE_COLUMNS,
    TOTAL_COLUMNS,
    line_text,
    safe_text,
    signed,
    totals_of,
)

_LARGEST = 10**15
"""Spreadsheets keep fifteen digits."""
_Cell = str | int | Money | None


def month_workbook(month: Month, lines: Sequence[Line], numbers: Mapping[str, str]) -> bytes:
    """The workbook; the same books give the same numbers, whenever it is made.

    ValueError for an amount that a spreadsheet cannot hold exactly.
    """
    content = io.BytesIO()
    # Row after row to the file: a month of many lines is not built in memory as cells.
    book = xlsxwriter.Workbook(
        content, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    told = {"title": f"Disputes and refunds {month}", "created": month.begins.replace(tzinfo=None)}
    book.set_properties(told)  # pyright: ignore[reportUnknownMemberType]
    sheets = _Sheets(book)
    totals: list[Sequence[_Cell]] = [
        (str(month), figures.currency, name, amount, None if amount else count)
        for figures in figures_of(lines)
        for name, amount, count in totals_of(figures)
    ]
    sheets.add("Totals", TOTAL_COLUMNS, totals)
    sheets.add("Lines", LINE_COLUMNS, [_line(month, number, line) for number, line in enumerate(lines, 1)])
    sheets.add("Journal", JOURNAL_COLUMNS, _journal(month, lines, numbers))
    book.close()
    return content.getvalue()


class _Sheets:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True})  # pyright: ignore[reportUnknownMemberType]
        # A format for each number of decimals.
        self._amounts: dict[int, Format] = {
            places: book.add_format({"num_format": shown})  # pyright: ignore[reportUnknownMemberType]
            for places, shown in ((0, "#,##0"), (2, "#,##0.00"), (3, "#,##0.000"))
        }

    def add(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> None:
        sheet = self._book.add_worksheet(name)  # pyright: ignore[reportUnknownMemberType]
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 16)
        for place, title in enumerate(columns):
            sheet.write_string(0, place, title, self._head)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                self._write(sheet, number, place, cell)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)

    def _write(self, sheet: Worksheet, row: int, place: int, cell: _Cell) -> None:
        if isinstance(cell, Money):
            if abs(cell.minor) >= _LARGEST:
                raise ValueError(f"amount: {cell} has more digits than a spreadsheet keeps; export it as CSV")
            places = decimals_of(cell.currency)
            sheet.write_number(row, place, float(Decimal(cell.minor).scaleb(-places)), self._amounts[places])
        elif isinstance(cell, int):
            sheet.write_number(row, place, cell)
        elif cell:
            sheet.write_string(row, place, safe_text(cell))


def _line(month: Month, number: int, line: Line) -> Sequence[_Cell]:
    return (
        str(month),
        number,
        line.at.date().isoformat(),
        f"{line.at:%H:%M:%S}",
        line.kind.value,
        "yes" if line.back else None,
        line.currency,
        signed(line),
        line.ended,
        line.case_id,
        line.dispute,
        line.processor,
        line.charge,
        line.reference,
        line.letter_sha256,
        line.packet_sha256,
        str(line.corrects or ""),
        line.name,
    )


def _journal(month: Month, lines: Sequence[Line], numbers: Mapping[str, str]) -> list[Sequence[_Cell]]:
    return [
        (
            str(month),
            entry.number,
            entry.posted.isoformat(),
            account_number(account, numbers),
            account.value,
            entry.amount if account is entry.debit else None,
            entry.amount if account is entry.credit else None,
            entry.line.currency,
            entry.line.case_id,
            entry.line.dispute,
            entry.line.processor,
            entry.line.charge,
            entry.line.reference,
            entry.line.letter_sha256,
            str(entry.line.corrects or ""),
            line_text(entry.line),
        )
        for entry in journal_of(lines, month)
        for account in (entry.debit, entry.credit)
    ]
