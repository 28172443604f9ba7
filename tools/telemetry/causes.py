"""What went wrong, told without anybody's data: kinds of errors, our own words, and the places in our own code.

An error's text may quote a buyer, a carrier or a row of the records, and so may a traceback's source lines and values.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import psycopg
from pydantic import ValidationError

from tools.intake.paypal_certificates import CertificateUnavailable
from tools.ports import ProcessorError
from tools.records.records import RecordsUnavailable, WrongTenancySecret
from tools.sources.ports import SourceError
from tools.telemetry.for_operators import ForOperators

_OURS = Path(__file__).parents[2]
_ROOMS = tuple(f"{_OURS / room}/" for room in ("knowledge", "tools", "agents", "workflows", "console"))
_PLACES = 3
"""The innermost ones: with them an engineer finds the line."""
_LONGEST = 240
_ADDRESS = re.compile(r"\S+@\S+")
_DIGITS = re.compile(r"(?<![\w-])\+?\d(?:[ -]?\d){7,}(?![\w-])")
# Errors whose words are ours and speak of connections and settings only.
_WORDED = (RecordsUnavailable, WrongTenancySecret, CertificateUnavailable, SourceError, ForOperators)


def without_people(text: str) -> str:
    """`text` in one line of at most 240 characters; e-mail addresses and long numbers are replaced."""
    line = _DIGITS.sub("[number]", _ADDRESS.sub("[address]", " ".join(text.split())))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def cause(error: BaseException) -> str:
    """Kinds and safe words of an error and of what it came from: `ProcessorError: Stripe did not answer < APIError`."""
    return " < ".join(_told(one) for one in _chain(error))


def where(error: BaseException) -> str:
    """The innermost places in our own code, the deepest first; empty when it never passed through any."""
    deepest: list[str] = []
    for one in _chain(error):
        places = list(_places(one.__traceback__))
        deepest += [place for place in reversed(places) if place not in deepest]
    return " < ".join(deepest[:_PLACES])


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen and len(seen) < 5:
        seen.add(id(at))
        within: tuple[BaseException, ...] = getattr(at, "exceptions", ())
        if within:
            # Task groups wrap what happened; the first is told, the others came with it.
            at = within[0]
            continue
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _told(error: BaseException) -> str:
    kind = type(error).__name__
    if isinstance(error, _WORDED):
        return f"{kind}: {without_people(str(error))}"
    if isinstance(error, ProcessorError):
        # What follows the colon are the processor's own words.
        request = f" (request {error.request_id})" if error.request_id else ""
        return f"{kind}: {without_people(str(error).partition(': ')[0])}{request}"
    if isinstance(error, psycopg.Error) and error.sqlstate:
        parts = [error.sqlstate, error.diag.table_name or "", error.diag.constraint_name or ""]
        return f"{kind}: {' '.join(part for part in parts if part)}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"
    if isinstance(error, ValidationError):
        return f"{kind}: {error.title} ({', '.join(sorted({each['type'] for each in error.errors()}))})"
    return kind


def _places(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename.startswith(_ROOMS):
            file = Path(code.co_filename).relative_to(_OURS).as_posix()
            yield f"{file}:{traceback.tb_lineno} {code.co_name}"
        traceback = traceback.tb_next
