import asyncio

import psycopg
import pytest
from psycopg import errors

from tools.records.audit import AuditTrail, append
from tools.records.records import Records


@pytest.fixture
def trail(records: Records) -> AuditTrail:
    return AuditTrail(records)


async def test_an_empty_chain_is_intact(trail: AuditTrail, merchant: str) -> None:
    verdict = await trail.verify(merchant)
    assert (verdict.entries, verdict.intact, verdict.broken_at, verdict.head) == (0, True, None, "0" * 64)


async def test_each_entry_names_the_one_before_whatever_is_written_in_it(trail: AuditTrail, merchant: str) -> None:
    strange = 'quote " backslash \\ tab \t line \n bell \x07 delete \x7f é 商店 \u2028 😀 </script>'
    await trail.record(merchant, actor="mia", action="viewed", case_id="C-1", digest="ab" * 32)
    await trail.record(merchant, actor=strange, action="viewed")
    first, second = await trail.entries(merchant)
    assert (first.seq, first.prev, first.case_id, first.digest) == (1, "0" * 64, "C-1", "ab" * 32)
    assert (second.seq, second.prev, second.actor) == (2, first.hash, strange)
    verdict = await trail.verify(merchant)
    assert (verdict.entries, verdict.intact, verdict.head) == (2, True, second.hash)


async def test_entries_of_one_case_are_found(trail: AuditTrail, merchant: str) -> None:
    for case_id in ("C-1", "C-2", "C-1"):
        await trail.record(merchant, actor="mia", action="viewed", case_id=case_id)
    assert [entry.seq for entry in await trail.entries(merchant, case_id="C-1")] == [1, 3]


async def test_entries_written_at_once_stand_one_after_the_other(trail: AuditTrail, merchant: str) -> None:
    await asyncio.gather(*(trail.record(merchant, actor="mia", action=f"view-{one}") for one in range(30)))
    verdict = await trail.verify(merchant)
    assert (verdict.entries, verdict.intact) == (30, True)


async def test_an_entry_goes_with_the_transaction_it_is_about(
    records: Records, trail: AuditTrail, merchant: str
) -> None:
    async with records.merchant(merchant) as scope, scope.transaction(force_rollback=True):
        await append(scope, actor="mia", action="paid")
    assert await trail.entries(merchant) == []


async def test_chains_longer_than_one_batch_are_verified_whole(
    records: Records, trail: AuditTrail, merchant: str, superuser: psycopg.Connection
) -> None:
    async with records.merchant(merchant) as scope:
        await scope.execute(
            "select count(*) from generate_series(1, 2500) n, amends.append_audit('mia', 'viewed', '', n::text)"
        )
    assert (await trail.verify(merchant)).entries == 2500
    superuser.execute(
        "update amends.audit_entry set digest = 'changed' where merchant = %s and seq = 2100", (merchant,)
    )
    verdict = await trail.verify(merchant)
    assert (verdict.entries, verdict.intact, verdict.broken_at) == (2099, False, 2100)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("update amends.audit_entry set digest = 'x' where merchant = %s and seq = 3", 3),
        ("update amends.audit_entry set actor = 'nobody' where merchant = %s and seq = 1", 1),
        ("update amends.audit_entry set at = at + interval '1 microsecond' where merchant = %s and seq = 2", 2),
        ("update amends.audit_entry set hash = repeat('a', 64) where merchant = %s and seq = 4", 4),
        ("delete from amends.audit_entry where merchant = %s and seq = 2", 2),
        ("delete from amends.audit_entry where merchant = %s and seq = 1", 1),
        ("delete from amends.audit_entry where merchant = %s and seq = 5", 5),
        ("delete from amends.audit_entry where merchant = %s", 1),
        ("update amends.audit_head set hash = repeat('a', 64) where merchant = %s", 6),
        ("delete from amends.audit_head where merchant = %s", 1),
    ],
)
async def test_tampering_by_the_owner_is_found_where_it_happened(
    trail: AuditTrail, merchant: str, superuser: psycopg.Connection, tampering: str, broken_at: int
) -> None:
    for one in range(5):
        await trail.record(merchant, actor="mia", action=f"view-{one}")
    superuser.execute(tampering.encode(), (merchant,))
    verdict = await trail.verify(merchant)
    assert (verdict.intact, verdict.broken_at) == (False, broken_at)


async def test_the_application_cannot_write_beside_the_chain(records: Records, merchant: str) -> None:
    async with records.merchant(merchant) as scope:
        with pytest.raises(errors.InsufficientPrivilege):
            await scope.execute(
                "insert into amends.audit_entry values (%s, 1, now(), 'a', 'b', '', '', '', '')", (merchant,)
            )


async def test_nothing_is_chained_without_a_merchants_pass(records: Records, merchant: str) -> None:
    async with records.merchant(merchant) as scope:
        await scope.execute("select set_config('amends.merchant', 'tenant-theirs', true)")
        with pytest.raises(psycopg.DatabaseError, match="no merchant is set"):
            await append(scope, actor="mia", action="viewed")
