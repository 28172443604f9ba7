"""A web server inside a process that listens to signals itself."""

from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class InnerServer(uvicorn.Server):
    """Stops when `should_exit` is set; uvicorn's own would take the process's signals and end it by them."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave them alone."""
        yield
