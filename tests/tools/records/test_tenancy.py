"""SQL as the application's role, tried in every way that could show or touch another merchant's rows."""

import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import psycopg
import pytest
from psycopg import errors

from knowledge.override import Override, WrongPlace
from tests.knowledge.outcomes.ended import ended
from tests.tools.intake.examples import stripe_event
from tests.tools.records.cases_for_tests import FILES, case, euro
from tests.tools.records.conftest import TENANCY_SECRET
from tests.tools.records.snapshots_for_tests import lamp_snapshot
from tools.intake import stripe
from tools.records.cases import CaseRecords
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.inbox import WebhookInbox
from tools.records.ledger import EntryKind, Ledger
from tools.records.order_snapshots import OrderSnapshots
from tools.records.outcomes import OutcomeRecords
from tools.records.overrides import Overrides
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.records import Records, Scope
from tools.records.second_looks import SecondLooks
from tools.records.tenancy import merchant_pass

OURS, THEIRS = "tenant-ours", "tenant-theirs"
BECOME_THEIRS = f"select set_config('amends.merchant', '{THEIRS}', true)"


@pytest.fixture(scope="module")
async def tables(records: Records) -> list[str]:
    """Both merchants have a case with everything in it, theirs two more; returns the names of all tables."""
    cases, ledger = CaseRecords(records), Ledger(records)
    for merchant, case_id in ((OURS, "C-1"), (THEIRS, "C-1"), (THEIRS, "C-secret"), (THEIRS, "C-other")):
        await cases.open_case(case(merchant, case_id), FILES)
        await cases.record_event(merchant, case_id, "mia", "viewed", "looked at it")
        await cases.save_outcome(merchant, case_id, "paid", euro(100))
        await cases.save_artifact(merchant, case_id, "letter", "letter.json", b"{}")
        await OutcomeRecords(records).close(merchant, ended(1, case_id=case_id, dispute_id=f"dp_{case_id}"))
        await ledger.reserve(merchant, "ch_lamp", euro(500), key=case_id, case_id=case_id, kind=EntryKind.REFUND)
        raw = stripe_event("charge.dispute.created", {"id": f"dp_{case_id}", "charge": "ch_lamp"}, f"evt_{case_id}")
        await WebhookInbox(records).store(merchant, "acct_1", stripe.parse(raw)[0], raw)
        lamp, place = lamp_snapshot(merchant, case_id), (merchant, "stripe", f"dp_{case_id}")
        await OrderSnapshots(records).keep(merchant, [lamp])
        await Gatherings(records).note(*place, GatheringState.GATHERING)
        await Gatherings(records).keep_piece(*place, "shop", b"{}")
        reviews, wrong = PersonReviews(records), Override(place=WrongPlace.SUSPECTED_FRAUD)
        await reviews.keep(
            merchant, case_id, "r-1", account="a_1", decision_id="d1-aa", action="deny", amount=None,
            state=ReviewState.TAKEN, spent=timedelta(seconds=1), content=b"{}",
        )  # fmt: skip
        await Overrides(records).keep(merchant, case_id, "r-1", wrong, [], actor="a_1")
        await SecondLooks(records).offer(merchant, case_id, "r-1")
    async with records.merchant(OURS) as scope:
        cursor = await scope.execute("select tablename from pg_tables where schemaname = 'amends' order by 1")
        return [str(row[0]) async for row in cursor]


@pytest.fixture
async def scope(records: Records, tables: list[str]) -> AsyncIterator[Scope]:
    """A transaction of our merchant that is rolled back."""
    assert tables
    async with records.merchant(OURS) as scope, scope.transaction(force_rollback=True):
        yield scope


async def rows_of(scope: Scope, statement: str) -> list[tuple[object, ...]]:
    return await (await scope.execute(statement.encode())).fetchall()


def named(table: str) -> str:
    return f'amends."{table}"'


async def test_each_table_carries_its_merchant_and_forces_its_policy(superuser: psycopg.Connection) -> None:
    lax = superuser.execute(
        "select c.relname from pg_class c where c.relnamespace = 'amends'::regnamespace"
        " and c.relkind in ('r', 'p', 'v', 'm')"
        " and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy where polrelid = c.oid)"
        " and exists (select from pg_attribute where attrelid = c.oid and attname = 'merchant' and attnotnull))"
    ).fetchall()
    assert lax == []


async def test_every_unique_key_begins_with_the_merchant_so_that_a_clash_tells_nothing(
    superuser: psycopg.Connection,
) -> None:
    others = superuser.execute(
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]"
        " where c.relnamespace = 'amends'::regnamespace and a.attname <> 'merchant'"
    ).fetchall()
    assert others == []


