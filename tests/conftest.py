"""What holds for every test: which tests share a process, how the session ends."""

import gc
import importlib
import os
import sys

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# pytest-xdist fixes the width of its workers' terminal; rich would keep it for every command under test.
os.environ.pop("COLUMNS", None)
# Loaded now: hypothesis' plugin would import it while the session ends, deep in other frames.
importlib.import_module("hypothesis")
_ONE_PROCESS = ("tests/console/api/", "tests/console/cli/", "tests/console/web/night/")
"""Folders whose tests share a house of their own, which is started once and not in every process."""
_status = pytest.StashKey[int]()


class ByHouse(LoadScopeScheduling):
    """Who shares a process: the tests of a file, or of a folder with a house of its own."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in _ONE_PROCESS if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByHouse:
    """How `-n` hands tests out."""
    return ByHouse(config, log)


def pytest_collection_finish() -> None:
    """What was imported stays: no collection of garbage, with which every worker ends, looks at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests went."""
    session.config.stash[_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave at once: Temporal's core can abort the interpreter while it ends (sdk-python issue 300)."""
    status = config.stash.get(_status, None)
    if status is not None and not hasattr(config, "workerinput"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was left out is said last and in red, so that a green run is not taken for a whole one."""
    left_out = terminalreporter.stats.get("skipped", [])
    if left_out:
        why = str(getattr(left_out[0], "longreprtext", ""))
        terminalreporter.write_line(f"LEFT OUT: {len(left_out)} tests. {why}", red=True, bold=True)
