import asyncio

import psycopg
import pytest

from tests.tools.records.cases_for_tests import euro
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET
from tools.records.audit import AuditTrail
from tools.records.ledger import Entry, EntryKind, EntryState, Ledger, LedgerRefused, OverCaptured
from tools.records.records import Records, Scope
from tools.records.schema import app_url
from tools.records.tenancy import merchant_pass

CHARGE = "ch_lamp"


@pytest.fixture
async def paid(ledger: Ledger, merchant: str) -> str:
    """A merchant with a payment of 100.00 EUR captured."""
    await ledger.register_payment(merchant, CHARGE, euro(10_000))
    return merchant


async def reserve(ledger: Ledger, merchant: str, minor: int, key: str = "k1", case_id: str = "C-1") -> Entry:
    return await ledger.reserve(merchant, CHARGE, euro(minor), key=key, case_id=case_id, kind=EntryKind.REFUND)


async def test_a_reservation_takes_from_what_is_available_over_all_cases(ledger: Ledger, paid: str) -> None:
    entry = await reserve(ledger, paid, 6_000, "k1", "C-1")
    assert (entry.state, entry.amount, entry.counted, entry.case_id) == (
        EntryState.RESERVED,
        euro(6_000),
        euro(6_000),
        "C-1",
    )
    assert await ledger.available(paid, CHARGE) == euro(4_000)
    with pytest.raises(OverCaptured, match=r"40\.00 EUR is available") as refused:
        await reserve(ledger, paid, 4_001, "k2", "C-2")
    assert refused.value.available == euro(4_000)
    await ledger.reserve(paid, CHARGE, euro(4_000), key="k2", case_id="C-2", kind=EntryKind.CREDIT)
    assert await ledger.available(paid, CHARGE) == euro(0)
    assert [one.key for one in await ledger.entries(paid, CHARGE)] == ["k1", "k2"]


async def test_twenty_reservations_at_once_from_several_processes_never_exceed_the_captured_amount(
    ledger: Ledger, paid: str, owner_url: str
) -> None:
    other = await Records.connect(
        app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=6
    )
    try:
        results = await asyncio.gather(
            *(reserve(one, paid, 1_500, f"k{n}-{one is ledger}") for n in range(10) for one in (ledger, Ledger(other))),
            return_exceptions=True,
        )
    finally:
        await other.close()
    assert sum(isinstance(result, Entry) for result in results) == 6
    assert [result.available for result in results if isinstance(result, OverCaptured)] == [euro(1_000)] * 14
    assert (await ledger.standing(paid, CHARGE)).given == euro(9_000)


async def test_the_same_key_at_once_is_one_reservation(ledger: Ledger, paid: str) -> None:
    entries = await asyncio.gather(*(reserve(ledger, paid, 6_000) for _ in range(8)))
    assert len(set(entries)) == 1
    assert await ledger.available(paid, CHARGE) == euro(4_000)


async def test_a_key_again_returns_its_entry_as_it_stands_even_when_nothing_is_left(ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 10_000)
    await ledger.settle(paid, "k1", EntryState.SUCCEEDED, "re_1")
    again = await reserve(ledger, paid, 10_000)
    assert (again.state, again.reference) == (EntryState.SUCCEEDED, "re_1")


async def test_a_key_for_something_else_is_refused(ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 1_000)
    with pytest.raises(LedgerRefused, match=r"k1 stands for a refund of 10\.00 EUR"):
        await reserve(ledger, paid, 1_001)
    with pytest.raises(LedgerRefused, match="k1"):
        await reserve(ledger, paid, 1_000, case_id="C-2")
    with pytest.raises(LedgerRefused, match="k1"):
        await ledger.reserve(paid, CHARGE, euro(1_000), key="k1", case_id="C-1", kind=EntryKind.CREDIT)
    await ledger.register_payment(paid, "ch_other", euro(10_000))
    with pytest.raises(LedgerRefused, match="k1"):
        await ledger.reserve(paid, "ch_other", euro(1_000), key="k1", case_id="C-1", kind=EntryKind.REFUND)
    assert await ledger.available(paid, CHARGE) == euro(9_000)
    assert await ledger.available(paid, "ch_other") == euro(10_000)


async def test_what_makes_no_sense_is_refused_in_plain_words(ledger: Ledger, paid: str) -> None:
    with pytest.raises(LedgerRefused, match="more than zero"):
        await reserve(ledger, paid, 0)
    with pytest.raises(LedgerRefused, match="more than zero"):
        await reserve(ledger, paid, -5)
    with pytest.raises(LedgerRefused, match="open_chargeback"):
        await ledger.reserve(paid, CHARGE, euro(5), key="k", case_id="C", kind=EntryKind.CHARGEBACK)
    with pytest.raises(LedgerRefused, match="payment is in EUR, the entry in USD"):
        await ledger.reserve(
            paid, CHARGE, euro(5).model_copy(update={"currency": "USD"}), key="k", case_id="C", kind=EntryKind.REFUND
        )
    with pytest.raises(LookupError, match="register it first"):
        await ledger.reserve(paid, "ch_unknown", euro(5), key="k", case_id="C", kind=EntryKind.REFUND)
    with pytest.raises(LookupError, match="no entry k9"):
        await ledger.settle(paid, "k9", EntryState.SUCCEEDED, None)
    assert await ledger.entries(paid, CHARGE) == []


