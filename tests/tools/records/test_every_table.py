"""No table can be forgotten: every one of the schema is walked, whatever migration brought it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

import tools.records.migrations
from tests.tools.records.conftest import APP_PASSWORD
from tools.records.records import Records
from tools.records.schema import app_url

_SCRIPTS = Path(tools.records.migrations.__file__).parent / "sql"
_CREATED = re.compile(r"create table amends\.(\w+)")


def tables_of(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "select relname from pg_class where relnamespace = 'amends'::regnamespace and relkind in ('r', 'p') order by 1"
    ).fetchall()
    return [str(row[0]) for row in rows]


def test_the_walk_meets_every_table_that_a_migration_makes(superuser: psycopg.Connection) -> None:
    written = {name for file in _SCRIPTS.glob("*.sql") for name in _CREATED.findall(file.read_text(encoding="utf-8"))}
    assert len(written) > 20
    assert set(tables_of(superuser)) == written


def test_each_table_has_one_policy_that_lets_its_merchant_in_and_nobody_else(superuser: psycopg.Connection) -> None:
    for table in tables_of(superuser):
        enabled = superuser.execute(
            "select relrowsecurity, relforcerowsecurity from pg_class where oid = to_regclass(%s)", (f"amends.{table}",)
        ).fetchone()
        assert enabled == (True, True), table
        policies = superuser.execute(
            "select policyname, permissive, roles::text, cmd, qual, with_check from pg_policies"
            " where schemaname = 'amends' and tablename = %s",
            (table,),
        ).fetchall()
        assert len(policies) == 1, table
        name, permissive, roles, command, seen, written = policies[0]
        assert (name, permissive, roles, command) == ("own_merchant", "PERMISSIVE", "{public}", "ALL"), table
        assert seen == written, table
        assert " ".join(seen.split()) == ("(merchant = ( SELECT amends.current_merchant() AS current_merchant))"), table


def test_no_column_of_any_table_is_sampled_for_the_planner(superuser: psycopg.Connection) -> None:
    superuser.execute("analyze")
    sampled = superuser.execute(
        "select attrelid::regclass::text, attname from pg_attribute where attnum > 0 and not attisdropped"
        " and attstattarget is distinct from 0 and attrelid in (select oid from pg_class"
        " where relnamespace = 'amends'::regnamespace and relkind in ('r', 'p'))"
    ).fetchall()
    assert sampled == []
    assert superuser.execute("select count(*) from pg_stats where schemaname = 'amends'").fetchone() == (0,)


def test_the_application_owns_nothing_and_may_neither_empty_a_table_nor_refer_to_it(
    superuser: psycopg.Connection,
) -> None:
    for table in tables_of(superuser):
        for right in ("TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"):
            row = superuser.execute(
                "select has_table_privilege('amends_app', %s, %s)", (f"amends.{table}", right)
            ).fetchone()
            assert row == (False,), (table, right)


async def test_a_copy_of_any_row_for_another_merchant_is_neither_seen_nor_changed_nor_made(
    superuser: psycopg.Connection, records: Records, owner_url: str, new_merchant: Callable[[], str]
) -> None:
    ours, theirs = new_merchant(), new_merchant()
    for table in tables_of(superuser):
        name = sql.Identifier("amends", table)
        plant(superuser, table, theirs)
        with psycopg.connect(app_url(owner_url, APP_PASSWORD)) as stranger:
            shown = stranger.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
            assert shown == (0,), table
        async with records.merchant(theirs) as scope:
            cursor = await scope.execute(sql.SQL("select count(*) from {}").format(name))
            assert await cursor.fetchone() == (1,), table
        async with records.merchant(ours) as scope:
            for seen in (sql.SQL("select count(*) from {}"), sql.SQL("select count(*) from {} where merchant <> 'x'")):
                assert await (await scope.execute(seen.format(name))).fetchone() == (0,), table


def plant(superuser: psycopg.Connection, table: str, merchant: str) -> None:
    """A row of the merchant's in the table, of the emptiest values its columns take; rules beside the types are off."""
    columns = superuser.execute(
        "select attname, format_type(atttypid, null) from pg_attribute where attrelid = to_regclass(%s)"
        " and attnum > 0 and not attisdropped and attnotnull order by attnum",
        (f"amends.{table}",),
    ).fetchall()
    with superuser.transaction(force_rollback=False):
        checks = superuser.execute(
            "select conname, pg_get_constraintdef(oid) from pg_constraint"
            " where conrelid = to_regclass(%s) and contype = 'c'",
            (f"amends.{table}",),
        ).fetchall()
        for name, _ in checks:
            superuser.execute(
                sql.SQL("alter table {} drop constraint {}").format(
                    sql.Identifier("amends", table), sql.Identifier(name)
                )
            )
        superuser.execute("set local session_replication_role = replica")
        superuser.execute(
            sql.SQL("insert into {} ({}) values ({})").format(
                sql.Identifier("amends", table),
                sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
                sql.SQL(", ").join(
                    sql.Literal(merchant) if name == "merchant" else sql.SQL(_EMPTIEST[kind]) for name, kind in columns
                ),
            )
        )
        superuser.execute("set local session_replication_role = origin")
        for name, rule in checks:
            superuser.execute(
                sql.SQL("alter table {} add constraint {} {} not valid").format(
                    sql.Identifier("amends", table), sql.Identifier(name), sql.SQL(rule)
                )
            )


_EMPTIEST: dict[str, LiteralString] = {
    "text": "''",
    "text[]": "'{}'",
    "bytea": "''",
    "bigint": "0",
    "integer": "0",
    "smallint": "0",
    "boolean": "false",
    "date": "'2026-01-01'",
    "jsonb": "'{}'",
    "numeric": "0",
    "double precision": "0",
    "timestamp with time zone": "'2026-01-01'",
}


@pytest.mark.parametrize("right", ["UPDATE", "DELETE"])
def test_what_is_only_ever_added_to_cannot_be_changed_by_the_application(
    superuser: psycopg.Connection, right: str
) -> None:
    for table in (
        "audit_entry", "audit_head", "case_decision", "case_event", "case_outcome", "case_reading", "case_status",
        "evidence", "evidence_addition", "fact_amendment", "artifact", "closed_dispute", "retention_run",
    ):  # fmt: skip
        columns = superuser.execute(
            "select has_table_privilege('amends_app', %(t)s, %(r)s)"
            " or (%(r)s = 'UPDATE' and has_any_column_privilege('amends_app', %(t)s, 'UPDATE'))",
            {"t": f"amends.{table}", "r": right},
        ).fetchone()
        assert columns == (False,), table