async def test_the_application_sees_its_merchants_rows_and_no_others(scope: Scope, tables: list[str]) -> None:
    for table in tables:
        assert {row[0] for row in await rows_of(scope, f"select merchant from {named(table)}")} <= {OURS}, table
        assert await rows_of(scope, f"select count(*) from {named(table)} where merchant <> '{OURS}'") == [(0,)]
    assert await rows_of(scope, "select count(*) from amends.dispute_case") == [(1,)]
    assert await rows_of(scope, "select event_id from amends.webhook_inbox") == [("evt_C-1",)]


@pytest.mark.parametrize("offered", ["", "0" * 64, merchant_pass(TENANCY_SECRET, OURS), "anything"])
async def test_naming_another_merchant_without_its_pass_shows_nothing_at_all(
    scope: Scope, tables: list[str], offered: str
) -> None:
    await scope.execute(BECOME_THEIRS)
    await scope.execute("select set_config('amends.pass', %s, true)", (offered,))
    assert await rows_of(scope, "select amends.current_merchant()") == [(None,)]
    for table in tables:
        assert await rows_of(scope, f"select * from {named(table)}") == [], table


async def test_a_session_that_names_no_merchant_sees_nothing(scope: Scope, tables: list[str]) -> None:
    await scope.execute("reset all")
    await scope.execute("select set_config('amends.merchant', '', true), set_config('amends.pass', '', true)")
    for table in tables:
        assert await rows_of(scope, f"select * from {named(table)}") == [], table


async def test_the_right_pass_opens_that_merchants_rows(records: Records, tables: list[str]) -> None:
    async with records.merchant(THEIRS) as scope:
        assert await rows_of(scope, "select count(*) from amends.dispute_case") == [(3,)]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from amends_private.tenancy_secret",
        "select inner_pad from amends_private.tenancy_secret",
        "table amends_private.tenancy_secret",
        "copy amends_private.tenancy_secret to stdout",
        "select * from pg_catalog.pg_statistic",
        "select rolpassword from pg_catalog.pg_authid",
        "update amends_private.tenancy_secret set inner_pad = outer_pad",
        "create function amends.spy() returns text language sql as 'select 1::text'",
        "create or replace function amends.current_merchant() returns text language sql as $$select 'tenant-theirs'$$",
        "create temporary table dispute_case (merchant text)",
        "create schema spy",
        "alter table amends.dispute_case disable row level security",
        "alter table amends.dispute_case no force row level security",
        "alter table amends.ledger_entry disable trigger hold_entry",
        "drop policy own_merchant on amends.dispute_case",
        "create policy all_merchants on amends.dispute_case using (true)",
        "set role house",
        "set session authorization house",
        "grant house to amends_app",
        "alter role amends_app bypassrls",
        "alter role amends_app superuser",
        "set session_replication_role = replica",
        "select pg_read_file('/etc/passwd')",
        "copy amends.dispute_case to program 'cat'",
        "select pg_catalog.lo_import('/etc/passwd')",
        "create extension vector",
        "lock table amends.dispute_case in access exclusive mode",
    ],
)
async def test_the_application_may_not_reach_secrets_or_change_the_rules(scope: Scope, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        async with scope.transaction():
            await scope.execute(statement.encode())


async def test_switching_row_security_off_is_an_error_and_not_a_view_of_everything(scope: Scope) -> None:
    await scope.execute("set local row_security = off")
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        await scope.execute("select * from amends.dispute_case")


async def test_copy_gives_out_own_rows_only(scope: Scope, tables: list[str]) -> None:
    for table in tables:
        statement = f"copy (select merchant from {named(table)}) to stdout"
        async with scope.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            assert {bytes(row) async for row in copy} <= {OURS.encode() + b"\n"}, table
    async with scope.cursor() as cursor, cursor.copy("copy amends.dispute_case (merchant) to stdout") as copy:
        assert [bytes(row) async for row in copy] == [OURS.encode() + b"\n"]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into amends.payment (merchant, charge, currency, captured_minor)"
        " values ('tenant-theirs', 'ch_lamp', 'EUR', 1)",
        "insert into amends.payment (merchant, charge, currency, captured_minor)"
        " values ('tenant-theirs', 'ch_none', 'EUR', 1)",
        "insert into amends.payment (merchant, charge, currency, captured_minor)"
        " values ('tenant-theirs', 'ch_lamp', 'EUR', 1)"
        " on conflict do nothing",
        "insert into amends.ledger_entry (merchant, key, charge, kind, origin, amount_minor, currency, state)"
        " values ('tenant-theirs', 'k', 'ch_lamp', 'refund', 'ours', 999999999, 'EUR', 'reserved')",
        "insert into amends.ledger_entry (merchant, key, charge, kind, origin, amount_minor, currency, state)"
        " values ('tenant-theirs', 'C-secret', 'ch_none', 'refund', 'ours', 1, 'EUR', 'reserved')",
        "insert into amends.webhook_inbox (merchant, processor, event_id, account, event_type, kind, happened_at,"
        " sha256, sealed) values ('tenant-theirs', 'stripe', 'evt_C-1', 'a', 't', 'other', now(), repeat('0', 64), '')",
        "insert into amends.case_key (merchant, case_id, wrapped) values ('tenant-theirs', 'C-1', '')",
        "insert into amends.case_key (merchant, case_id, wrapped) values ('tenant-theirs', 'C-none', '')",
    ],
)
async def test_writing_into_another_merchant_fails_alike_whether_or_not_the_row_exists(
    scope: Scope, statement: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege) as refused:
        async with scope.transaction():
            await scope.execute(statement.encode())
    assert (refused.value.diag.message_primary or "").startswith("new row violates row-level security policy")
    assert refused.value.diag.message_detail is None


