"""A refused bundle leaves the records of a running installation as they were."""

from pathlib import Path

from psycopg import sql

from tests.tools.bundles.lamp_bundle import NOW
from tests.tools.bundles.malformed import MALFORMED
from tests.workflows.house import House, lost
from tools.bundles import BundleRefused, examine_bundles


async def rows(house: House) -> dict[str, int]:
    """How many rows the tests' merchant has in each table."""
    async with house.installation.records.merchant("lumen") as scope:
        names = await (
            await scope.execute(
                "select relname from pg_class where relnamespace = 'amends'::regnamespace and relkind = 'r'"
            )
        ).fetchall()
        counts: dict[str, int] = {}
        for (name,) in names:
            if (
                await (await scope.execute("select has_table_privilege(%s, 'select')", (f"amends.{name}",))).fetchone()
            ) != (True,):
                continue
            query = sql.SQL("select count(*) from amends.{}").format(sql.Identifier(name))
            row = await (await scope.execute(query)).fetchone()
            assert row is not None
            counts[name] = row[0]
        return counts


async def test_no_malformed_bundle_changes_a_row(house: House, tmp_path: Path) -> None:
    assert len(MALFORMED) >= 25
    bundle, files = lost("refusals-1")
    await house.open(bundle, files)  # no worker runs, so nothing moves beside us
    before = await rows(house)
    assert before["dispute_case"] >= 1
    for place, malformed in enumerate(MALFORMED):
        folder = tmp_path / str(place)
        folder.mkdir()
        path = malformed.build(folder)
        read = list(examine_bundles(path, now=NOW))
        refused = [each for each in read if isinstance(each, BundleRefused)]
        # A file of lines may hold good ones beside the bad; every other malformed bundle is refused whole.
        assert refused if path.suffix == ".jsonl" else len(refused) == len(read) == 1, malformed.name
    assert await rows(house) == before
