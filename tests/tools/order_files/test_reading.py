"""Files of orders: what comes out of good ones, and that every bad row is named by line, field and mend."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.case import ShownPolicy
from knowledge.money import Money
from tests.tools.order_files.order_rows import ROW, written
from tools.order_files import read_orders

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_rows_of_one_order_make_one_snapshot(tmp_path: Path) -> None:
    second = {"order_id": "1001", "currency": "EUR", "sku": "bulb", "title": "Bulb", "unit_price": "3.00"}
    dearer = {**ROW, "total": "48.00", "captured": "48.00"}
    other = {**ROW, "order_id": "1002", "payment_reference": "ch_1002"}
    read = read_orders(written(tmp_path / "orders.csv", [dearer, other, second]), now=NOW)
    assert read.refused == ()
    (line, order), (other_line, other_order) = read.orders
    assert (line, other_line, other_order.order.id) == (2, 3, "1002")
    assert [(one.sku, one.quantity) for one in order.order.lines] == [("lamp-1", 2), ("bulb", 1)]
    assert (order.order.total, order.order.tax) == (Money(minor=4800, currency="EUR"), Money.zero("EUR"))
    assert order.order.ship_to.lines == ("Rua Um 1",)
    assert order.order.device is not None
    assert order.order.device.ip == "203.0.113.9"
    assert order.order.policies == (
        ShownPolicy(
            kind="returns", text="Within 30 days.", shown_at=datetime(2026, 5, 1, 8, 58, tzinfo=UTC), accepted=True
        ),
    )
    assert [(one.carrier, one.tracking_number) for one in order.shipments] == [
        ("dhl_universal", "00340434161094042557")
    ]


def test_json_lines_say_the_same_as_csv(tmp_path: Path) -> None:
    (_, order), *_ = read_orders(written(tmp_path / "orders.csv", [ROW]), now=NOW).orders
    lines = tmp_path / "orders.jsonl"
    lines.write_text(f"\n{order.model_dump_json(exclude_none=True)}\n", encoding="utf-8")
    assert read_orders(lines, now=NOW).orders == ((2, order),)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"total": "46.00"}, "total", "make 45.00 EUR, not 46.00 EUR"),
        ({"unit_price": "20.005"}, "unit_price", ""),
        ({"quantity": "two"}, "quantity", "no whole number"),
        ({"digital": "no"}, "digital", "neither true nor false"),
        ({"placed_at": "2026-05-01"}, "placed_at", "not a time in full"),
        ({"ship_country": "UK"}, "ship_country", "is not a country code"),
        ({"ship_city": ""}, "ship_city", "missing"),
        ({"last4": "4111111111111111"}, "last4", "wrong form"),
        ({"ip": "300.1.1.1"}, "ip", "is not an IP address"),
        ({"title": "Paid with 4111 1111 1111 1111"}, "(whole order)", "full card number"),
        ({"captured": "90.00"}, "captured", "was captured for an order"),
        ({"order_id": ""}, "order_id", "empty"),
    ],
)
def test_a_bad_row_is_refused_by_line_field_and_mend(
    tmp_path: Path, changed: dict[str, str], field: str, words: str
) -> None:
    good = {**ROW, "order_id": "1002", "payment_reference": "ch_1002"}
    read = read_orders(written(tmp_path / "orders.csv", [good, {**ROW, **changed}]), now=NOW)
    assert [order.order.id for _, order in read.orders] == ["1002"]
    refused = read.refused[0]
    assert (refused.line, refused.field) == (3, field)
    assert words in refused.problem
    assert refused.mend


def test_rows_of_an_order_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    other = {**ROW, "sku": "bulb", "ship_city": "Lisboa"}
    read = read_orders(written(tmp_path / "orders.csv", [ROW, other]), now=NOW)
    assert read.orders == ()
    [refused] = read.refused
    assert (refused.line, refused.field) == (3, "ship_city")


@pytest.mark.parametrize(
    ("content", "field", "problem"),
    [
        (b"order_id,colour\n1,red\n", "colour", "there is no such column"),
        (b"order_id\n1\n", "currency", "the column is missing"),
        (b"\xff\xfe\x00", "(whole file)", "is not UTF-8"),
        (b"", "currency", "the column is missing"),
        (b'order_id,currency,sku,title,unit_price,payment_reference\n1,"EUR\n', "(whole file)", "is no CSV"),
        (
            b"order_id,currency,sku,title,unit_price,payment_reference\n1,EUR\n",
            "(whole row)",
            "another number of cells",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, field: str, problem: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    read = read_orders(path, now=NOW)
    assert read.orders == ()
    assert any(one.field == field and problem in one.problem for one in read.refused)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{", "(whole line)"),
        ("[]", "(whole line)"),
        ('{"format": "amends.case/1"}', "/format"),
        ('{"format": "amends.order/1", "colour": 1}', "/colour"),
    ],
)
def test_a_bad_line_of_json_is_refused_by_its_number(tmp_path: Path, line: str, field: str) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    read = read_orders(path, now=NOW)
    assert read.orders == ()
    assert (2, field) in {(one.line, one.field) for one in read.refused}
