"""The stage of a case as both workflows write it into the records."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.judgement.waiting import WaitCause
from workflows.messages import OpenCase, Stage, StageChange

with workflow.unsafe.imports_passed_through():
    from workflows.activities.records import RecordActivities


async def note(
    case: OpenCase,
    stage: Stage,
    detail: str,
    causes: tuple[WaitCause, ...],
    due: datetime | None,
    respond_by: datetime | None = None,
) -> None:
    """Write the stage, and the case's place in the queue with it; tried until it is written."""
    await workflow.execute_local_activity_method(
        RecordActivities.note_stage,
        StageChange(
            merchant=case.merchant,
            case_id=case.case_id,
            stage=stage,
            detail=detail,
            causes=causes,
            due=due,
            respond_by=respond_by,
        ),
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
    )
