"""The steps of a dispute that workflows ask activities for, each with its patience."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.decision import Stance
from knowledge.money import Money
from workflows.messages import (
    CaseRef,
    Close,
    Concede,
    DefenceDecided,
    DisputeStanding,
    LetterWritten,
    Linked,
    LinkPayment,
    OpenCase,
    PersonTakesStance,
    Review,
    SubmissionResult,
    Submit,
    WriteLetter,
)

with workflow.unsafe.imports_passed_through():
    from workflows.activities.defence import DefenceActivities
    from workflows.activities.heartbeat import SILENCE
    from workflows.activities.records import RecordActivities

_STEADY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
_STEP = timedelta(seconds=60)
_LONG_STEP = timedelta(minutes=2)


def start_linking(case: OpenCase) -> workflow.ActivityHandle[Linked]:
    """Begin to make the ledger agree with the processor, and to ask what it says about the dispute now."""
    return workflow.start_activity_method(
        DefenceActivities.link_payment,
        LinkPayment(merchant=case.merchant, case_id=case.case_id),
        start_to_close_timeout=_STEP,
        heartbeat_timeout=SILENCE,
        # The date is not known before: no longer pause than any date can bear.
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
    )


async def write_letter(case: OpenCase, decision_id: str) -> LetterWritten:
    """The letter of a decision: composed, verified and rendered, dated now."""
    return await workflow.execute_activity_method(
        DefenceActivities.write_letter,
        WriteLetter(merchant=case.merchant, case_id=case.case_id, decision_id=decision_id, dated=workflow.now()),
        start_to_close_timeout=_LONG_STEP,
        heartbeat_timeout=SILENCE,
        retry_policy=_STEADY,
    )


async def record_stance(case: OpenCase, decision_id: str, review: Review, stance: Stance) -> DefenceDecided:
    """A person's own stance on a decision, as a decision of its own."""
    return await workflow.execute_activity_method(
        RecordActivities.record_person_stance,
        PersonTakesStance(
            merchant=case.merchant,
            case_id=case.case_id,
            base_decision_id=decision_id,
            by=review.by,
            stance=stance,
            note=review.note,
            account=review.account,
            proposed_by=review.proposed_by,
        ),
        start_to_close_timeout=_STEP,
        retry_policy=_STEADY,
    )


async def read_standing(case: OpenCase) -> DisputeStanding:
    """The dispute as the processor tells it now."""
    return await workflow.execute_activity_method(
        DefenceActivities.dispute_standing,
        CaseRef(merchant=case.merchant, case_id=case.case_id),
        start_to_close_timeout=_STEP,
        retry_policy=_STEADY,
    )


def start_submitting(
    case: OpenCase, decided: DefenceDecided, letter: LetterWritten, signed_by: str | None, answered_before: int
) -> workflow.ActivityHandle[SubmissionResult]:
    """Begin to send the packet; it is tried again until it is taken or refused.

    It is tried a hundred times at least within the buffer before the date, and every five minutes.
    """
    pause = min(timedelta(minutes=5), timedelta(hours=decided.buffer_hours) / 100)
    key = f"{case.merchant}/{case.case_id}/{decided.decision_id}"
    return workflow.start_activity_method(
        DefenceActivities.submit,
        Submit(
            merchant=case.merchant,
            case_id=case.case_id,
            packet_sha256=letter.packet_sha256,
            letter_sha256=letter.letter_sha256,
            # The same decision may be sent again in a later cycle, which is another submission.
            key=f"{key}/{answered_before}" if answered_before else key,
            signed_by=signed_by,
            answered_before=answered_before,
        ),
        start_to_close_timeout=_LONG_STEP,
        heartbeat_timeout=SILENCE,
        retry_policy=RetryPolicy(initial_interval=min(timedelta(seconds=1), pause), maximum_interval=pause),
    )


def start_conceding(case: OpenCase, decided: DefenceDecided) -> workflow.ActivityHandle[None]:
    """Begin to accept the dispute; it is tried again until it is taken."""
    key = f"{case.merchant}/{case.case_id}/{decided.decision_id}/accept"
    return workflow.start_activity_method(
        DefenceActivities.concede,
        Concede(merchant=case.merchant, case_id=case.case_id, key=key),
        start_to_close_timeout=_LONG_STEP,
        heartbeat_timeout=SILENCE,
        retry_policy=_STEADY,
    )


async def record_end(
    case: OpenCase, outcome: str, amount: Money | None, decision_id: str | None, *, answered: bool
) -> None:
    """What came of the dispute, to the records and the ledger; `amount` is what came back."""
    await workflow.execute_activity_method(
        DefenceActivities.close,
        Close(
            merchant=case.merchant,
            case_id=case.case_id,
            outcome=outcome,
            amount=amount,
            decision_id=decision_id,
            answered=answered,
        ),
        start_to_close_timeout=_STEP,
        retry_policy=_STEADY,
    )