async def test_our_own_ids_never_clash_with_another_merchants(scope: Scope) -> None:
    await scope.execute(
        "insert into amends.payment (merchant, charge, currency, captured_minor) values (%s, 'ch_new', 'EUR', 5)",
        (OURS,),
    )
    await scope.execute(
        "insert into amends.ledger_entry (merchant, key, charge, kind, origin, amount_minor, currency, state)"
        " values (%s, 'C-secret', 'ch_new', 'refund', 'ours', 5, 'EUR', 'reserved')",
        (OURS,),
    )
    with pytest.raises(errors.ForeignKeyViolation):
        async with scope.transaction():
            await scope.execute(
                "insert into amends.case_key (merchant, case_id, wrapped) values (%s, 'C-secret', '')", (OURS,)
            )


@pytest.mark.parametrize(
    "statement",
    [
        "delete from amends.case_key where merchant = 'tenant-theirs'",
        "update amends.dispute_case set status = 'gone' where merchant = 'tenant-theirs'",
        "update amends.ledger_entry set state = 'failed' where merchant = 'tenant-theirs'",
        "update amends.webhook_inbox set state = 'done' where merchant = 'tenant-theirs'",
        "select * from amends.dispute_case where merchant = 'tenant-theirs' for update",
    ],
)
async def test_changing_another_merchants_rows_touches_none(scope: Scope, statement: str) -> None:
    assert (await scope.execute(statement.encode())).rowcount == 0


async def test_a_row_cannot_be_given_to_another_merchant(scope: Scope) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        async with scope.transaction():
            await scope.execute("update amends.dispute_case set merchant = 'tenant-theirs'")