async def test_a_payment_is_registered_once(ledger: Ledger, paid: str) -> None:
    await ledger.register_payment(paid, CHARGE, euro(10_000))
    with pytest.raises(LedgerRefused, match=r"100\.00 EUR captured, not 100\.01 EUR"):
        await ledger.register_payment(paid, CHARGE, euro(10_001))


S = EntryState


@pytest.mark.parametrize(
    ("path", "available"),
    [
        ((S.PENDING,), 4_000),
        ((S.PENDING, S.SUCCEEDED), 4_000),
        ((S.SUCCEEDED,), 4_000),
        ((S.SUCCEEDED, S.REVERSED), 10_000),
        ((S.FAILED,), 10_000),
        ((S.PENDING, S.FAILED), 10_000),
        ((S.RELEASED,), 10_000),
        ((S.FAILED, S.FAILED), 10_000),
        ((S.SUCCEEDED, S.SUCCEEDED), 4_000),
        ((S.SUCCEEDED, S.REVERSED, S.FAILED), 10_000),
    ],
)
async def test_an_entry_holds_its_amount_until_it_failed_was_reversed_or_released(
    ledger: Ledger, paid: str, path: tuple[EntryState, ...], available: int
) -> None:
    await reserve(ledger, paid, 6_000)
    for state in path:
        await ledger.settle(paid, "k1", state, "re_1")
    assert await ledger.available(paid, CHARGE) == euro(available)


@pytest.mark.parametrize(
    "path",
    [
        (S.REVERSED,),
        (S.PENDING, S.RESERVED),
        (S.PENDING, S.RELEASED),
        (S.PENDING, S.REVERSED),
        (S.SUCCEEDED, S.FAILED),
        (S.SUCCEEDED, S.PENDING),
        (S.SUCCEEDED, S.RELEASED),
        (S.FAILED, S.SUCCEEDED),
        (S.FAILED, S.PENDING),
        (S.RELEASED, S.SUCCEEDED),
        (S.RELEASED, S.RESERVED),
        (S.SUCCEEDED, S.REVERSED, S.SUCCEEDED),
    ],
)
async def test_other_moves_are_refused_and_change_nothing(
    ledger: Ledger, paid: str, path: tuple[EntryState, ...]
) -> None:
    await reserve(ledger, paid, 6_000)
    for state in path[:-1]:
        await ledger.settle(paid, "k1", state, None)
    before = await ledger.entries(paid, CHARGE)
    with pytest.raises(LedgerRefused, match=f"cannot go from {before[0].state} to {path[-1]}"):
        await ledger.settle(paid, "k1", path[-1], None)
    assert await ledger.entries(paid, CHARGE) == before


async def test_a_settled_entry_keeps_the_processors_reference_and_failure(ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 6_000)
    await ledger.settle(paid, "k1", S.PENDING, "re_1")
    failed = await ledger.settle(paid, "k1", S.FAILED, None, "account closed")
    assert (failed.reference, failed.failure, failed.counted) == ("re_1", "account closed", euro(0))
    with pytest.raises(LedgerRefused, match="already re_1"):
        await ledger.settle(paid, "k1", S.SUCCEEDED, "re_2")


async def test_a_refund_disputed_in_full_is_counted_once(ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 6_000)
    await ledger.settle(paid, "k1", S.SUCCEEDED, "re_1")
    chargeback = await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(10_000), "C-9")
    assert (chargeback.amount, chargeback.counted, chargeback.state) == (euro(10_000), euro(4_000), S.PENDING)
    standing = await ledger.standing(paid, CHARGE)
    assert (standing.given, standing.contested, standing.available, standing.overdraft) == (
        euro(6_000),
        euro(4_000),
        euro(0),
        euro(0),
    )
    # The refund bounces: what it gave back is contested too now.
    await ledger.settle(paid, "k1", S.REVERSED, None)
    assert (await ledger.standing(paid, CHARGE)).contested == euro(10_000)


async def test_a_dispute_blocks_what_it_contests_and_a_won_one_frees_it(ledger: Ledger, paid: str) -> None:
    await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(7_000), "C-9")
    assert (
        await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(7_000), None) == (await ledger.entries(paid, CHARGE))[0]
    )
    with pytest.raises(LedgerRefused, match=r"dispute:dp_1 stands for a chargeback of 70\.00 EUR"):
        await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(7_001), "C-9")
    with pytest.raises(OverCaptured, match=r"30\.00 EUR is available"):
        await reserve(ledger, paid, 3_001)
    won = await ledger.close_chargeback(paid, "dp_1", "won")
    assert (won.state, won.counted) == (S.REVERSED, euro(0))
    assert await ledger.close_chargeback(paid, "dp_1", "won") == won
    assert await ledger.available(paid, CHARGE) == euro(10_000)


