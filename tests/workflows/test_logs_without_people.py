"""Whole cases with marked personal data, going well and going wrong: not one log line holds any of it."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import pytest

from knowledge.case import CaseBundle, Message
from knowledge.facts import Reading
from tests.tools.intake.examples import stripe_event
from tests.workflows.house import House, PlainClaims, PlainEmbedder, lost
from tests.workflows.test_chargeback_case import disputed, sample
from tools.intake import stripe
from tools.processors.sandbox.messages import FaultKind
from tools.records.inbox import WebhookInbox
from tools.telemetry.log_lines import LogLines
from workflows.intake import Intake
from workflows.messages import Review, ReviewAction, Stage
from workflows.worker import Household

MARKS = ("Quetzalina", "Xochitl", "quetzalina.x@example.org", "Rua dos Marcados", "4050-999", "+351 912 345 678",
         "zarabatana", "4242", "198.51.100.77")  # fmt: skip
"""Name, e-mail, street, postcode, phone, a word of the message, card digits, address of the device."""


def marks_in(text: str) -> list[str]:
    """The marks found; four digits inside a longer number or a hexadecimal id are none."""
    return [mark for mark in MARKS if re.search(rf"(?<![0-9a-f]){re.escape(mark)}(?![0-9a-f])", text)]


def marked(case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A lost parcel whose every personal field is one of the marks."""
    changes = {
        "buyer": {
            "id": "buyer-1", "name": "Quetzalina Xochitl", "email": "quetzalina.x@example.org", "country": "PT",
        },
    }  # fmt: skip
    bundle, files = lost(case_id, **changes)
    given = bundle.model_dump(mode="json", exclude_none=True)
    given["order"]["ship_to"] |= {
        "name": "Quetzalina Xochitl", "lines": ["Rua dos Marcados 5"], "postcode": "4050-999",
    }  # fmt: skip
    given["order"]["device"] = {"ip": "198.51.100.77"}
    given["messages"][0]["text"] = "lost: a zarabatana da Quetzalina nunca chegou, ligue +351 912 345 678"
    return type(bundle).model_validate(given), files


class StumblingClaims:
    """Reads as the plain reader does, after a first attempt that dies with everything it saw in its error."""

    def __init__(self) -> None:
        self._stumbles = 1

    def read(self, messages: Sequence[Message]) -> Reading:
        if self._stumbles:
            self._stumbles -= 1
            raise ValueError(f"cannot read {messages[0].text!r} of Quetzalina Xochitl")
        return PlainClaims().read(messages)


@contextmanager
def every_line() -> Generator[tuple[io.StringIO, io.StringIO], None, None]:
    """All records of this process, debug output of the libraries included: as the worker writes them, and plainly."""
    written, plainly = io.StringIO(), io.StringIO()
    handler, plain = logging.StreamHandler(written), logging.StreamHandler(plainly)
    handler.setFormatter(LogLines("worker", as_json=True))
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers[:] = [handler, plain]
    root.setLevel(logging.DEBUG)
    try:
        yield written, plainly
    finally:
        root.handlers[:] = before
        root.setLevel(level)


def marked_chargeback(case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A disputed sale to the same person, with their words in the thread."""
    bundle, files = sample("c01-visa-131", case_id)
    given = bundle.model_dump(mode="json", exclude_none=True)
    given["buyer"] |= {"name": "Quetzalina Xochitl", "email": "quetzalina.x@example.org"}
    given["order"]["ship_to"] |= {"name": "Quetzalina Xochitl", "lines": ["Rua dos Marcados 5"]}
    for message in given.get("messages", ()):
        message["text"] += " zarabatana"
    return type(bundle).model_validate(given), files


async def test_no_line_holds_a_mark_when_a_chargeback_is_answered_and_its_notices_fail(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    inbox = WebhookInbox(house.installation.records)
    intake = Intake(inbox, house.installation.cases, house.desk)
    with every_line() as (written, _):
        await house.bank.plan_fault(FaultKind.DROP_AFTER, "/v1/files")
        async with house.worker():
            dispute = await disputed(house, *marked_chargeback("marked-2"))
            await house.until("marked-2", Stage.SUBMITTED, Stage.REVIEW, Stage.ESCALATED)
        # A notice on a case whose workflow is gone: the desk refuses it, and the notice says why in its own record.
        handle = house.installation.temporal.get_workflow_handle("case/lumen/marked-2")
        await handle.terminate("for Quetzalina Xochitl")
        raw = stripe_event("charge.dispute.closed", {"id": dispute, "charge": "ch_any", "status": "lost"}, "evt_m2", 9)
        await inbox.store("lumen", "acct_lumen", stripe.parse(raw)[0], raw)
        await intake.work("lumen")
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    told = [line for line in lines if line["event"] == "notice failed"]
    assert [(line["merchant"], line["event_id"], line["cause"]) for line in told] == [
        ("lumen", "evt_m2", "LookupError")
    ]
    assert any(line["event"] == "step failed" and line["case_id"] == "marked-2" for line in lines)
    everything = written.getvalue() + "".join(capfd.readouterr())
    assert marks_in(everything) == []


async def test_no_line_holds_a_mark_when_cases_go_well_stumble_and_fail(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    with every_line() as (written, plainly):
        # A reader's bug, then a processor that fails twice while paying, each with the marks in reach.
        await house.bank.plan_fault(FaultKind.SERVER_ERROR, "/v1/refunds", times=2)
        async with house.worker(Household(claims=StumblingClaims(), embedder=PlainEmbedder())):
            await house.open(*marked("marked-1"))
            view = await house.until("marked-1", Stage.REVIEW, Stage.OFFERED, Stage.PAYING, Stage.CLOSED)
            if view.stage is Stage.REVIEW:
                await house.desk.review("lumen", "marked-1", Review(by="Rui", action=ReviewAction.APPROVE))
            await house.until("marked-1", Stage.CLOSED, Stage.OFFERED)
        logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Quetzalina>")
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": ValueError("zarabatana")}
        )
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    failed = [line for line in lines if line["event"] == "step failed"]
    assert {line["case_id"] for line in failed} == {"marked-1"}
    assert {"ValueError"} <= {line["cause"] for line in failed}
    assert any(line["cause"].startswith("ProcessorError") for line in failed), failed
    assert all(line["step"] and line["attempt"] >= 1 for line in failed)
    # The control: written plainly, the same records tell on the buyer.
    assert {"Quetzalina", "zarabatana"} <= set(marks_in(plainly.getvalue()))
    everything = written.getvalue() + "".join(capfd.readouterr())
    assert marks_in(everything) == []
