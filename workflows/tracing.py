"""One trace from a request through workflow and step to the processor; the parent travels in Temporal's headers.

Temporal's own interceptor writes errors' texts and tracebacks into spans, and starts what follows a person's decision
under the request that opened the case, weeks earlier. Here a step belongs to the message that caused it: the start, or
the latest update or signal. Workflows only pass headers on; their own spans are made outside the sandbox, never while
replaying, and no history depends on them.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from opentelemetry.trace import SpanKind
from temporalio import activity, client, worker, workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter

from tools.telemetry.spans import carried, context_of, span

_HEADER = "amends-trace"
_EXTERN = "__amends_trace_of_workflow"
_Headers = Mapping[str, Payload]
_Span = Callable[[str, Mapping[str, str]], Mapping[str, str]]


class CarriedTraces(client.Interceptor, worker.Interceptor):
    """Given to a client, it serves the client's workers too."""

    def intercept_client(self, next: client.OutboundInterceptor) -> client.OutboundInterceptor:  # noqa: A002
        """Wrap a client's calls."""
        return _Calls(next)

    def intercept_activity(self, next: worker.ActivityInboundInterceptor) -> worker.ActivityInboundInterceptor:  # noqa: A002
        """Wrap a step's execution."""
        return _Steps(next)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002
    ) -> type[worker.WorkflowInboundInterceptor]:
        """Wrap workflows."""
        cast("dict[str, _Span]", input.unsafe_extern_functions)[_EXTERN] = _span_of_workflow  # pyright: ignore[reportUnknownMemberType]
        return _Messages


class _Calls(client.OutboundInterceptor):
    async def start_workflow(self, input: client.StartWorkflowInput) -> client.WorkflowHandle[Any, Any]:  # noqa: A002
        with span(f"start {input.workflow}", SpanKind.CLIENT):
            input.headers = _with(input.headers, carried())
            return await super().start_workflow(input)

    async def signal_workflow(self, input: client.SignalWorkflowInput) -> None:  # noqa: A002
        with span(f"signal {input.signal}", SpanKind.CLIENT):
            input.headers = _with(input.headers, carried())
            await super().signal_workflow(input)

    async def start_workflow_update(
        self,
        input: client.StartWorkflowUpdateInput,  # noqa: A002
    ) -> client.WorkflowUpdateHandle[Any]:
        with span(f"update {input.update}", SpanKind.CLIENT):
            input.headers = _with(input.headers, carried())
            return await super().start_workflow_update(input)

    async def query_workflow(self, input: client.QueryWorkflowInput) -> Any:  # noqa: A002
        with span(f"query {input.query}", SpanKind.CLIENT):
            return await super().query_workflow(input)


class _Steps(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002
        told = _told(input.headers)
        if not told:
            return await super().execute_activity(input)
        info = activity.info()
        attributes: dict[str, str | int] = {
            "amends.step": info.activity_type,
            "amends.attempt": info.attempt,
            "amends.workflow": info.workflow_id or "",
        }
        with span(f"step {info.activity_type}", SpanKind.CONSUMER, attributes, context_of(told)):
            return await super().execute_activity(input)


class _Messages(worker.WorkflowInboundInterceptor):
    """Remembers which message is the latest that came with a trace."""

    def __init__(self, next: worker.WorkflowInboundInterceptor) -> None:  # noqa: A002
        super().__init__(next)
        self.latest: Mapping[str, str] = {}

    def init(self, outbound: worker.WorkflowOutboundInterceptor) -> None:
        """Let what goes out know what came in."""
        super().init(_Passing(outbound, self))

    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:  # noqa: A002
        self.note(input.headers, f"run {workflow.info().workflow_type}")
        return await super().execute_workflow(input)

    async def handle_signal(self, input: worker.HandleSignalInput) -> None:  # noqa: A002
        self.note(input.headers, f"handle {input.signal}")
        await super().handle_signal(input)

    async def handle_update_handler(self, input: worker.HandleUpdateInput) -> Any:  # noqa: A002
        self.note(input.headers, f"handle {input.update}")
        return await super().handle_update_handler(input)

    def note(self, headers: _Headers, name: str) -> None:
        """A message came; if it carries a trace, what follows belongs to it."""
        told = _told(headers)
        if not told:
            return
        if workflow.unsafe.is_replaying():
            self.latest = told
        else:
            outside = cast("Mapping[str, _Span]", workflow.extern_functions())  # pyright: ignore[reportUnknownMemberType]
            self.latest = outside[_EXTERN](name, told)


class _Passing(worker.WorkflowOutboundInterceptor):
    def __init__(self, next: worker.WorkflowOutboundInterceptor, messages: _Messages) -> None:  # noqa: A002
        super().__init__(next)
        self._messages = messages

    def start_activity(self, input: worker.StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self._messages.latest)
        return super().start_activity(input)

    def start_local_activity(self, input: worker.StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self._messages.latest)
        return super().start_local_activity(input)


def _span_of_workflow(name: str, told: Mapping[str, str]) -> Mapping[str, str]:
    """A moment in a workflow: it has no length, because whoever began it may be gone when it goes on."""
    with span(name, SpanKind.INTERNAL, None, context_of(told)):
        return carried()


def _with(headers: _Headers, told: Mapping[str, str]) -> _Headers:
    if not told:
        return headers
    return {**headers, _HEADER: PayloadConverter.default.to_payload(dict(told))}


def _told(headers: _Headers) -> Mapping[str, str]:
    payload = headers.get(_HEADER)
    return {} if payload is None else PayloadConverter.default.from_payload(payload, dict[str, str])
