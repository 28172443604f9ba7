"""One line a record, in one schema, with nothing in it that nobody put on the list."""

import ast
import json
import logging
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from tools.ports import ProcessorError
from tools.records.records import RecordsUnavailable
from tools.telemetry.causes import cause, where
from tools.telemetry.log_lines import FIELDS, LogLines

_ROOT = Path(__file__).parents[3]


def line(record: logging.LogRecord, *, as_json: bool = True) -> str:
    return LogLines("worker", as_json=as_json).format(record)


def record(
    name: str, text: str, *args: object, error: BaseException | None = None, **extra: object
) -> logging.LogRecord:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord(name, logging.WARNING, "/x/wire.py", 7, text, args or None, exc_info)
    made.__dict__.update(extra)
    return made


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_a_line_of_ours_holds_the_schema_and_the_known_fields_and_nothing_else() -> None:
    told = json.loads(
        line(record("amends.intake", "notice failed", merchant="lumen", event_id="evt_1", buyer="Ana Lima"))
    )
    assert list(told) == ["time", "level", "service", "event", "logger", "merchant", "event_id"]
    assert (told["level"], told["service"], told["event"]) == ("warning", "worker", "notice failed")
    assert told["time"].endswith("Z")


def test_a_librarys_arguments_and_ready_made_texts_never_reach_a_line() -> None:
    assert "Ana" not in line(record("httpx", "GET %s for %s", "/x", "Ana Lima"))
    assert json.loads(line(record("httpx", "GET %s for %s", "/x", "Ana Lima")))["event"] == "GET %s for %s"
    told = json.loads(line(record("some.library", "cannot parse 'Ana Lima'")))
    assert (told["event"], told["where"]) == ("said by a library", "wire:7")


def test_temporals_failed_attempt_is_one_line_with_case_step_attempt_and_cause() -> None:
    details = {"activity_type": "pay_refund", "attempt": 3, "workflow_id": "case/lumen/c-1", "activity_id": "9"}
    error = raised(ProcessorError("Stripe refused to refund ch_1: No such buyer ana@example.org", retry=True))
    told = json.loads(
        line(
            record(
                "temporalio.activity",
                f"Completing activity as failed ({details})",
                error=error,
                temporal_activity=details,
            )
        )
    )
    assert told["event"] == "step failed"
    assert (told["merchant"], told["case_id"], told["step"], told["attempt"]) == ("lumen", "c-1", "pay_refund", 3)
    assert told["cause"] == "ProcessorError: Stripe refused to refund ch_1"
    text = line(
        record("temporalio.activity", "Completing activity as failed", temporal_activity=details), as_json=False
    )
    assert "\n" not in text
    assert "step failed merchant=lumen case_id=c-1 step=pay_refund attempt=3" in text


def test_temporals_core_tells_the_same_event_in_the_same_words_and_of_which_case() -> None:
    class Core:
        message = "[TMPRL1104] 01a21b37-db0d-7394-85ea-e44120f2196d:4:1 Workflow task duration exceeded 5 seconds."
        fields = {"workflow_id": "case/lumen/c-1", "run_id": "01a21b37-db0d-7394-85ea-e44120f2196d"}

    told = json.loads(line(record("temporal.core-sdk", "[x] whatever {'of': 'Ana'}", temporal_log=Core())))
    assert told["event"] == "[TMPRL1104] Workflow task duration exceeded 5 seconds."
    assert told["case_id"] == "c-1"


def test_a_cause_names_kinds_and_types_and_no_values() -> None:
    class Asked(BaseModel):
        age: int

    with pytest.raises(ValidationError) as caught:
        Asked.model_validate({"age": "Ana Lima"})
    assert cause(caught.value) == "ValidationError: Asked (int_parsing)"
    assert cause(KeyError("Ana Lima")) == "KeyError"
    assert cause(ExceptionGroup("of Ana Lima", [ValueError("Ana")])) == "ValueError"
    assert cause(RecordsUnavailable("no connection for ana@example.org, +351 912 345 678")) == (
        "RecordsUnavailable: no connection for [address] [number]"
    )


def test_the_place_is_in_our_own_code_and_shows_no_source_line() -> None:
    from knowledge.money import Money

    with pytest.raises(ValueError) as caught:
        Money.parse("Ana Lima", "EUR")
    assert where(caught.value).startswith("knowledge/money.py:")
    assert "Ana" not in where(caught.value)
    assert where(ValueError("never raised")) == ""


def test_every_log_call_of_ours_has_a_fixed_text_and_known_fields() -> None:
    """Whatever is put together at run time could hold anybody's words."""
    found = 0
    for room in ("knowledge", "tools", "agents", "workflows", "console"):
        for file in (_ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "_log"
                ):
                    found += 1
                    place = f"{file.relative_to(_ROOT)}:{node.lineno}"
                    assert len(node.args) == 1, place
                    assert isinstance(node.args[0], ast.Constant), place
                    for keyword in node.keywords:
                        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                            names = {key.value for key in keyword.value.keys if isinstance(key, ast.Constant)}
                            assert names <= set(FIELDS), place
    assert found > 5
