"""Reading a file of orders: whole orders in the order of the file, and every row that cannot be taken."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from knowledge.order_snapshot import OrderSnapshot, check_snapshot
from knowledge.rules.bundle_check import Refusal
from tools.bundles.document import parse_document
from tools.bundles.limits import DOCUMENT_BYTES
from tools.bundles.refused import BundleRefused
from tools.bundles.shape import fitted
from tools.files.card_numbers import find_card_numbers
from tools.order_files.csv_columns import COLUMNS, NEEDED, column_of, document_of

FORMAT = "amends.order/1"


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be taken: the line of the file (from 1), the field or column, what is wrong and what to do."""

    line: int
    field: str
    problem: str
    mend: str


@dataclass(frozen=True)
class OrdersRead:
    """What a file holds. An order with any refused row is not among the orders."""

    orders: tuple[tuple[int, OrderSnapshot], ...]
    """Each with the line it begins on."""
    refused: tuple[RefusedRow, ...]


def read_orders(path: Path, *, now: datetime) -> OrdersRead:
    """Read `.jsonl` (a snapshot a line) or `.csv` (a line of an order a row). `now` is aware UTC.

    A file that cannot be read at all is one refused row on line 1.
    """
    orders: list[tuple[int, OrderSnapshot]] = []
    refused: list[RefusedRow] = []
    try:
        for line, found in _csv(path, now) if path.suffix == ".csv" else _lines(path, now):
            if isinstance(found, OrderSnapshot):
                orders.append((line, found))
            else:
                refused.append(found)
    except UnicodeDecodeError:
        refused.append(RefusedRow(1, "(whole file)", "is not UTF-8", "save it as UTF-8"))
    return OrdersRead(tuple(orders), tuple(refused))


def snapshot_of(document: bytes, *, now: datetime, where: str = "the request") -> OrderSnapshot:
    """One `amends.order/1` as it came, over HTTP for example. Raises BundleRefused with everything wrong in it."""
    return _checked(parse_document(document, where), where, now)


_Found = Iterator[tuple[int, OrderSnapshot | RefusedRow]]


def _lines(path: Path, now: datetime) -> _Found:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(DOCUMENT_BYTES + 2):
            number += 1
            if raw.strip():
                where = f"line {number}"
                try:
                    found = _checked(parse_document(raw.rstrip(b"\r\n"), where), where, now)
                except BundleRefused as refused:
                    for each in refused.refusals:
                        yield number, RefusedRow(number, each.pointer or "(whole line)", each.problem, each.mend)
                else:
                    yield number, found
            if len(raw) > DOCUMENT_BYTES and not raw.endswith(b"\n"):
                # What follows is the rest of an oversized line and no order of its own.
                while (rest := file.readline(DOCUMENT_BYTES)) and not rest.endswith(b"\n"):
                    pass


def _csv(path: Path, now: datetime) -> _Found:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        columns = set(rows.fieldnames or ())
        for name in sorted(columns - COLUMNS):
            yield 1, RefusedRow(1, name, "there is no such column", f"choose of {', '.join(sorted(COLUMNS))}")
        for name in sorted(NEEDED - columns):
            yield 1, RefusedRow(1, name, "the column is missing", "add it")
        if columns - COLUMNS or NEEDED - columns:
            return
        found: dict[str, list[tuple[int, dict[str, str]]]] = {}
        try:
            for row in rows:
                line = rows.line_num
                if None in row or None in row.values():
                    mend = "quote cells that hold commas or line breaks"
                    yield line, RefusedRow(line, "(whole row)", "has another number of cells than the header", mend)
                    continue
                cells = {name: cell.strip() for name, cell in row.items()}
                if not cells["order_id"]:
                    yield line, RefusedRow(line, "order_id", "the cell is empty", "write the order's id")
                    continue
                found.setdefault(cells["order_id"], []).append((line, cells))
        except csv.Error as error:
            line = rows.line_num
            yield (
                line,
                RefusedRow(line, "(whole file)", f"is no CSV: {error}", "quote cells and double the quotes in them"),
            )
            return
    for order in found.values():
        yield from _of_rows(order, now)


def _of_rows(order: Sequence[tuple[int, dict[str, str]]], now: datetime) -> _Found:
    lines = [line for line, _ in order]
    document, wrong = document_of([cells for _, cells in order])
    found: OrderSnapshot | None = None
    if not wrong:
        try:
            found = _checked(document, f"line {lines[0]}", now)
        except BundleRefused as refused:
            for each in refused.refusals:
                column, place = column_of(each.pointer, len(order))
                wrong.append((place, each.model_copy(update={"pointer": column})))
    for place, each in wrong:
        yield lines[place], RefusedRow(lines[place], each.pointer or "(whole order)", each.problem, each.mend)
    if found is not None:
        yield lines[0], found


def _checked(document: dict[str, Any], where: str, now: datetime) -> OrderSnapshot:
    snapshot = fitted(document, OrderSnapshot, FORMAT, where)
    refusals = check_snapshot(snapshot, now)
    if find_card_numbers(snapshot.access_log or "") or any(
        find_card_numbers(f"{line.title} {line.description}") for line in snapshot.order.lines
    ):
        mend = "keep the last four digits only"
        refusals.append(Refusal(pointer="", problem="a text holds a full card number", mend=mend))
    if refusals:
        raise BundleRefused(where, refusals)
    return snapshot
