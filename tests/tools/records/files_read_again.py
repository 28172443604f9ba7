"""Files of a month opened again as anybody would, their numbers as whole minor units."""

import csv
import io
from collections import Counter, defaultdict
from decimal import Decimal

import openpyxl

_DECIMALS = {"JPY": 0, "XPF": 0, "BHD": 3}
Sums = dict[str, Counter[str]]
"""By currency: figure or account, and its amount."""
_NET_AT_PROCESSOR = "processor"


def minor(amount: str | float, currency: str) -> int:
    """A cell's amount in minor units; an amount with more decimals than its currency is an error."""
    exact = Decimal(str(amount)).scaleb(_DECIMALS.get(currency, 2))
    assert exact == int(exact), f"{amount} {currency}"
    return int(exact)


def csv_rows(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def sheet_rows(content: bytes, name: str) -> list[dict[str, str | float]]:
    """The rows of a sheet; empty cells are left out."""
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)[name]
    head, *rows = sheet.iter_rows(values_only=True)
    return [
        {str(title): cell for title, cell in zip(head, row, strict=True) if isinstance(cell, str | int | float)}
        for row in rows
    ]


def totals(rows: list[dict[str, str]] | list[dict[str, str | float]]) -> Sums:
    """A file of totals, zeros and counts of lines left out."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        currency, figure = str(row["currency"]), str(row["figure"])
        amount, count = row.get("amount", ""), row.get("count", "")
        value = minor(amount, currency) if amount != "" else int(count)
        if value and figure not in ("lines", "corrections"):
            sums[currency][figure] = value
    return dict(sums)


def balances(rows: list[dict[str, str]] | list[dict[str, str | float]]) -> Sums:
    """Debit less credit of each account of a journal."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        currency = str(row["currency"])
        debit, credit = row.get("debit", ""), row.get("credit", "")
        sums[currency][str(row["account_name"])] += minor(debit or 0, currency) - minor(credit or 0, currency)
    return dict(sums)