APPEND_ONLY = (
    "evidence evidence_addition case_reading fact_amendment case_decision artifact case_event case_outcome"
    " audit_entry audit_head payment"
).split()


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_append_only_tables_cannot_be_changed_or_emptied(scope: Scope, table: str) -> None:
    for statement in (
        f"update {named(table)} set merchant = merchant",
        f"delete from {named(table)}",
        f"truncate {named(table)}",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            async with scope.transaction():
                await scope.execute(statement.encode())


@pytest.mark.parametrize("table", ["dispute_case", "ledger_entry", "case_key", "webhook_inbox"])
async def test_the_other_tables_cannot_be_emptied_either(scope: Scope, table: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        async with scope.transaction():
            await scope.execute(f"truncate {named(table)} cascade".encode())


async def test_there_is_no_sequence_whose_numbers_would_count_other_merchants(superuser: psycopg.Connection) -> None:
    assert superuser.execute("select sequencename from pg_sequences").fetchall() == []


async def test_explain_estimates_the_same_for_a_merchant_with_many_cases_and_for_one_that_does_not_exist(
    records: Records, superuser: psycopg.Connection, tables: list[str]
) -> None:
    superuser.execute("analyze")
    async with records.merchant(OURS) as scope:
        for table in tables:
            plans = [
                await rows_of(scope, f"explain select * from {named(table)} where merchant = '{merchant}'")
                for merchant in (THEIRS, "nobody-at-all")
            ]
            assert str(plans[0]).replace(THEIRS, "nobody-at-all") == str(plans[1]), table
        assert await rows_of(scope, "select * from pg_stats where schemaname = 'amends'") == []


async def test_explain_analyze_does_not_count_the_other_merchants_rows(scope: Scope) -> None:
    for condition in (f"merchant = '{THEIRS}'", f"merchant = '{THEIRS}' and case_id = 'C-secret'"):
        plan = await rows_of(
            scope, f"explain (analyze, timing off) select * from amends.dispute_case where {condition}"
        )
        assert "Rows Removed" not in str(plan), condition


async def test_a_forced_scan_of_the_whole_table_tells_its_size_and_nothing_about_one_merchant(scope: Scope) -> None:
    await scope.execute("set local enable_indexscan = off")
    await scope.execute("set local enable_bitmapscan = off")
    plans: list[str] = []
    for condition in ("merchant >= 'tenant-t'", "merchant >= 'zzz'", "case_id = 'C-secret'", "case_id = 'C-never'"):
        plan = await rows_of(
            scope,
            f"explain (analyze, timing off, costs off, buffers off) select from amends.dispute_case where {condition}",
        )
        plans.append(next(str(row[0]).strip() for row in plan if "Rows Removed" in str(row[0])))
    assert len(set(plans)) == 1


async def test_a_function_smuggled_into_a_condition_is_not_shown_other_rows(scope: Scope) -> None:
    # A cheap function that fails on what it should not see would fail here if the planner asked it first.
    await scope.execute("set local plan_cache_mode = force_custom_plan")
    rows = await rows_of(
        scope,
        f"select case_id from amends.dispute_case where 1 / (case when merchant = '{THEIRS}' then 0 else 1 end) = 1",
    )
    assert rows == [("C-1",)]


async def test_other_sessions_statements_hold_no_values(records: Records, scope: Scope) -> None:
    async with records.merchant(THEIRS) as theirs:
        await theirs.execute("select from amends.dispute_case where case_id = %s", ("C-secret",))
        seen = str(await rows_of(scope, "select query from pg_stat_activity where usename = 'amends_app'"))
    assert "C-secret" not in seen
    assert THEIRS not in seen
    assert merchant_pass(TENANCY_SECRET, THEIRS) not in seen


async def test_nothing_smuggled_in_survives_on_the_connection(records: Records, tables: list[str]) -> None:
    async with records.merchant(OURS) as scope:
        await scope.execute(
            f"set session search_path = amends; prepare spy as select 1;"
            f" declare spying cursor with hold for select 1; select set_config('amends.merchant', '{OURS}', false),"
            f" set_config('amends.pass', '{merchant_pass(TENANCY_SECRET, OURS)}', false),"
            " pg_advisory_lock(7)".encode()
        )
        pid = scope.info.backend_pid
    left: set[str] = set()
    for _ in range(20):  # until the pool hands out the same connection again
        async with records.merchant(THEIRS) as scope:
            if scope.info.backend_pid == pid:
                query = (
                    "select name from pg_prepared_statements union all select name from pg_cursors union all"
                    " select 'lock' from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() union all"
                    " select setting from pg_settings where name = 'search_path'"
                )
                left = {str(row[0]) for row in await rows_of(scope, query)}
                break
    assert left == {"pg_catalog,pg_temp"}


async def test_the_pass_is_an_hmac_and_not_a_hash_that_could_be_extended(records: Records) -> None:
    assert merchant_pass(TENANCY_SECRET, "shop") == hmac.new(TENANCY_SECRET, b"shop", hashlib.sha256).hexdigest()
    async with records.merchant("boutique-é-商店") as scope:
        assert await rows_of(scope, "select amends.current_merchant()") == [("boutique-é-商店",)]


async def test_random_passes_open_nothing(scope: Scope) -> None:
    for _ in range(10):
        await scope.execute(BECOME_THEIRS)
        await scope.execute("select set_config('amends.pass', %s, true)", (os.urandom(32).hex(),))
        assert await rows_of(scope, "select count(*) from amends.dispute_case") == [(0,)]


async def test_a_merchant_without_a_name_is_refused(records: Records) -> None:
    with pytest.raises(ValueError, match="merchant"):
        async with records.merchant(""):
            pass


async def test_readers_of_one_merchant_get_a_lookup_error_for_anothers_case(
    cases: CaseRecords, tables: list[str], new_merchant: Callable[[], str]
) -> None:
    merchant = new_merchant()
    for ask in (
        cases.bundle(merchant, "C-1"),
        cases.facts(merchant, "C-1"),
        cases.status(merchant, "C-1"),
        cases.events(merchant, "C-1"),
        cases.evidence(merchant, "C-1", "0" * 64),
        cases.outcome(merchant, "C-1"),
    ):
        with pytest.raises(LookupError, match="has no case C-1"):
            await ask
    assert await cases.list_cases(merchant) == []
    assert await cases.other_cases_with(merchant, "C-1", "0" * 64) == []
