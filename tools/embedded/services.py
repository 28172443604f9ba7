"""PostgreSQL, Temporal and Chroma as supervised children of this process, under one data folder."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

import httpx

from tools.embedded.addresses import Addresses, ServicesRecord, read_record, write_record
from tools.embedded.chroma import check_chroma, chroma_command
from tools.embedded.identity import ProcessIdentity
from tools.embedded.postgres import Cluster
from tools.embedded.processes import Command, Processes, StartError, end_leftovers
from tools.embedded.temporal import check_temporal, temporal_command
from tools.settings import Settings

_SERVICES = ("temporal", "chroma", "postgres")
SOURCES = Path(__file__).parents[2]
"""Where the rooms are importable from, also when the project itself is not installed."""


class FolderInUseError(RuntimeError):
    """Another process runs the services of this data folder."""

    def __init__(self, data: Path, pid: int | None) -> None:
        owner = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"{owner} already runs the services of {data}: stop it with `amends down`, or choose another "
            "folder with AMENDS_DATA"
        )
        self.pid = pid


class EmbeddedServices:
    """The services this installation runs itself. One whose address the settings give is used and not started.

    `durable=False` trades safety against a power cut for speed (a killed process loses nothing either way);
    `search_attributes` maps custom search attributes to Temporal types (`{"Merchant": "Keyword"}`);
    `ui_port` turns Temporal's web pages on; `find_port` answers with a free port, the given one (0: any) if it can.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        durable: bool = True,
        search_attributes: Mapping[str, str] | None = None,
        ui_port: int | None = None,
        shelter: Path = Path("/var/lib/amends"),
        find_port: Callable[[int], int] | None = None,
    ) -> None:
        self._settings = settings
        self._data = settings.data.expanduser().absolute()
        self._durable = durable
        self._search_attributes = dict(search_attributes or {})
        self._ui_port = ui_port
        self._shelter = shelter
        self._free_port = find_port or free_port
        self._lock: int | None = None
        self._record = ServicesRecord()
        self.processes = Processes(self._note_children)

    @property
    def log_folder(self) -> Path:
        """One log per service."""
        return self._data / "logs"

    async def start(self) -> Addresses:
        """Start what is not running elsewhere, all at once, and return where everything is.

        Raises FolderInUseError when another process owns the folder, and StartError or PostgresError with the
        reason when a service does not come up; nothing is left running then.
        """
        if not self._data.exists():
            self._data.mkdir(parents=True)
            # Traversable, not readable: PostgreSQL runs as another user when this process is root's.
            self._data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        self._take_lock()
        try:
            earlier = read_record(self._data)
            await asyncio.to_thread(end_leftovers, earlier.children)
            self._record = ServicesRecord(owner=ProcessIdentity.of(os.getpid()), ports=earlier.ports)
            self._write_record()
            try:
                async with asyncio.TaskGroup() as group:
                    postgres = group.create_task(self._start_postgres())
                    temporal = group.create_task(self._start_temporal())
                    chroma = group.create_task(self._start_chroma())
            except ExceptionGroup as problems:
                raise problems.exceptions[0] from None
            addresses = Addresses(
                postgres_url=postgres.result(),
                temporal_address=temporal.result(),
                temporal_namespace=self._settings.temporal_namespace,
                chroma_url=chroma.result(),
            )
        except BaseException:
            await self.stop()
            raise
        self._record = self._record.model_copy(update={"addresses": addresses})
        self._write_record()
        return addresses

    async def start_sandbox(self) -> Addresses:
        """Start the local sandbox processor too, after `start`, and return the addresses with its own."""
        addresses = self._record.addresses
        if addresses is None:
            raise RuntimeError("start the services before the sandbox processor")

        def command(port: int) -> Command:
            return Command(
                name="sandbox",
                arguments=(
                    *(sys.executable, "-m", "tools.processors.sandbox"),
                    *("--folder", str(self._data / "sandbox"), "--port", str(port)),
                ),
                log=self.log_folder / "sandbox.log",
                port=port,
                environment={"PYTHONPATH": str(SOURCES)},
            )

        async def check(port: int) -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                (await client.get(f"http://127.0.0.1:{port}/_sandbox/ready")).raise_for_status()

        port = await self._serve("sandbox", command, check)
        here = f"http://127.0.0.1:{port}"
        sides = {"stripe_url": here, "adyen_url": f"{here}/adyen"}
        if self._settings.paypal_client_id is None:
            sides["paypal_url"] = self._settings.paypal_url or f"{here}/paypal"
        addresses = addresses.model_copy(update=sides)
        self._record = self._record.model_copy(update={"addresses": addresses})
        self._write_record()
        return addresses

    async def stop(self) -> None:
        """Stop the children this object started and release the folder. Safe to call again."""
        if self._lock is None:
            return
        for name in reversed(self.processes.names):
            if name not in _SERVICES:  # what works with the services goes before them
                await self.processes.stop(name)
        await asyncio.gather(*(self.processes.stop(name) for name in _SERVICES))
        self._record = ServicesRecord(ports=self._record.ports)
        self._write_record()
        os.close(self._lock)
        self._lock = None

    async def erase(self) -> None:
        """Stop, and remove every file the services keep for this data folder, sheltered ones included."""
        await self.stop()
        if not self._data.exists():
            return
        self._take_lock()
        try:
            self._cluster().erase()
            for name in ("temporal", "chroma", "sandbox", "logs"):
                shutil.rmtree(self._data / name, ignore_errors=True)
            (self._data / "services.json").unlink(missing_ok=True)
        finally:
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)

    def _cluster(self) -> Cluster:
        return Cluster(self._data, durable=self._durable, shelter=self._shelter)

    async def _start_postgres(self) -> str:
        if self._settings.postgres_url is not None:
            return self._settings.postgres_url
        cluster = self._cluster()
        await asyncio.to_thread(cluster.prepare)
        log = self.log_folder / "postgres.log"
        return cluster.url(await self._serve("postgres", lambda port: cluster.command(port, log), cluster.check))

    async def _start_temporal(self) -> str:
        if self._settings.temporal_address is not None:
            return self._settings.temporal_address
        namespace = self._settings.temporal_namespace

        def command(port: int) -> Command:
            return temporal_command(
                self._folder("temporal"),
                port,
                self.log_folder / "temporal.log",
                namespace=namespace,
                search_attributes=self._search_attributes,
                ui_port=self._ui_port,
                durable=self._durable,
            )

        port = await self._serve("temporal", command, lambda port: check_temporal(f"127.0.0.1:{port}", namespace))
        return f"127.0.0.1:{port}"

    async def _start_chroma(self) -> str:
        if self._settings.chroma_url is not None:
            return self._settings.chroma_url

        def command(port: int) -> Command:
            return chroma_command(self._folder("chroma"), port, self.log_folder / "chroma.log")

        port = await self._serve("chroma", command, lambda port: check_chroma(f"http://127.0.0.1:{port}"))
        return f"http://127.0.0.1:{port}"

    async def _serve(
        self, name: str, command: Callable[[int], Command], check: Callable[[int], Awaitable[object]]
    ) -> int:
        """Start a service on the port it had before or another free one, and return the port."""
        wanted = self._record.ports.get(name, 0)
        for last in (False, False, True):
            port = self._free_port(wanted) or self._free_port(0)
            self._note_port(name, port)
            try:
                await self.processes.start(command(port), partial(check, port))
            except StartError:
                # Between our look and the service's, another process may have taken the port.
                if last or free_port(port):
                    raise
                wanted = 0
            else:
                return port
        raise AssertionError("the last attempt returns or raises")

    def _folder(self, name: str) -> Path:
        folder = self._data / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _note_port(self, name: str, port: int) -> None:
        self._record = self._record.model_copy(update={"ports": {**self._record.ports, name: port}})
        self._write_record()

    def _take_lock(self) -> None:
        lock = os.open(self._data / "services.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            owner = read_record(self._data).owner
            raise FolderInUseError(self._data, owner.pid if owner is not None else None) from None
        self._lock = lock

    def _note_children(self, children: Mapping[str, ProcessIdentity]) -> None:
        self._record = self._record.model_copy(update={"children": dict(children)})
        self._write_record()

    def _write_record(self) -> None:
        with contextlib.suppress(FileNotFoundError):  # the folder itself was removed while we ran
            write_record(self._data, self._record)


def free_port(wanted: int) -> int:
    """`wanted` when it is free (0: any free port); 0 when it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