@pytest.mark.parametrize("outcome", ["lost", "accepted"])
async def test_a_lost_or_accepted_dispute_stays_counted(ledger: Ledger, paid: str, outcome: str) -> None:
    await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(7_000), "C-9")
    closed = await ledger.close_chargeback(paid, "dp_1", "lost" if outcome == "lost" else "accepted")
    assert (closed.state, closed.counted) == (S.SUCCEEDED, euro(7_000))
    assert await ledger.available(paid, CHARGE) == euro(3_000)


async def test_two_disputes_share_what_is_left_in_the_order_they_came(ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 5_000)
    await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(4_000), None)
    await ledger.open_chargeback(paid, CHARGE, "dp_2", euro(4_000), None)
    assert [one.counted for one in await ledger.entries(paid, CHARGE)] == [euro(5_000), euro(4_000), euro(1_000)]


INSERT = (
    "insert into amends.ledger_entry (merchant, key, charge, kind, origin, amount_minor, currency, state)"
    " values ((select amends.current_merchant()), {}, 'ch_lamp', {}, {}, {}, {}, {})"
)


@pytest.mark.parametrize(
    "statement",
    [
        INSERT.format("'x'", "'refund'", "'ours'", "10001", "'EUR'", "'reserved'"),
        INSERT.format("'x'", "'refund'", "'ours'", "1", "'USD'", "'reserved'"),
        INSERT.format("'x'", "'refund'", "'ours'", "-1", "'EUR'", "'reserved'"),
        INSERT.format("'x'", "'refund'", "'ours'", "1", "'EUR'", "'succeeded'"),
        INSERT.format("'x'", "'refund'", "'foreign'", "1", "'EUR'", "'reserved'"),
        INSERT.format("'x'", "'chargeback'", "'ours'", "1", "'EUR'", "'reserved'"),
        INSERT.partition("values")[0] + "select amends.current_merchant(), 'x' || n, 'ch_lamp', 'refund', 'ours', 3000,"
        " 'EUR', 'reserved' from generate_series(1, 4) n",
        "update amends.ledger_entry set amount_minor = 1",
        "update amends.ledger_entry set charge = 'ch_other'",
        "update amends.ledger_entry set state = 'reversed'",
        "delete from amends.ledger_entry",
        "update amends.payment set captured_minor = 99999999",
        "update amends.payment set given_minor = 0",
        "insert into amends.payment (merchant, charge, currency, captured_minor, given_minor)"
        " values ((select amends.current_merchant()), 'ch_x', 'EUR', 5, -5)",
    ],
)
async def test_not_even_sql_as_the_application_gets_around_the_ledger(
    records: Records, ledger: Ledger, paid: str, statement: str
) -> None:
    await reserve(ledger, paid, 1_000)
    async with records.merchant(paid) as scope:
        with pytest.raises(psycopg.DatabaseError) as refused:
            await _alone(scope, statement)
    assert refused.value.sqlstate in ("AM001", "AM002", "23514", "42501")
    assert await ledger.available(paid, CHARGE) == euro(9_000)


async def _alone(scope: Scope, statement: str) -> None:
    async with scope.transaction():
        await scope.execute(statement.encode())


async def test_an_old_snapshot_cannot_be_used_to_overdraw(ledger: Ledger, paid: str, owner_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(app_url(owner_url, APP_PASSWORD)) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.execute(
            "select set_config('amends.merchant', %s, true), set_config('amends.pass', %s, true)",
            (paid, merchant_pass(TENANCY_SECRET, paid)),
        )
        await connection.execute("select given_minor from amends.payment")  # the picture is taken here
        await reserve(ledger, paid, 6_000)
        with pytest.raises(psycopg.errors.SerializationFailure):
            await connection.execute(INSERT.format("'x'", "'refund'", "'ours'", "6000", "'EUR'", "'reserved'").encode())
        await connection.rollback()
    assert await ledger.available(paid, CHARGE) == euro(4_000)


async def test_every_change_is_in_the_audit_chain(records: Records, ledger: Ledger, paid: str) -> None:
    await reserve(ledger, paid, 6_000)
    await reserve(ledger, paid, 6_000)
    await ledger.settle(paid, "k1", S.SUCCEEDED, "re_1")
    await ledger.open_chargeback(paid, CHARGE, "dp_1", euro(10_000), "C-9")
    with pytest.raises(OverCaptured):
        await reserve(ledger, paid, 6_000, "k2")
    trail = AuditTrail(records)
    assert [(entry.action, entry.case_id) for entry in await trail.entries(paid)] == [
        ("payment.registered", ""),
        ("ledger.reserved", "C-1"),
        ("ledger.succeeded", "C-1"),
        ("ledger.pending", "C-9"),
    ]
    assert (await trail.verify(paid)).intact
