"""Log lines: one schema for every process, and nothing in them that is not on the list of known fields.

`{"time", "level", "service", "event", "logger"}` stand in each line; `merchant`, `case_id`, `step`, `attempt`, `cause`,
`where`, `trace_id` and the others of `FIELDS` where they are known. An `event` is a fixed text: arguments of a message
are never written into it, because nobody can say what a library puts there.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, TypeGuard

from opentelemetry import trace

from tools.telemetry.causes import cause, where, without_people

OUR_LOGGERS = "amends."
FIELDS: Final = (
    "merchant", "case_id", "step", "attempt", "processor", "account", "dispute", "event_id", "method", "route",
    "status", "milliseconds", "address", "task_queue", "count", "child", "mend", "cause", "where", "trace_id",
)  # fmt: skip
"""What may be given as `extra`, in the order of a line. Ids, kinds and counts: no text that people wrote."""
_IDS = frozenset({"merchant", "case_id", "dispute", "event_id", "account", "trace_id", "address", "where"})
_CASE = "case/"
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}[:\d]* ?")
# Texts of libraries that hold no data; all others are named by their logger and place.
_KNOWN: Final = {
    "Completing activity as failed": "step failed",
    "Completing asynchronously as failed": "step failed",
    "Exception in ASGI application": "request failed",
    "Task exception was never retrieved": "task failed",
    "Worker failed, shutting down": "worker failed",
}

_Value = str | int | float | bool


class LogLines(logging.Formatter):
    """Formats records of one service, as JSON or as text for a terminal."""

    def __init__(self, service: str, *, as_json: bool) -> None:
        super().__init__()
        self._service = service
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        time = datetime.fromtimestamp(record.created, UTC)
        event, fields = _event(record), fields_of(record)
        if self._as_json:
            told: dict[str, _Value] = {
                "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname.lower(),
                "service": self._service,
                "event": event,
                "logger": record.name,
            }
            return json.dumps(told | fields, ensure_ascii=False)
        more = "".join(f" {name}={_shown(value)}" for name, value in fields.items())
        return f"{time:%Y-%m-%d %H:%M:%SZ} {record.levelname:<7} {self._service}: {event}{more}"


def _shown(value: _Value) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text else text


def _event(record: logging.LogRecord) -> str:
    text = record.msg if isinstance(record.msg, str) else ""
    if record.name.startswith(OUR_LOGGERS):
        return text
    first = text.strip().splitlines()[0] if text.strip() else ""
    # Temporal writes what it knows of the step behind its text.
    known = next((said for start, said in _KNOWN.items() if first.startswith(start)), None)
    if known is not None:
        return known
    core = getattr(record, "temporal_log", None)
    if core is not None:
        # Its texts may begin with a run's id, which would make each of them another event.
        return without_people(_RUN.sub("", str(getattr(core, "message", ""))))
    # A template with arguments is a literal of the library; a text without any may have been put together before.
    return without_people(first) if record.args else "said by a library"


def fields_of(record: logging.LogRecord) -> dict[str, _Value]:
    """The known fields of a record, in their order; whatever else it carries stays where it is."""
    found: dict[str, _Value] = {}
    for name in FIELDS:
        value: object = getattr(record, name, None)
        if isinstance(value, str):
            found[name] = value if name in _IDS else without_people(value)
        elif isinstance(value, int | float):
            found[name] = value
    for attribute in ("temporal_activity", "temporal_workflow"):
        details: object = getattr(record, attribute, None)
        if _is_mapping(details):
            found = dict(_of_temporal(details)) | found
    core: object = getattr(getattr(record, "temporal_log", None), "fields", None)
    if _is_mapping(core) and isinstance(workflow := core.get("workflow_id"), str):
        found = dict(_of_workflow(workflow)) | found
    for argument in record.args if isinstance(record.args, tuple) else ():
        if isinstance(argument, str) and argument.startswith(_CASE):
            found = dict(_of_workflow(argument)) | found
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        found |= {"cause": cause(error), "where": where(error)}
    elif not record.name.startswith(OUR_LOGGERS) and record.lineno:
        found["where"] = f"{record.module}:{record.lineno}"
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        found["trace_id"] = trace.format_trace_id(span.trace_id)
    return {name: found[name] for name in FIELDS if found.get(name) not in (None, "")}


def _is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _of_temporal(details: Mapping[str, object]) -> Iterator[tuple[str, _Value]]:
    step = details.get("activity_type") or details.get("workflow_type")
    if isinstance(step, str):
        yield "step", step
    attempt = details.get("attempt")
    if isinstance(attempt, int):
        yield "attempt", attempt
    workflow = details.get("workflow_id")
    if isinstance(workflow, str):
        yield from _of_workflow(workflow)


def _of_workflow(workflow: str) -> Iterator[tuple[str, _Value]]:
    """`case/MERCHANT/CASE`, `gather/MERCHANT/PROCESSOR/DISPUTE` (workflows/messages.py)."""
    kind, _, rest = workflow.partition("/")
    merchant, _, named = rest.partition("/")
    if merchant and named:
        yield "merchant", merchant
        yield ("case_id" if kind == "case" else "dispute"), named
