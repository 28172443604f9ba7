"""`amends up`, `down` and `doctor`: the services and the worker of one installation."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from console.cli.doctor import examine
from console.cli.findings import Finding, State
from tools.embedded import Addresses, Command, EmbeddedServices, FolderInUseError, StartError
from tools.embedded.addresses import read_record
from tools.embedded.chroma import ChromaError
from tools.embedded.postgres import PostgresError
from tools.embedded.services import SOURCES
from tools.embedded.temporal import TemporalError
from tools.settings import Settings
from workflows.messages import TASK_QUEUE

app = typer.Typer(no_args_is_help=True)
_out = Console()
_err = Console(stderr=True)

WORKER = (sys.executable, "-m", "workflows.worker")
_CONSOLE_PORT = 8000
_DOORS = {"console": "console.web", "webhooks": "console.webhooks"}
_DOWN_SECONDS = 45.0
"""Longer than a worker and a database may take to stop before they are killed."""


@app.command()
def up(
    ui_port: Annotated[int | None, typer.Option(help="Serve Temporal's web pages on this port.")] = None,
) -> None:
    """Run the services and a worker until Ctrl-C, SIGTERM or `amends down`; what dies is started again."""

    async def run() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await run_installation(Settings(), stopped, tell=_out.print, ui_port=ui_port)

    try:
        asyncio.run(run())
    except (FolderInUseError, StartError, PostgresError, TemporalError, ChromaError) as problem:
        _err.print(f"[red]Not started:[/red] {escape(str(problem))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


async def run_installation(
    settings: Settings,
    stopped: asyncio.Event,
    *,
    tell: Callable[[object], None],
    worker: tuple[str, ...] = WORKER,
    ui_port: int | None = None,
    durable: bool = True,
) -> None:
    """Run services, sandbox processor (without a Stripe key) and worker until `stopped` is set.

    `tell` receives the table of addresses when all is up, then a line per restart. Raises what
    `EmbeddedServices.start` raises; nothing runs any more when this returns or raises.
    """
    services = EmbeddedServices(settings, durable=durable, ui_port=ui_port)
    try:
        addresses = await services.start()
        if settings.stripe_key is None and settings.stripe_url is None:
            addresses = await services.start_sandbox()
        await services.processes.start(
            Command(
                name="worker",
                arguments=worker,
                log=services.log_folder / "worker.log",
                environment={
                    **addresses.environment(),
                    "AMENDS_DATA": str(settings.data.expanduser().absolute()),
                    "PYTHONPATH": str(SOURCES),
                },
                stop_seconds=25.0,
                ready_seconds=60.0,
            ),
            lambda: _worker_polls(addresses),
        )
        settings = settings.model_copy(update={"console_port": settings.console_port or free_console_port(settings)})
        await _start_doors(services, settings, addresses)
        tell(_overview(settings, addresses, services.processes.pids))
        tell(f"Logs are in {services.log_folder}. Stop with Ctrl-C or `amends down`.")
        await _report_restarts(services, stopped, tell)
    finally:
        await services.stop()


async def _worker_polls(addresses: Addresses) -> None:
    client = await Client.connect(addresses.temporal_address, namespace=addresses.temporal_namespace)
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=addresses.temporal_namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    if not answer.pollers:
        raise LookupError("no worker asks for work yet")


async def _start_doors(services: EmbeddedServices, settings: Settings, addresses: Addresses) -> None:
    """The console, and the webhooks' door where a port is set for it."""
    environment = addresses.environment() | {
        "AMENDS_DATA": str(settings.data.expanduser().absolute()),
        "AMENDS_CONSOLE_PORT": str(settings.console_port),
        "PYTHONPATH": str(SOURCES),
    }
    doors = {"console": settings.console_port, "webhooks": settings.webhook_port}
    for number, (name, port) in enumerate(doors.items(), start=1):
        if port is not None:
            if settings.metrics_port is not None:
                # The worker has the port itself; each process needs one of its own on this host.
                environment["AMENDS_METRICS_PORT"] = str(settings.metrics_port + number)
            command = Command(
                name=name,
                arguments=(sys.executable, "-m", _DOORS[name]),
                log=services.log_folder / f"{name}.log",
                environment=environment,
                port=port,
                stop_seconds=15.0,
            )
            await services.processes.start(command, lambda name=name: _answers(_door_url(settings, name)))


