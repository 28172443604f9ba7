"""A call to somebody outside, watched: counted by what came of it, timed, and a client's span of the trace it is in."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum

from opentelemetry.trace import SpanKind

from tools.telemetry.figures import CALL_SECONDS, CALLS
from tools.telemetry.spans import span


class Called(StrEnum):
    """Who is called."""

    PROCESSOR = "processor"
    SOURCE = "source"
    MODEL = "model"


class WatchedCall:
    """A call under way; who makes it may say what came of it, where no error does."""

    def __init__(self) -> None:
        self.result = "answered"


@contextmanager
def watched_call(kind: Called, name: str, operation: str) -> Generator[WatchedCall, None, None]:
    """Watch what happens inside. An error worth trying again counts as `failed`, any other as `refused`."""
    call, began = WatchedCall(), time.perf_counter()
    with span(f"{name}.{operation}", SpanKind.CLIENT, {"amends.called": kind.value, "amends.operation": operation}):
        try:
            yield call
        except Exception as error:
            call.result = "refused" if getattr(error, "retry", True) is False else "failed"
            raise
        except BaseException:
            call.result = "abandoned"
            raise
        finally:
            CALLS.labels(kind.value, name, operation, call.result).inc()
            CALL_SECONDS.labels(kind.value, name).observe(time.perf_counter() - began)
