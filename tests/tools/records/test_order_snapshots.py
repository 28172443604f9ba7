"""Snapshots on a real PostgreSQL: frozen, sealed, all or none, and gone with their case."""

import psycopg
import pytest

from tests.tools.records.cases_for_tests import FILES, case, euro
from tests.tools.records.erasing import erase
from tests.tools.records.snapshots_for_tests import lamp_snapshot
from tools.records.cases import CaseRecords
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.order_snapshots import OrderSnapshots, SnapshotConflict
from tools.records.records import Records


@pytest.fixture
def snapshots(records: Records) -> OrderSnapshots:
    return OrderSnapshots(records)


async def test_a_snapshot_is_kept_once_and_found_by_its_payment_and_buyer(
    snapshots: OrderSnapshots, merchant: str
) -> None:
    one, two = lamp_snapshot(merchant, "s-1"), lamp_snapshot(merchant, "s-2")
    assert await snapshots.keep(merchant, [one, two]) == (2, 0, ())
    assert await snapshots.keep(merchant, [one, two]) == (0, 2, ())
    assert await snapshots.by_payment(merchant, "ch_s_1") == one
    assert await snapshots.by_payment("another-shop", "ch_s_1") is None
    assert sorted(each.order.id for each in await snapshots.of_buyer(merchant, one.buyer.id)) == ["O-s-1", "O-s-2"]


async def test_a_frozen_order_does_not_change_and_all_go_in_or_none(snapshots: OrderSnapshots, merchant: str) -> None:
    one, other = lamp_snapshot(merchant, "s-1"), lamp_snapshot(merchant, "s-3")
    await snapshots.keep(merchant, [one])
    changed = lamp_snapshot(merchant, "s-1", discount=euro(100))
    same_payment = lamp_snapshot(merchant, "s-1", id="O-twin")
    with pytest.raises(SnapshotConflict, match="frozen at purchase") as refused:
        await snapshots.keep(merchant, [other, changed])
    assert [place for place, _ in refused.value.found] == [1]
    assert await snapshots.by_payment(merchant, "ch_s_3") is None
    kept = await snapshots.keep(merchant, [other, changed, same_payment, lamp_snapshot("else", "s-4")], partial=True)
    assert (kept.new, [place for place, _ in kept.refused]) == (1, [1, 2, 3])
    assert await snapshots.by_payment(merchant, "ch_s_1") == one


async def test_names_are_sealed_and_an_erased_case_takes_its_snapshot_and_pieces_along(
    snapshots: OrderSnapshots, records: Records, merchant: str, superuser: psycopg.Connection
) -> None:
    bundle = case(merchant, "C-9")
    snapshot = lamp_snapshot(merchant, "s-9", payment=bundle.order.payment)
    await snapshots.keep(merchant, [snapshot])
    row = superuser.execute("select s::text from amends.order_snapshot s where merchant = %s", (merchant,)).fetchone()
    assert row is not None
    assert snapshot.buyer.name not in row[0]
    await CaseRecords(records).open_case(bundle, FILES)
    await erase(records, merchant, "C-9")
    assert await snapshots.by_payment(merchant, bundle.order.payment.processor_reference) is None


async def test_pieces_are_kept_by_source_the_last_one_counts(records: Records, merchant: str) -> None:
    gatherings, place = Gatherings(records), (merchant, "stripe", "dp_1")
    await gatherings.note(*place, GatheringState.WAITING, "the order is not known")
    await gatherings.keep_piece(*place, "shop", b"first")
    await gatherings.keep_piece(*place, "shop", b"second")
    await gatherings.keep_piece(*place, "helpdesk", b"words")
    assert await gatherings.pieces(*place) == {"shop": b"second", "helpdesk": b"words"}
    [standing] = await gatherings.standings(merchant)
    assert (standing.state, standing.why) == (GatheringState.WAITING, "the order is not known")
    await gatherings.note(*place, GatheringState.OPENED, case_id="dp_1")
    [standing] = await gatherings.standings(merchant)
    assert (standing.state, standing.why, standing.case_id) == (GatheringState.OPENED, "", "dp_1")
