"""What holds for every test: how the session ends."""

import gc
import importlib
import os
import sys

import pytest

# pytest-xdist fixes the width of its workers' terminal; rich would keep it for every command under test.
os.environ.pop("COLUMNS", None)
# Loaded now: hypothesis' plugin would import it while the session ends, deep in other frames.
importlib.import_module("hypothesis")
_status = pytest.StashKey[int]()


def pytest_collection_finish() -> None:
    """What was imported stays: no collection of garbage looks at it again (workers end with one, see tests.workflows)."""
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
