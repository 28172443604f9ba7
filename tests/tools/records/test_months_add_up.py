"""Five hundred generated cases over two months that are closed and a third: every total, recomputed, in every file."""

import time
from collections import Counter
from collections.abc import Sequence

import psycopg

from knowledge.finance.lines import Line
from knowledge.finance.month import Month
from knowledge.rules.policy import HOUSE_POLICY
from tests.tools.records import files_read_again as read_again
from tests.tools.records.generated_shop import APRIL, MAY, Shop
from tests.tools.records.recomputed_months import Totals, recomputed
from tools.finance_files.exports import FinanceExports
from tools.records.audit import AuditTrail
from tools.records.month_close import Books
from tools.records.records import Records


async def proved_months(
    shop: Shop, records: Records, cases: int, took: dict[str, float] | None = None
) -> dict[str, int]:
    """Close two months with news coming in between, then compare every total; the number of lines of each month.

    `took` is given the seconds each closing took.
    """
    books = Books(records, HOUSE_POLICY)
    stood: dict[Month, Sequence[Line]] = {}
    for phase, ends in ((1, APRIL), (2, MAY)):
        await shop.insert(phase)
        month = Month.of(ends).before
        began = time.monotonic()
        await books.close(shop.merchant, month, by="a_clerk", now=ends)
        if took is not None:
            took[f"close {month}"] = time.monotonic() - began
        stood[month] = (await books.month(shop.merchant, month)).lines
    await shop.insert(3)
    exact = recomputed(shop.told)
    exports = FinanceExports(records, HOUSE_POLICY)
    counts: dict[str, int] = {}
    for text in ("2026-03", "2026-04", "2026-05"):
        month = Month.parse(text)
        kept = await books.month(shop.merchant, month)
        assert kept.intact
        if month in stood:
            assert kept.lines == stood[month], f"{month} was closed and has changed"
        counts[text] = len(kept.lines)
        await _same_in_every_file(exports, shop.merchant, month, exact)
    assert sum(counts.values()) > cases
    return counts


async def _same_in_every_file(exports: FinanceExports, merchant: str, month: Month, exact: Totals) -> None:
    wanted = {
        currency: Counter({name: value for name, value in sums.items() if name != "processor"})
        for currency, sums in exact[str(month)].items()
    }
    files = {
        kind: (await exports.make(merchant, month, kind, by="a_clerk")).content
        for kind in ("totals", "lines", "journal", "workbook")
    }
    assert read_again.totals(read_again.csv_rows(files["totals"])) == wanted
    assert read_again.totals(read_again.sheet_rows(files["workbook"], "Totals")) == wanted
    for rows in (read_again.csv_rows(files["lines"]), read_again.sheet_rows(files["workbook"], "Lines")):
        for currency, sums in wanted.items():
            added: Counter[str] = Counter()
            for row in rows:
                if row["currency"] == currency:
                    added[str(row["kind"])] += read_again.minor(row["amount"], currency)
            assert added["refund"] == sums["refunds"]
            assert added["disputed"] == sums["disputed"]
            assert added["lost"] == sums["lost"]
            assert added["costs"] == sums["costs"]
            came_back = added["recovered"] + added["came_converted"] + added["surplus"]
            assert came_back == sums["recovered"] - sums["reversed"]
    for rows in (read_again.csv_rows(files["journal"]), read_again.sheet_rows(files["workbook"], "Journal")):
        for currency, accounts in read_again.balances(rows).items():
            assert sum(accounts.values()) == 0, f"the journal of {month} does not balance in {currency}"
            told = exact[str(month)][currency]
            assert accounts["processor_balance"] == told["processor"]
            assert accounts["refunds"] == told["refunds"] + told["credits"]
            assert accounts["dispute_costs"] == told["costs"]


async def test_every_total_of_generated_months_agrees_to_the_minor_unit_in_every_file(
    records: Records, superuser: psycopg.Connection, merchant: str
) -> None:
    shop = Shop(records, superuser, merchant, cases=500)
    counts = await proved_months(shop, records, 500)
    assert all(counts.values()), "each month has lines, the open one too"
    assert {one.currency for one in shop.told.opened} == {"EUR", "USD", "GBP", "JPY", "BHD", "XPF"}
    assert any(one.number == 2 and one.phase == 2 for one in shop.told.ended), "a reversal of a closed month"
    audit = await AuditTrail(records).entries(merchant)
    assert [entry.action for entry in audit if entry.action.startswith("export.lines")] == [
        f"export.lines.2026-0{number}" for number in (3, 4, 5)
    ]
    assert (await AuditTrail(records).verify(merchant)).intact
