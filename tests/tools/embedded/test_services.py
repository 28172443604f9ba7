"""The services of one data folder: found, kept, refused to a second owner, and gone after stop."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from temporalio.client import Client

from tools.embedded import Addresses, EmbeddedServices, FolderInUseError, read_addresses
from tools.embedded.addresses import read_record
from tools.embedded.chroma import check_chroma
from tools.embedded.identity import ProcessIdentity
from tools.embedded.services import free_port
from tools.embedded.temporal import check_temporal

Install = Callable[..., EmbeddedServices]
NOBODY_LISTENS = {
    "postgres_url": "postgresql://amends:secret@127.0.0.1:9/amends",
    "temporal_address": "127.0.0.1:9",
    "chroma_url": "http://127.0.0.1:9",
}


async def _eventually(check: Callable[[], object]) -> None:
    for _ in range(600):
        if check():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about within 30 s")


async def _until_it_answers(check: Callable[[], object]) -> None:
    async def answers() -> bool:
        try:
            await asyncio.wait_for(check(), 5)  # pyright: ignore[reportArgumentType]
        except Exception:
            return False
        return True

    for _ in range(600):
        if await answers():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not answer within 30 s")


def _write_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (word text)")
        connection.execute("insert into kept values ('refund')")


def _rows(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select word from kept").fetchall()]


async def _make_collection(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        place = "/api/v2/tenants/default_tenant/databases/default_database/collections"
        (await client.post(place, json={"name": "precedents", "get_or_create": True})).raise_for_status()


async def _collections(url: str) -> list[str]:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.get("/api/v2/tenants/default_tenant/databases/default_database/collections")
        return [each["name"] for each in answer.raise_for_status().json()]


async def _open_case(addresses: Addresses) -> None:
    client = await Client.connect(addresses.temporal_address, namespace=addresses.temporal_namespace)
    await client.start_workflow("RefundCase", id="case-1", task_queue="nobody")


async def _case_is_open(addresses: Addresses) -> bool:
    client = await Client.connect(addresses.temporal_address, namespace=addresses.temporal_namespace)
    description = await client.get_workflow_handle("case-1").describe()
    return description.workflow_type == "RefundCase"


async def test_a_killed_service_returns_on_its_port_with_its_data(installation: Install) -> None:
    services = installation()
    addresses = await services.start()
    _write_a_row(addresses.postgres_url)
    await _make_collection(addresses.chroma_url)
    await _open_case(addresses)
    before = services.processes.pids
    assert set(before) == {"postgres", "temporal", "chroma"}

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    await _eventually(lambda: services.processes.restarts == {"postgres": 1, "temporal": 1, "chroma": 1})
    await _until_it_answers(lambda: psycopg.AsyncConnection.connect(addresses.postgres_url))
    await _until_it_answers(lambda: check_temporal(addresses.temporal_address, addresses.temporal_namespace))
    await _until_it_answers(lambda: check_chroma(addresses.chroma_url))
    assert _rows(addresses.postgres_url) == ["refund"]
    assert await _collections(addresses.chroma_url) == ["precedents"]
    assert await _case_is_open(addresses)
    assert set(services.processes.pids.values()).isdisjoint(before.values())


async def test_others_read_the_addresses_until_stop_and_the_next_start_finds_all_again(
    installation: Install, data: Path
) -> None:
    assert read_addresses(data) is None
    services = installation()
    first = await services.start()
    _write_a_row(first.postgres_url)
    assert read_addresses(data) == first
    assert stat.S_IMODE((data / "services.json").stat().st_mode) == 0o600
    assert read_record(data).owner == ProcessIdentity.of(os.getpid())
    assert {name: child.pid for name, child in read_record(data).children.items()} == services.processes.pids
    children = [psutil.Process(pid) for pid in services.processes.pids.values()]
    everything = children + [below for child in children for below in child.children(recursive=True)]

    await services.stop()

    assert [process for process in everything if process.is_running()] == []
    assert read_addresses(data) is None
    assert await services.start() == first
    assert _rows(first.postgres_url) == ["refund"]


async def test_the_database_asks_for_the_password_and_its_owner_is_no_superuser(installation: Install) -> None:
    services = installation(temporal_address="127.0.0.1:9", chroma_url="http://127.0.0.1:9")
    addresses = await services.start()

    with psycopg.connect(addresses.postgres_url) as connection:
        row = connection.execute(
            "select rolsuper, rolbypassrls, current_setting('password_encryption'),"
            " current_setting('server_version_num')"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert row is not None
    assert row[:3] == (False, False, "scram-sha-256")
    assert row[3].startswith("18")
    for url in (
        addresses.postgres_url.replace("amends:", "amends:x"),
        addresses.postgres_url.replace("amends:", "postgres:"),
    ):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)


async def test_a_second_owner_of_the_folder_is_refused_and_told_who_has_it(installation: Install) -> None:
    first = installation(**NOBODY_LISTENS)
    await first.start()
    second = installation(**NOBODY_LISTENS)

    with pytest.raises(FolderInUseError, match=f"process {os.getpid()} already runs the services") as refused:
        await second.start()
    assert refused.value.pid == os.getpid()

    await first.stop()
    await second.start()


async def test_addresses_from_the_settings_are_used_and_nothing_is_started_for_them(
    installation: Install, data: Path
) -> None:
    services = installation(**NOBODY_LISTENS)
    addresses = await services.start()

    assert addresses == Addresses(**NOBODY_LISTENS, temporal_namespace="default")
    assert services.processes.pids == {}
    assert sorted(path.name for path in data.iterdir()) == ["services.json", "services.lock"]


_PARENT = """
import asyncio, sys
from pathlib import Path
from tools.embedded import EmbeddedServices
from tools.settings import Settings

async def main():
    await EmbeddedServices(Settings(data=Path(sys.argv[1])), durable=False).start()
    print("up", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def test_a_parent_killed_outright_takes_its_children_and_the_next_one_goes_on(
    installation: Install, data: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")}
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(data)],
        stdout=subprocess.PIPE,
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert parent.stdout is not None
    assert await asyncio.to_thread(parent.stdout.readline) == b"up\n"
    parent.stdout.close()
    first = read_addresses(data)
    assert first is not None
    _write_a_row(first.postgres_url)
    left = read_record(data).children
    assert set(left) == {"postgres", "temporal", "chroma"}

    parent.kill()
    parent.wait()

    assert read_addresses(data) is None
    services = installation()
    assert await services.start() == first
    assert not any(identity.alive() for identity in left.values())
    assert _rows(first.postgres_url) == ["refund"]


async def test_a_port_that_another_program_took_meanwhile_is_left_to_it(installation: Install) -> None:
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        taken = squatter.getsockname()[1]
        offers = [taken]

        def find_port(wanted: int) -> int:
            return offers.pop() if offers else free_port(wanted)

        services = installation(find_port=find_port, **{**NOBODY_LISTENS, "chroma_url": None})

        addresses = await services.start()

        assert addresses.chroma_url != f"http://127.0.0.1:{taken}"
        assert await check_chroma(addresses.chroma_url) == "1.0.0"
