"""The steps of a refund that workflows ask activities for, each with its patience."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.decision import Resolution
from knowledge.money import Money
from workflows.messages import (
    Close,
    DecideCase,
    Decided,
    OpenCase,
    PaymentResult,
    PayRefund,
    PersonDecides,
    Review,
)

with workflow.unsafe.imports_passed_through():
    from workflows.activities.heartbeat import SILENCE
    from workflows.activities.money import MoneyActivities
    from workflows.activities.records import RecordActivities

_STEADY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
_STEP = timedelta(seconds=60)
_AT_THE_PROCESSOR = timedelta(minutes=2)


async def doubts_about_payment(case: OpenCase) -> tuple[str, ...]:
    """What the processor or the ledger says that a person should know before money is given back."""
    doubts: tuple[str, ...] = await workflow.execute_activity_method(
        MoneyActivities.payment_doubts,
        DecideCase(merchant=case.merchant, case_id=case.case_id),
        start_to_close_timeout=_STEP,
        heartbeat_timeout=SILENCE,
        retry_policy=RetryPolicy(maximum_attempts=4),
    )
    return doubts


async def pay(order: PayRefund) -> PaymentResult:
    """Give the money back, once."""
    return await workflow.execute_activity_method(
        MoneyActivities.pay_refund,
        order,
        start_to_close_timeout=_AT_THE_PROCESSOR,
        heartbeat_timeout=SILENCE,
        retry_policy=_STEADY,
    )


async def look_after(order: PayRefund) -> PaymentResult:
    """What became of a refund that was pending."""
    return await workflow.execute_activity_method(
        MoneyActivities.check_refund,
        order,
        start_to_close_timeout=_AT_THE_PROCESSOR,
        heartbeat_timeout=SILENCE,
        retry_policy=_STEADY,
    )


async def record_persons_decision(
    case: OpenCase, base_decision_id: str, review: Review, resolution: Resolution, amount: Money
) -> Decided:
    """A person's own decision on a proposal, as a decision of its own."""
    return await workflow.execute_activity_method(
        RecordActivities.record_person_decision,
        PersonDecides(
            merchant=case.merchant,
            case_id=case.case_id,
            base_decision_id=base_decision_id,
            by=review.by,
            resolution=resolution,
            amount=amount,
            note=review.question or review.note,
            account=review.account,
            proposed_by=review.proposed_by,
        ),
        start_to_close_timeout=_STEP,
        retry_policy=_STEADY,
    )


async def record_closing(order: Close) -> None:
    """Keep what came of the case; what a person decided teaches the precedents."""
    await workflow.execute_activity_method(
        RecordActivities.close, order, start_to_close_timeout=_STEP, retry_policy=_STEADY
    )
