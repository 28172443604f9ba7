"""Files of a month: what a spreadsheet would run is text, numbers are numbers with their currency's decimals."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from knowledge.finance.events import Movement, Proofs
from knowledge.finance.lines import Line, line_of_movement
from knowledge.finance.month import Month
from tests.tools.records.files_read_again import csv_rows
from tools.finance_files.texts import journal_csv, lines_csv
from tools.finance_files.workbook import month_workbook

NOVEMBER = Month(2026, 11)
DANGEROUS = ("=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1")


def line(reference: str, minor: int = 1_005, currency: str = "EUR", *, returned: bool = False) -> Line:
    at = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    moved = Movement(
        "k", 1, "refund", returned, minor, currency, "c", "ch", reference, at, Proofs("stripe", None, None)
    )
    return line_of_movement(moved, None)


@pytest.mark.parametrize("reference", DANGEROUS)
def test_no_cell_begins_as_a_formula_in_any_file(reference: str) -> None:
    for row in csv_rows(lines_csv(NOVEMBER, [line(reference)])) + csv_rows(
        journal_csv(NOVEMBER, [line(reference)], {"refunds": "=1"})
    ):
        assert row["reference"] == f"'{reference}"
        assert all(cell[:1] not in "=+@\t" or not cell for cell in row.values())
    book = openpyxl.load_workbook(io.BytesIO(month_workbook(NOVEMBER, [line(reference)], {})))
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_amounts_in_the_workbook_are_numbers_with_the_decimals_of_their_currency() -> None:
    lines = [line("a", 1_005), line("b", 1_005, "JPY"), line("c", 1_005, "BHD"), line("d", 7, returned=True)]
    sheet = openpyxl.load_workbook(io.BytesIO(month_workbook(NOVEMBER, lines, {})))["Lines"]
    told = [(sheet.cell(row, 8).value, sheet.cell(row, 8).number_format) for row in range(2, 6)]
    assert told == [(10.05, "#,##0.00"), (1005, "#,##0"), (1.005, "#,##0.000"), (-0.07, "#,##0.00")]


def test_an_amount_a_spreadsheet_cannot_hold_is_refused_and_csv_keeps_it() -> None:
    large = line("a", 1_234_567_890_123_457)
    with pytest.raises(ValueError, match="has more digits than a spreadsheet keeps"):
        month_workbook(NOVEMBER, [large], {})
    assert csv_rows(lines_csv(NOVEMBER, [large]))[0]["amount"] == "12345678901234.57"


def test_the_merchants_own_account_numbers_stand_in_the_journal() -> None:
    debit, credit = csv_rows(journal_csv(NOVEMBER, [line("a")], {"refunds": "SKR-3740"}))
    assert (debit["account"], debit["debit"], debit["credit"]) == ("SKR-3740", "10.05", "")
    assert (credit["account"], credit["debit"], credit["credit"]) == ("1200", "", "10.05")
    assert debit["entry"] == credit["entry"] == "1"
