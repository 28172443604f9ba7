"""Spans of traces: off and free of cost until the standard `OTEL_…` variables name a collector.

An error sets a span's status by its kind alone: its text and its traceback may quote anybody.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from tools.telemetry.for_operators import ForOperators

_NAME = "amends"
_SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class UnknownExporter(ForOperators, ValueError):
    """`OTEL_…` asks for what this release does not speak; the message says what to set."""


def tracing_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a collector and does not switch tracing off."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return any(environment.get(name) for name in _SWITCHES)


def configure_tracing(service: str) -> TracerProvider | None:
    """Send spans of `service` to the collector the `OTEL_…` variables name; None, and nothing is kept, without one.

    Close it with `shutdown()`, which sends what is left. UnknownExporter for a protocol other than gRPC.
    """
    if not tracing_wanted():
        return None
    for name in ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"):
        if os.environ.get(name, "grpc") != "grpc":
            raise UnknownExporter(f"{name}: only grpc is spoken; leave it out and name the collector's gRPC port")
    # gRPC is loaded only by those who trace.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    name = os.environ.get("OTEL_SERVICE_NAME") or f"amends-{service}"
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def tracing_is_on() -> bool:
    """Whether this process keeps spans at all."""
    return isinstance(trace.get_tracer_provider(), TracerProvider)


@contextmanager
def span(
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, str | int] | None = None,
    parent: Context | None = None,
) -> Generator[Span, None, None]:
    """A span around what happens inside, under `parent` or the current one."""
    tracer = trace.get_tracer(_NAME)
    with tracer.start_as_current_span(
        name, parent, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except Exception as error:
            made.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def carried() -> dict[str, str]:
    """The current span as headers (W3C Trace Context), empty outside any."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return {name: value for name, value in carrier.items() if name == "traceparent"}


def context_of(carrier: Mapping[str, str]) -> Context:
    """The context such headers tell of."""
    return extract({name: value for name, value in carrier.items() if name == "traceparent"}, Context())
