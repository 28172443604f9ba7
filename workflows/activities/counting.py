"""What steps came to, counted: decisions, refunds, submissions. Steps themselves know nothing of it."""

from typing import Any

from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from tools.telemetry.figures import DECISIONS, REFUNDS, SUBMISSIONS
from workflows.messages import Decided, DefenceDecided, PaymentResult, SubmissionResult

_PERSON = "person"
_PERSONS_STEPS = frozenset({"record_person_decision", "record_person_stance"})


class CountedResults(Interceptor):
    """Counts by the type of a step's result."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Wrap an activity's execution."""
        return _Counted(next)


class _Counted(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        result: object = await super().execute_activity(input)
        step = getattr(input.fn, "__name__", "")
        match result:
            case Decided():
                route = _PERSON if step in _PERSONS_STEPS else result.route.value
                DECISIONS.labels("refund", result.resolution.value, route).inc()
            case DefenceDecided():
                route = _PERSON if step in _PERSONS_STEPS else result.route.value
                DECISIONS.labels("chargeback", result.stance.value, route).inc()
            case PaymentResult():
                REFUNDS.labels(result.state.value).inc()
            case SubmissionResult():
                SUBMISSIONS.labels(result.state.value).inc()
            case _:
                pass
        return result
