"""Running a named graph inside a workflow: the one place where LangGraph's loose types are pinned down."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.langgraph import graph

from knowledge.facts import Reading
from workflows.messages import OpenCase, Readings

with workflow.unsafe.imports_passed_through():
    from workflows.activities.records import RecordActivities

# Our graphs have at most three super-steps; the library's own default of ten thousand would hang a workflow task.
_MOST_STEPS = 20


async def think(name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """Run the graph registered under `name`; its nodes are activities, its result plain values to validate."""
    app = cast("Any", graph(name)).compile()
    return cast("dict[str, Any]", await app.ainvoke(dict(state), {"recursion_limit": _MOST_STEPS}))


async def read_evidence(case: OpenCase) -> tuple[str, ...]:
    """Have the case's evidence read and what was read kept; what readers disagreed about, in plain words."""
    read = await think("reading", {"merchant": case.merchant, "case_id": case.case_id})
    readings = Readings(
        merchant=case.merchant,
        case_id=case.case_id,
        claim=Reading.model_validate(read["claim"]),
        photos=Reading.model_validate(read["photos"]),
        journey=Reading.model_validate(read["journey"]),
        doubts=tuple(read["doubts"]),
    )
    await workflow.execute_activity_method(
        RecordActivities.record_readings,
        readings,
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
    )
    return readings.doubts
