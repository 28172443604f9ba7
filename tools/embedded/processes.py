"""Child processes under one supervisor: started when ready, restarted when they die, stopped in order."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import psutil
from pydantic import Field

from knowledge.base import Frozen
from tools.embedded.identity import ProcessIdentity

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG_BYTES = 8 * 1024 * 1024
"""A log beyond this is moved to `….1`, so one service keeps at most twice as much."""
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 10.0
_CALM_SECONDS = 30.0
"""A process that has run this long starts its back-off anew."""
_POLL = 0.05

Check = Callable[[], Awaitable[object]]
"""Raises while the service cannot be used."""


class StartError(RuntimeError):
    """A child did not become usable. The message holds the end of its log."""


class Command(Frozen):
    """A child process: what runs, as whom, and how it is asked to stop."""

    name: str
    arguments: tuple[str, ...] = Field(min_length=1)
    """Absolute path of the program first."""
    log: Path
    environment: dict[str, str] = {}
    """Added to this process's own environment."""
    port: int | None = None
    """The TCP port it must be listening on, itself, before it counts as ready."""
    user: str | None = None
    folder: Path = Path("/")
    """Working folder."""
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 8.0
    """How long it may take to stop before it is killed."""
    ready_seconds: float = 30.0


class _Child:
    """One command with its current process."""

    def __init__(self, command: Command, check: Check) -> None:
        self.command = command
        self.check = check
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.watch: asyncio.Task[None] | None = None


class Processes:
    """A set of supervised children. All methods belong to one event loop.

    `changed` is called after every start, stop or restart with the children alive, so that the owner can record them.
    """

    def __init__(self, changed: Callable[[Mapping[str, ProcessIdentity]], None] | None = None) -> None:
        self._children: dict[str, _Child] = {}
        self._changed = changed

    @property
    def pids(self) -> dict[str, int]:
        """Pids by name of the children that run now."""
        return {
            name: child.process.pid
            for name, child in self._children.items()
            if child.process is not None and child.process.poll() is None
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every supervised child, in the order of their starts."""
        return tuple(self._children)

    @property
    def restarts(self) -> dict[str, int]:
        """How often each child was started again."""
        return {name: child.restarts for name, child in self._children.items()}

    async def start(self, command: Command, check: Check) -> None:
        """Start `command`, wait until `check` passes, then keep it running; StartError when it does not come up."""
        if command.name in self._children:
            raise ValueError(f"{command.name} is already supervised; give every child a name of its own")
        child = _Child(command, check)
        self._children[command.name] = child
        try:
            self._spawn(child)
            await self._until_ready(child)
        except BaseException:
            await self._end(child)
            del self._children[command.name]
            self._tell()
            raise
        child.watch = asyncio.create_task(self._keep(child), name=f"supervise {command.name}")

    async def stop(self, name: str) -> None:
        """Stop one child and forget it: its signal first, SIGKILL after its time is up. Unknown names are a no-op."""
        child = self._children.get(name)
        if child is None:
            return
        if child.watch is not None:
            child.watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await child.watch
        await self._end(child)
        self._children.pop(name, None)
        self._tell()

    async def stop_all(self) -> None:
        """Stop every child, the last started first."""
        for name in reversed(list(self._children)):
            await self.stop(name)

    def _tell(self) -> None:
        if self._changed is not None:
            alive: dict[str, ProcessIdentity] = {}
            for name, pid in self.pids.items():
                with contextlib.suppress(LookupError):
                    alive[name] = ProcessIdentity.of(pid)
            self._changed(alive)

    def _spawn(self, child: _Child) -> None:
        command = child.command
        command.log.parent.mkdir(parents=True, exist_ok=True)
        launch = (sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), command.user or "-", *command.arguments)
        with os.fdopen(os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as log:
            child.process = subprocess.Popen(
                launch,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env=os.environ | command.environment,
                start_new_session=True,  # a Ctrl-C in the terminal reaches the supervisor alone, which stops in order
            )
        self._tell()

    async def _until_ready(self, child: _Child) -> None:
        command, process = child.command, child.process
        assert process is not None
        deadline = time.monotonic() + command.ready_seconds
        problem: Exception | None = None
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise StartError(f"{command.name} ended with {process.returncode} while starting. {_tail(command.log)}")
            try:
                await _ask(child.check, process)
                if command.port is not None and not listens(process.pid, command.port):
                    raise LookupError(f"another process answers on its port {command.port}")
            except Exception as refused:
                problem = refused
                await asyncio.sleep(_POLL)
            else:
                return
        raise StartError(
            f"{command.name} was not ready after {command.ready_seconds:.0f} s ({problem}). {_tail(command.log)}"
        )

    async def _keep(self, child: _Child) -> None:
        wait = _FIRST_WAIT
        while True:
            assert child.process is not None
            since = time.monotonic()
            while child.process.poll() is None:
                _rotate(child.command.log)
                await asyncio.sleep(_POLL * 2)
            if time.monotonic() - since > _CALM_SECONDS:
                wait = _FIRST_WAIT
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
            child.restarts += 1
            try:
                self._spawn(child)
                await self._until_ready(child)
            except (StartError, OSError):
                # What went wrong is in the service's own log; the next turn tries again, later.
                await self._end(child)

    async def _end(self, child: _Child) -> None:
        process = child.process
        if process is None or process.poll() is not None:
            return
        _signal(process.pid, child.command.stop_signal)
        try:
            await asyncio.to_thread(process.wait, child.command.stop_seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


async def _ask(check: Check, process: subprocess.Popen[bytes]) -> None:
    """Run one check; give up when the process ends meanwhile or no answer comes within five seconds."""
    answer = asyncio.ensure_future(check())
    try:
        for _ in range(round(5 / _POLL)):
            await asyncio.wait({answer}, timeout=_POLL)
            if answer.done():
                await answer
                return
            if process.poll() is not None:
                raise LookupError("it ended before it answered")
        raise TimeoutError("it does not answer")
    finally:
        answer.cancel()


def listens(pid: int, port: int) -> bool:
    """True when process `pid` itself listens on `port`."""
    with contextlib.suppress(psutil.Error):
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            for connection in psutil.Process(pid).net_connections("tcp")
        )
    return False


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _tail(log: Path) -> str:
    """The last lines of a log, for an error message."""
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        return f"The end of {log}:\n" + "\n".join(lines)
    return f"There is no log at {log}"


def _rotate(log: Path) -> None:
    # Copied and cut in place: the child holds the file open for appending and need not know.
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LOG_BYTES:
            shutil.copyfile(log, log.with_name(log.name + ".1"))
            os.truncate(log, 0)


def end_leftovers(left: Mapping[str, ProcessIdentity], seconds: float = 10.0) -> None:
    """Stop processes that an earlier, killed supervisor left running, and wait until they are gone."""
    running = {name: identity for name, identity in left.items() if identity.alive()}
    for name, identity in running.items():
        _signal(identity.pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while running and time.monotonic() < deadline:
        time.sleep(_POLL)
        running = {name: identity for name, identity in running.items() if identity.alive()}
    for identity in running.values():
        _signal(identity.pid, signal.SIGKILL)
    while any(identity.alive() for identity in running.values()):
        time.sleep(_POLL)
