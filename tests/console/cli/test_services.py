"""`up`, `down` and `doctor`: what an operator sees, and that nothing is left behind."""

import asyncio
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console
from typer.testing import CliRunner

from console.cli.doctor import examine
from console.cli.findings import Finding, State
from console.cli.services import app, run_installation, without_password
from tools.embedded import EmbeddedServices, read_addresses
from tools.embedded.addresses import read_record
from tools.records.schema import migrate
from tools.settings import Settings

SOURCES = Path(__file__).parents[3]
NOTHING = {"postgres_url": None, "temporal_address": None, "chroma_url": None, "stripe_key": None, "stripe_url": None}

# A worker of its own, so that this test is about the supervision and not about the house's workflows.
WORKER = """
import asyncio, os
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from workflows.messages import TASK_QUEUE

@workflow.defn
class Idle:
    @workflow.run
    async def run(self) -> None: ...

async def main():
    assert os.environ["AMENDS_POSTGRES_URL"] and os.environ["AMENDS_CHROMA_URL"] and os.environ["AMENDS_STRIPE_URL"]
    client = await Client.connect(os.environ["AMENDS_TEMPORAL_ADDRESS"])
    await Worker(client, task_queue=TASK_QUEUE, workflows=[Idle], workflow_runner=UnsandboxedWorkflowRunner()).run()

asyncio.run(main())
"""


@pytest.fixture
def data() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="amends-test-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(autouse=True)
def without_addresses_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AMENDS_")]:
        monkeypatch.delenv(name)


def _about(what: str, findings: list[Finding]) -> Finding:
    return next(finding for finding in findings if finding.what == what)


async def _hear(words: str, said: list[str], installation: asyncio.Task[None]) -> None:
    for _ in range(1200):
        if installation.done():
            await installation
        if any(words in line for line in said):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nobody said {words!r}: {said}")


async def test_up_runs_services_sandbox_worker_and_doors_and_starts_again_what_dies(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("AMENDS_WEBHOOK_PORT", str(port))

    def tell(shown: object) -> None:
        page = io.StringIO()
        Console(width=160, file=page).print(shown)
        said.append(page.getvalue())

    stopped = asyncio.Event()
    installation = asyncio.create_task(
        run_installation(
            Settings.model_validate({**NOTHING, "data": data}),
            stopped,
            tell=tell,
            worker=(sys.executable, "-c", WORKER),
            durable=False,
        )
    )
    try:
        await _hear("Stop with Ctrl-C", said, installation)
        addresses = read_addresses(data)
        assert addresses is not None
        assert addresses.stripe_url is not None
        assert addresses.adyen_url == f"{addresses.stripe_url}/adyen"
        overview = said[0]
        children = read_record(data).children
        assert sorted(children) == ["chroma", "console", "postgres", "sandbox", "temporal", "webhooks", "worker"]
        assert all(str(child.pid) in overview for child in children.values())
        assert addresses.temporal_address in overview
        assert addresses.postgres_url not in overview
        assert without_password(addresses.postgres_url) in overview
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"{addresses.stripe_url}/_sandbox/ready")).status_code == 200
            console = next(part for part in overview.split() if re.fullmatch(r"http://127\.0\.0\.1:\d+/", part))
            assert (await client.get(f"{console}sign-in")).status_code == 200
            nobodys = f"http://127.0.0.1:{port}/webhooks/stripe/nobody"
            assert nobodys.removesuffix("/stripe/nobody") in overview
            assert (await client.post(nobodys)).status_code == 404

        os.kill(children["worker"].pid, signal.SIGKILL)
        await _hear("worker ended and was started again", said, installation)
        everything = [psutil.Process(child.pid) for child in read_record(data).children.values()]
        assert len(everything) == 7
    finally:
        stopped.set()
        await installation
        await EmbeddedServices(Settings.model_validate({**NOTHING, "data": data})).erase()
    assert [process for process in everything if process.is_running()] == []


_OWNER = """
import asyncio, signal, sys
from pathlib import Path
from tools.embedded import EmbeddedServices
from tools.settings import Settings

async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    services = EmbeddedServices(Settings(data=Path(sys.argv[1]), postgres_url="postgresql://a:b@127.0.0.1:9/a",
        temporal_address="127.0.0.1:9", chroma_url="http://127.0.0.1:9"))
    await services.start()
    print("up", flush=True)
    await stopped.wait()
    await services.stop()

asyncio.run(main())
"""


