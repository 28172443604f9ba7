"""One trace from the request in which a person decides, through workflow and step, to the processor that pays."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.workflows.house import REPLAY_EVERY_TASK, House
from tests.workflows.test_logs_without_people import marked, marks_in
from tools.processors.sandbox.messages import FaultKind
from tools.telemetry.requests import WatchedRequests
from tools.telemetry.spans import tracing_wanted
from workflows.desk import CaseDesk
from workflows.installation import open_installation
from workflows.messages import Review, ReviewAction, Stage


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Keeps the spans of this process while a test lasts."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    return kept


@asynccontextmanager
async def traced(house: House) -> AsyncGenerator[House, None]:
    """The same house, entered by a process that keeps spans."""
    async with open_installation(house.installation.settings) as installation:
        yield replace(house, installation=installation, desk=CaseDesk(installation))


def door(house: House) -> httpx.AsyncClient:
    """A page in miniature: a request that approves a case."""

    async def approve(request: Request) -> Response:
        await house.desk.review("lumen", request.path_params["case_id"], Review(by="Rui", action=ReviewAction.APPROVE))
        return PlainTextResponse("approved")

    application = Starlette(routes=[Route("/cases/{case_id}/decision", approve, methods=["POST"])])
    watched = WatchedRequests(application, service="console", closing=asyncio.Event())
    return httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://console.test")


def own(one: ReadableSpan) -> int:
    assert one.context is not None
    return one.context.span_id


def family(spans: Sequence[ReadableSpan], root: ReadableSpan) -> list[str]:
    """Names of all spans that descend from `root`, each reached by parents that were kept."""
    known = {own(root)}
    found: list[str] = []
    while new := [one for one in spans if one.parent and one.parent.span_id in known and own(one) not in known]:
        known |= {own(one) for one in new}
        found += [one.name for one in new]
    return found


@pytest.mark.parametrize("options", [{}, REPLAY_EVERY_TASK], ids=["cached", "replaying"])
async def test_a_decision_over_a_page_is_one_connected_trace_without_anybodys_data(
    house: House, collector: InMemorySpanExporter, options: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    case_id = f"traced-{request.node.callspec.id}"
    bundle, _ = marked(case_id)
    bundle = bundle.model_copy(update={"shipments": ()})  # nothing but the buyer's word: a person decides
    async with traced(house) as home, home.worker(**options):
        await house.bank.plan_fault(FaultKind.SERVER_ERROR, "/v1/refunds")
        await home.open(bundle, {})
        await home.until(case_id, Stage.REVIEW)
        async with door(home) as page:
            assert (await page.post(f"/cases/{case_id}/decision")).status_code == 200
        await home.until(case_id, Stage.CLOSED)
        # A worker that keeps no workflow in mind may wait for ever, when it is stopped amid a workflow's last task.
        await home.installation.temporal.get_workflow_handle(f"case/lumen/{case_id}").result()
    spans = collector.get_finished_spans()
    root = next(one for one in spans if one.name == "POST /cases/{case_id}/decision")
    assert root.parent is None
    below = family(spans, root)
    assert {"update review", "handle review", "step pay_refund", "stripe.refund"} <= set(below)
    # The first attempt failed, and its span says so by its kind alone.
    paying = [one for one in spans if one.name == "stripe.refund"]
    assert {one.status.description for one in paying} == {"ProcessorError", None}
    # A replaying worker goes through the history again and again and tells what is new alone; a task of the workflow
    # that a busy machine had to try again tells twice.
    assert below.count("handle review") in (1, 2)
    told = " ".join(one.to_json() for one in spans)
    assert marks_in(told) == []
    # Even a span's length tells nobody's words: no event holds an error's text or a traceback.
    assert [event for one in spans for event in one.events] == []


async def test_without_a_collector_nothing_is_kept_and_no_header_is_sent(house: House) -> None:
    assert not isinstance(trace.get_tracer_provider(), TracerProvider)
    bundle, files = marked("untraced-1")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("untraced-1", Stage.REVIEW, Stage.OFFERED, Stage.CLOSED)
    handle = house.installation.temporal.get_workflow_handle("case/lumen/untraced-1")
    async for event in handle.fetch_history_events():
        scheduled = event.activity_task_scheduled_event_attributes
        assert "amends-trace" not in scheduled.header.fields


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4317"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_are_sent_only_where_a_collector_is_named(environment: Mapping[str, str], wanted: bool) -> None:
    assert tracing_wanted(environment) is wanted
