"""Telling the buyer something from inside a refund case: one message, sent once, however often the step is tried."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.money import Money
from workflows.messages import Decided, OpenCase, Say

with workflow.unsafe.imports_passed_through():
    from workflows.activities.buyers import BuyerActivities


async def tell(
    case: OpenCase,
    decided: Decided,
    what: str,
    number: int,
    *,
    rung: int,
    question: str,
    amount: Money | None,
    closes_at: datetime | None,
) -> None:
    """Send the message `what` about a decision; `number` counts the case's messages.

    Counted, because the same decision may be told a second time: after words of the buyer that change no fact. A case
    that was taken up again counts anew, so its appeal is part of the key.
    """
    key = f"{case.merchant}/{case.case_id}/{decided.decision_id}/{what}/{rung}/{number}"
    await workflow.execute_activity_method(
        BuyerActivities.say,
        Say(
            merchant=case.merchant,
            case_id=case.case_id,
            what=what,
            key=key if case.appeal is None else f"{key}/{case.appeal.message_id}",
            decision_id=decided.decision_id,
            rung=rung,
            question=question,
            amount=amount,
            closes_at=closes_at,
        ),
        start_to_close_timeout=timedelta(seconds=60),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
    )
