"""What holds for every test: how the session ends."""

import importlib
import os
import sys

import pytest

# pytest-xdist fixes the width of its workers' terminal; rich would keep it for every command under test.
os.environ.pop("COLUMNS", None)
# Loaded now: hypothesis' plugin would import it while the session ends, deep in other frames.
importlib.import_module("hypothesis")
_status = pytest.StashKey[int]()


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
