"""`amends import orders`, as a person types it."""

from pathlib import Path

from tests.console.cli.commands import amends, done, refused
from tests.tools.order_files.order_rows import ROW, written
from tests.workflows.house import House
from tools.records.order_snapshots import OrderSnapshots


async def test_all_go_in_or_none_and_the_same_file_again_changes_nothing(house: House, tmp_path: Path) -> None:
    good = [{**ROW, "order_id": f"im-{n}", "payment_reference": f"ch_im_{n}"} for n in (1, 2)]
    bad = {**ROW, "order_id": "im-3", "payment_reference": "ch_im_3", "quantity": "two"}
    snapshots = OrderSnapshots(house.installation.records)
    told = await refused(house, "import", "orders", str(written(tmp_path / "bad.csv", [*good, bad])))
    assert "4 quantity two is no whole number write digits" in told
    assert await snapshots.by_payment("lumen", "ch_im_1") is None

    path = str(written(tmp_path / "good.csv", good))
    assert "2 orders taken in, 0 known already" in await done(house, "import", "orders", path)
    assert "0 orders taken in, 2 known already" in await done(house, "import", "orders", path)
    held = await snapshots.by_payment("lumen", "ch_im_2")
    assert held is not None
    assert held.order.id == "im-2"


async def test_a_frozen_order_is_refused_and_the_others_taken_with_partial(house: House, tmp_path: Path) -> None:
    first = {**ROW, "order_id": "ip-1", "payment_reference": "ch_ip_1"}
    await done(house, "import", "orders", str(written(tmp_path / "first.csv", [first])))
    changed = {**first, "title": "Another lamp"}
    fresh = {**ROW, "order_id": "ip-2", "payment_reference": "ch_ip_2"}
    path = str(written(tmp_path / "second.csv", [changed, fresh]))
    assert "frozen at purchase" in await refused(house, "import", "orders", path)
    taken = await amends(house, "import", "orders", path, "--partial")
    assert "1 orders taken in, 0 known already" in taken.output
    assert "already held with other content" in " ".join(taken.output.split())


async def test_another_merchants_orders_are_not_taken(house: House, tmp_path: Path) -> None:
    other = {**ROW, "merchant_id": "somebody", "order_id": "io-1", "payment_reference": "ch_io_1"}
    told = await refused(house, "import", "orders", str(written(tmp_path / "other.csv", [other])))
    assert "merchant.id is somebody write lumen" in told
