"""Where log lines go: one handler on standard error for everything in the process, and nothing beside it."""

import logging
import sys
from types import TracebackType

from tools.settings import LogForm
from tools.telemetry.log_lines import LogLines

_log = logging.getLogger("amends.process")
# They tell each request they make; ours tell what came of it.
_QUIET = ("httpx", "httpcore", "stripe", "asyncio", "uvicorn", "uvicorn.error", "chromadb", "opentelemetry", "alembic")


def configure_logs(service: str, form: LogForm | None) -> None:
    """Write every record of this process as lines of `service`; without a form, text for a terminal and JSON otherwise.

    What ends the process is a line too: a traceback's values may be anybody's.
    """
    handler = logging.StreamHandler(sys.stderr)
    as_json = form is LogForm.JSON or (form is None and not sys.stderr.isatty())
    handler.setFormatter(LogLines(service, as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _end
    sys.unraisablehook = _unraisable


def _end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("process ends", exc_info=(kind, error, traceback))


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    error = unraisable.exc_value
    if error is not None:
        _log.error("error in a place that cannot raise", exc_info=error)