def test_down_stops_the_process_that_runs_this_folder_and_says_so(data: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(data)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(SOURCES)},
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    owner.stdout.close()

    first = CliRunner().invoke(app, ["down"], env={"AMENDS_DATA": str(data)})

    assert first.exit_code == 0
    assert "Stopped what ran for" in first.output
    assert owner.wait(10) == 0
    second = CliRunner().invoke(app, ["down"], env={"AMENDS_DATA": str(data)})
    assert second.exit_code == 0
    assert "Nothing runs for" in second.output


def test_doctor_without_anything_running_says_how_to_start(data: Path) -> None:
    result = CliRunner().invoke(app, ["doctor"], env={"AMENDS_DATA": str(data), "COLUMNS": "200"})

    assert result.exit_code == 0, result.output
    assert f"nothing runs for {data}" in result.output
    assert "start with `amends up`" in result.output
    assert not data.exists()


def test_doctor_names_each_broken_thing_with_its_mend_and_fails(data: Path) -> None:
    data.mkdir()
    (data / "master.key").write_text("ab" * 32)
    (data / "master.key").chmod(0o644)
    result = CliRunner().invoke(
        app,
        ["doctor"],
        env={
            "AMENDS_DATA": str(data),
            "AMENDS_POSTGRES_URL": "postgresql://amends:very-secret@127.0.0.1:9/amends",
            "AMENDS_CHROMA_URL": "http://127.0.0.1:9",
            "AMENDS_STRIPE_KEY": "pk_test_1234",
            "AMENDS_PAYPAL_CLIENT_ID": "AbCd1234",
            "AMENDS_MODEL__URL": "http://127.0.0.1:9/v1",
            "AMENDS_MODEL__NAME": "small",
            "COLUMNS": "240",
        },
    )

    assert result.exit_code == 1
    for words in (
        f"{data}/master.key can be read by others",
        f"run `chmod 600 {data}/master.key`",
        "use a key that begins with sk_ or rk_",
        "AMENDS_PAYPAL_SECRET is missing",
        "small at http://127.0.0.1:9/v1 does not answer",
    ):
        assert words in result.output
    broken = [line.split("│")[2].strip() for line in result.output.splitlines() if "│ broken │" in line]
    assert broken == ["master key", "PostgreSQL", "records' schema", "Chroma", "processor", "PayPal"]
    assert "very-secret" not in result.output


async def test_doctor_tells_how_adyen_is_connected(data: Path) -> None:
    webhook = {"processor": "adyen", "account": "Lumen", "merchant": "lumen", "secrets": ["AB" * 32]}
    key = {"adyen_key": "very-secret-1234", "adyen_account": "Lumen", "adyen_live_prefix": "1797a841fbb37ca7-Lumen"}
    given = {**NOTHING, **key, "data": data, "webhooks": [webhook]}
    deaf = _about("Adyen", await examine(Settings.model_validate(given)))
    whole = _about("Adyen", await examine(Settings.model_validate({**given, "webhook_port": 8443})))
    played = _about("Adyen", await examine(Settings.model_validate({**NOTHING, "data": data})))

    assert whole.found == "account Lumen in LIVE mode, key ending in 1234"
    assert deaf.found == f"{whole.found}; no door receives its webhook here"
    assert played.found == "the local sandbox: no real money moves"
    assert [one.state for one in (deaf, whole, played)] == [State.NOTE, State.GOOD, State.NOTE]


async def test_doctor_tells_versions_and_schema_of_running_services(data: Path) -> None:
    settings = Settings.model_validate({**NOTHING, "data": data, "temporal_address": None})
    services = EmbeddedServices(settings, durable=False)
    try:
        addresses = await services.start()
        before = await examine(settings)
        await migrate(addresses.postgres_url, "an application password", tenancy_secret=bytes(32))
        after = await examine(settings)
    finally:
        await services.erase()

    # Services alone move no case.
    assert [finding.what for finding in after if finding.state is State.BROKEN] == ["workers"]
    assert _about("services", after).found == f"run by process {os.getpid()} for {data}"
    assert _about("PostgreSQL", after).found.startswith("answers, version 18")
    assert _about("Temporal", after).found == "answers, version 1.32.0"
    assert _about("Chroma", after).found == "answers, version 1.0.0"
    assert _about("records' schema", before).found == "none yet; the worker makes it when it starts"
    assert _about("records' schema", after).found.endswith(", the newest")


async def test_doctor_finds_a_data_folder_that_is_a_file(data: Path) -> None:
    data.write_text("not a folder")

    finding = _about("data folder", await examine(Settings.model_validate({**NOTHING, "data": data})))

    assert finding.state is State.BROKEN
    assert finding.found == f"{data} is a file"
    assert finding.mend == "choose another folder with AMENDS_DATA"
