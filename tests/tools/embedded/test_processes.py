"""Supervision of any child: what it says when it fails, how it stops, how large its log grows."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tools.embedded import Command, Processes, StartError
from tools.embedded.identity import ProcessIdentity
from tools.embedded.processes import end_leftovers


@pytest.fixture
async def processes() -> AsyncIterator[Processes]:
    supervised = Processes()
    yield supervised
    await supervised.stop_all()


def _python(code: str, log: Path, **more: float) -> Command:
    return Command.model_validate(
        {"name": "child", "arguments": (sys.executable, "-S", "-c", code), "log": log, "stop_seconds": 0.3, **more}
    )


def _says(log: Path, word: str):
    async def check() -> None:
        if not log.exists() or word not in log.read_text():
            raise LookupError(f"it has not said {word}")

    return check


async def test_a_child_that_ends_at_once_is_reported_with_the_end_of_its_log(
    processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "child.log"
    with pytest.raises(StartError, match=r"child ended with 3 while starting. The end of .*\n.*disk is full"):
        await processes.start(
            _python("print('the disk is full', flush=True); raise SystemExit(3)", log), _says(log, "ready")
        )
    assert processes.pids == {}


async def test_a_program_that_is_missing_is_named(processes: Processes, tmp_path: Path) -> None:
    command = Command(name="child", arguments=("/no/such/program",), log=tmp_path / "child.log")
    with pytest.raises(StartError, match="cannot run /no/such/program: No such file"):
        await processes.start(command, _says(tmp_path / "child.log", "ready"))


async def test_a_child_that_is_never_ready_is_stopped_and_reported(processes: Processes, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    command = _python("import time; print('waiting', flush=True); time.sleep(60)", log, ready_seconds=0.5)
    with pytest.raises(StartError, match=r"was not ready after 0 s \(it has not said ready\)"):
        await processes.start(command, _says(log, "ready"))
    assert processes.pids == {}


async def test_a_child_that_ignores_its_signal_is_killed_when_its_time_is_up(
    processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "child.log"
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    await processes.start(_python(code, log), _says(log, "up"))
    identity = ProcessIdentity.of(processes.pids["child"])

    await processes.stop("child")

    assert not identity.alive()
    assert processes.pids == {}


async def test_a_long_log_is_moved_aside_while_the_child_goes_on_writing(processes: Processes, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = (
        "import sys, time\n"
        "print('x' * 9_000_000, flush=True)\n"
        "sys.stdin\n"
        "while True: print('later', flush=True); time.sleep(0.05)"
    )
    await processes.start(_python(code, log), _says(log, "later"))
    old = log.with_name("child.log.1")
    while not (old.exists() and log.stat().st_size < 1_000_000):
        await asyncio.sleep(0.05)
    while "later" not in log.read_text():
        await asyncio.sleep(0.05)

    assert old.stat().st_size > 9_000_000
    assert "x" not in log.read_text()


async def test_what_a_killed_supervisor_left_is_ended_and_a_reused_pid_is_not(
    processes: Processes, tmp_path: Path
) -> None:
    log = tmp_path / "child.log"
    await processes.start(_python("import time; print('up', flush=True); time.sleep(60)", log), _says(log, "up"))
    identity = ProcessIdentity.of(processes.pids["child"])
    somebody_else = identity.model_copy(update={"started": "another boot:1"})

    end_leftovers({"child": somebody_else})
    assert identity.alive()

    os.kill(identity.pid, signal.SIGSTOP)  # deaf to SIGTERM, as a hung service is
    await asyncio.to_thread(end_leftovers, {"child": identity}, 0.2)
    assert not identity.alive()
