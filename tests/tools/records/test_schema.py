import asyncio
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET, new_database
from tools.records import schema
from tools.records.records import Records
from tools.records.schema import app_url, migrate, read_tenancy_secret

_NEWEST = max(file.name[:4] for file in (Path(schema.__file__).parent / "migrations" / "sql").glob("*.sql"))


async def test_processes_that_migrate_at_once_leave_one_schema_and_one_secret(superuser_url: str) -> None:
    url = new_database(superuser_url, "at_once")
    program = "import asyncio, sys; from tools.records.schema import migrate; asyncio.run(migrate(sys.argv[1], 'x'))"
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(2)]
    assert [await process.wait() for process in processes] == [0, 0]
    with psycopg.connect(url) as owner:
        assert owner.execute("select version_num from amends_private.alembic_version").fetchall() == [(_NEWEST,)]
        assert owner.execute("select count(*) from amends_private.tenancy_secret").fetchone() == (1,)


async def test_migrating_again_keeps_rows_and_secret_and_a_new_secret_replaces_the_old(superuser_url: str) -> None:
    url = new_database(superuser_url, "again")
    await migrate(url, APP_PASSWORD)
    made = await read_tenancy_secret(url)
    await migrate(url, APP_PASSWORD)
    assert await read_tenancy_secret(url) == made
    records = await Records.connect(app_url(url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=made, size=1)
    await records.close()
    await migrate(url, APP_PASSWORD, tenancy_secret=TENANCY_SECRET)
    records = await Records.connect(
        app_url(url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=1
    )
    await records.close()


async def test_where_the_owner_is_a_superuser_sizes_and_activity_of_the_house_are_closed_too(
    superuser_url: str,
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("create database closed")
    url = superuser_url.replace("/postgres?", "/closed?")
    await migrate(url, APP_PASSWORD)
    with psycopg.connect(app_url(url, APP_PASSWORD), autocommit=True) as application:
        for statement in (
            "select reltuples from pg_class",
            "select relpages from pg_class",
            "select * from pg_stat_user_tables",
            "select * from pg_stat_activity",
            "select pg_stat_get_live_tuples('amends.payment'::regclass)",
            "select pg_relation_size('amends.payment')",
            "select pg_total_relation_size('amends.payment')",
            "select pg_database_size(current_database())",
            "create temporary table spy (a int)",
            "select lo_from_bytea(0, 'hidden')",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute(statement.encode())
        assert application.execute("select count(*) from amends.payment").fetchone() == (0,)


async def test_a_role_of_our_name_with_more_rights_is_refused(superuser_url: str, owner_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("grant pg_read_all_data to amends_app")
        try:
            with pytest.raises(ValueError, match="amends_app may do more"):
                await migrate(owner_url, APP_PASSWORD)
        finally:
            superuser.execute("revoke pg_read_all_data from amends_app")


async def test_the_applications_role_is_neither_owner_nor_above_row_security(superuser: psycopg.Connection) -> None:
    assert superuser.execute(
        "select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
        " from pg_roles where rolname = 'amends_app'"
    ).fetchone() == (True, False, False, False, False, False)
    owned = "select count(*) from pg_class where relowner = 'amends_app'::regrole"
    assert superuser.execute(owned).fetchone() == (0,)
    password = superuser.execute("select rolpassword from pg_authid where rolname = 'amends_app'").fetchone()
    assert password is not None
    assert password[0].startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize(
    ("owner", "application"),
    [
        ("postgresql://o:p@db:5432/amends", "postgresql://amends_app:p%40ss%2Fw@db:5432/amends"),
        ("postgres://o@db/amends?sslmode=require", "postgres://amends_app:p%40ss%2Fw@db/amends?sslmode=require"),
        ("postgresql://o:@/amends?host=/tmp/x", "postgresql://amends_app:p%40ss%2Fw@/amends?host=/tmp/x"),
    ],
)
def test_the_applications_address_is_the_owners_with_another_role(owner: str, application: str) -> None:
    assert app_url(owner, "p@ss/w") == application


def test_an_address_in_another_form_is_refused_with_the_mend() -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        app_url("host=db dbname=amends", "x")
