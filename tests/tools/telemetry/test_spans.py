"""Spans reach a real collector by the standard variables, with the service's name and no error's words."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,  # pyright: ignore[reportUnknownVariableType] -- generated without types
)

from tools.telemetry.spans import UnknownExporter, configure_tracing

_ROOT = Path(__file__).parents[3]
_WORK = """
from contextlib import suppress
from opentelemetry.trace import SpanKind
from tools.telemetry.spans import configure_tracing, span
provider = configure_tracing("worker")
with suppress(ValueError), span("stripe.refund", SpanKind.CLIENT, {"amends.operation": "refund"}):
    raise ValueError("of Ana Lima")
provider.shutdown()
"""


class _Collector(TraceServiceServicer):
    def __init__(self) -> None:
        self.received: list[ExportTraceServiceRequest] = []

    def Export(self, request: ExportTraceServiceRequest, context: object) -> ExportTraceServiceResponse:
        self.received.append(request)
        return ExportTraceServiceResponse()


def test_a_collector_named_by_the_standard_variables_gets_the_spans() -> None:
    collector, server = _Collector(), grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        environment = {
            **os.environ,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
            "PYTHONPATH": str(_ROOT),
        }
        subprocess.run([sys.executable, "-c", _WORK], env=environment, check=True, timeout=60, cwd=_ROOT)
    finally:
        server.stop(0)
    (resource,) = (each for request in collector.received for each in request.resource_spans)
    names = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (names["service.name"], names["deployment.environment"]) == ("amends-worker", "test")
    (made,) = resource.scope_spans[0].spans
    assert (made.name, made.status.message, len(made.events)) == ("stripe.refund", "ValueError", 0)


def test_a_protocol_that_is_not_spoken_is_refused_with_the_variables_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    with pytest.raises(UnknownExporter, match=r"OTEL_EXPORTER_OTLP_PROTOCOL: only grpc is spoken"):
        configure_tracing("worker")