def free_console_port(settings: Settings) -> int:
    """8000, or a free port while another program has that."""
    for port in (_CONSOLE_PORT, 0):
        with contextlib.suppress(OSError), socket.create_server((settings.console_host, port)) as free:
            found: int = free.getsockname()[1]
            return found
    raise StartError(f"no port is free on {settings.console_host}; set AMENDS_CONSOLE_HOST to an address of this host")


def _door_url(settings: Settings, name: str) -> str:
    if name == "console":
        return f"http://{settings.console_host}:{settings.console_port}/"
    return f"http://{settings.webhook_host}:{settings.webhook_port}/"


async def _answers(url: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.get(f"{url}ready")).raise_for_status()


async def _report_restarts(services: EmbeddedServices, stopped: asyncio.Event, tell: Callable[[object], None]) -> None:
    seen = services.processes.restarts
    while not stopped.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 0.5)
        for name, count in services.processes.restarts.items():
            if count > seen.get(name, 0):
                tell(f"{name} ended and was started again; why is at the end of {services.log_folder / name}.log")
        seen = services.processes.restarts


def without_password(url: str) -> str:
    """`url` as it may be shown on a screen: the password replaced by dots."""
    parts = urlsplit(url)
    return url if parts.password is None else url.replace(f":{parts.password}@", ":•••@", 1)


def _overview(settings: Settings, addresses: Addresses, pids: dict[str, int]) -> Table:
    table = Table("service", Column("address", overflow="fold"), "process")
    places = {
        "postgres": without_password(addresses.postgres_url),
        "temporal": f"{addresses.temporal_address} ({addresses.temporal_namespace})",
        "chroma": addresses.chroma_url,
        "sandbox": addresses.stripe_url,
        "worker": f"task queue {TASK_QUEUE}",
        "console": None if settings.console_port is None else _door_url(settings, "console"),
        "webhooks": None if settings.webhook_port is None else f"{_door_url(settings, 'webhooks')}webhooks",
    }
    for name, place in places.items():
        if place is not None:
            table.add_row(name, escape(place), str(pids.get(name, "elsewhere")))
    return table


@app.command()
def down() -> None:
    """Stop what runs for this data folder, and wait until it is gone."""
    data = Settings().data
    owner = read_record(data).owner
    if owner is None or not owner.alive():
        _out.print(f"Nothing runs for {data}.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(owner.pid, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_SECONDS
    while owner.alive():
        if time.monotonic() > deadline:
            _err.print(f"[red]Process {owner.pid} has not stopped after {_DOWN_SECONDS:.0f} s[/red]; end it by hand.")
            raise typer.Exit(1)
        time.sleep(0.1)
    _out.print(f"Stopped what ran for {data}.")


_MARKS = {State.GOOD: "[green]good[/green]", State.NOTE: "[yellow]note[/yellow]", State.BROKEN: "[red]broken[/red]"}


@app.command()
def doctor() -> None:
    """Say what runs, what is missing and how to mend it. Exit code 1 when something essential is broken."""
    findings = asyncio.run(examine(Settings()))
    _out.print(_findings(findings))
    if any(finding.state is State.BROKEN for finding in findings):
        raise typer.Exit(1)


def _findings(findings: list[Finding]) -> Table:
    table = Table("", "what", Column("found", overflow="fold"))
    for finding in findings:
        found = finding.found if finding.mend is None else f"{finding.found}\n→ {finding.mend}"
        table.add_row(_MARKS[finding.state], finding.what, escape(found))
    return table
