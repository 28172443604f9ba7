"""The typed client of the workflows: what doors use to open cases and to be heard by them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from knowledge.case import Author, CaseBundle, CaseKind, Message, ProcessorName
from tools.records.canonical import digest_of
from tools.records.case_words import EvidenceAddition, OpenedCase
from workflows.chargeback_case import ChargebackCase
from workflows.closing import stands_as_closed
from workflows.doors import APPEALED, may_appeal, refuse_answer, refuse_unless
from workflows.gather_dispute import GatherDispute
from workflows.gathering_messages import GatherOrder, gathering_id
from workflows.installation import Installation
from workflows.messages import (
    TASK_QUEUE,
    Answered,
    Appeal,
    BuyerMessage,
    CaseView,
    EvidenceAdded,
    FactCorrection,
    OpenCase,
    OutcomeNews,
    ReturnReceived,
    Review,
    Stage,
    Undo,
    workflow_id,
)
from workflows.refund_case import RefundCase

_SIGN_OF_LIFE = timedelta(seconds=1.5)
_READS_NO_MORE = frozenset({Stage.SUBMITTED, Stage.CLOSED})


class NotNowError(Exception):
    """The workflow refused; the message says where the case stands and what is legal."""


class CasesSilentError(Exception):
    """The workflow server does not answer, so nothing was sent to any case; trying again helps."""


class NotAnsweredError(Exception):
    """The case was sent something, has not answered in time, and may still take it."""


class NewsTaken(StrEnum):
    """What became of a processor's news."""

    TOLD = "told"
    CLOSED = "closed"
    """The case is closed, and the dispute still stands as it was closed."""
    TAKEN_UP = "taken up again"


class CaseDesk:
    """Opens cases and passes on what people decide and buyers answer."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    async def open(self, bundle: CaseBundle, files: Mapping[str, bytes]) -> OpenedCase:
        """Record the case and start its workflow. The same bundle again changes nothing; CaseConflict for another."""
        opened = await self._installation.cases.open_case(bundle, files)
        # Started also when the records already held the case: a crash between the two must not strand it.
        # Told again after the case was dealt with and closed, it stays closed.
        await self._start(
            bundle,
            opened.digest,
            WorkflowIDReusePolicy.ALLOW_DUPLICATE
            if opened.created
            else WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
        )
        return opened

    async def _start(
        self, bundle: CaseBundle, digest: str, reuse: WorkflowIDReusePolicy, appeal: Appeal | None = None
    ) -> None:
        start = OpenCase(
            merchant=bundle.merchant.id,
            case_id=bundle.case_id,
            kind=bundle.kind,
            digest=digest,
            opened_at=bundle.opened_at,
            currency=bundle.order.total.currency,
            captured=bundle.order.payment.captured,
            appeal=appeal,
        )
        with suppress(WorkflowAlreadyStartedError):
            await self._installation.temporal.start_workflow(
                (RefundCase.run if bundle.kind is CaseKind.REFUND else ChargebackCase.run),  # pyright: ignore
                start,
                id=workflow_id(bundle.merchant.id, bundle.case_id),
                task_queue=TASK_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=reuse,
            )

    async def gather(self, merchant: str, processor: ProcessorName, dispute: str) -> None:
        """Have a case made for a dispute that has none, from what processor and sources tell; twice is once.

        A gathering that waits for something looks again at once.
        """
        await self._installation.temporal.start_workflow(
            GatherDispute.run,
            GatherOrder(merchant=merchant, processor=processor, dispute=dispute),
            id=gathering_id(merchant, processor, dispute),
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="look_again",
        )

    async def refuse_silent(self) -> None:
        """CasesSilentError unless the workflow server answers now."""
        try:
            async with asyncio.timeout(_SIGN_OF_LIFE.total_seconds()):
                if await self._installation.temporal.service_client.check_health():
                    return
        except (TimeoutError, RPCError):
            pass
        raise CasesSilentError("the workflow server does not answer; check that Temporal runs")

    async def view(self, merchant: str, case_id: str) -> CaseView:
        """Where the case stands; LookupError when there is none."""
        try:
            return await self._handle(merchant, case_id).query("view", result_type=CaseView)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise LookupError(f"case {case_id} has no workflow") from None
            raise

    async def review(self, merchant: str, case_id: str, review: Review, *, review_id: str | None = None) -> Answered:
        """A reviewer decides; NotNowError when the case does not wait for it.

        The same `review_id` again is the same review: it is answered as the first time, also after the case closed.
        """
        return await self._update(merchant, case_id, "review", review, update_id=review_id)

    async def undo(self, merchant: str, case_id: str, undo: Undo) -> Answered:
        """Whoever has just decided takes it back; NotNowError when it is too late, or was somebody else."""
        return await self._update(merchant, case_id, "undo", undo)

    async def amend_fact(
        self, merchant: str, case_id: str, correction: FactCorrection, *, once: str | None = None
    ) -> Answered:
        """A reviewer corrects a fact. Two calls with the same `once` are one correction."""
        return await self._update(merchant, case_id, "amend_fact", correction, update_id=once)

    async def return_received(
        self, merchant: str, case_id: str, received: ReturnReceived, *, once: str | None = None
    ) -> Answered:
        """The goods came back. Two calls with the same `once` are one."""
        await self._legal(merchant, case_id, "return-received")
        return await self._update(merchant, case_id, "return_received", received, update_id=once)

    async def answered(self, merchant: str, case_id: str, update_id: str) -> Answered | None:
        """What the case answered to that update, an old one too; None when it never heard of it.

        NotNowError when it was refused.
        """
        handle = cast("WorkflowHandle[Any, Any]", self._handle(merchant, case_id))
        try:
            return await handle.get_update_handle(update_id, result_type=Answered).result()
        except WorkflowUpdateFailedError as refused:
            raise _refusal(refused) from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise

    async def buyer(
        self, merchant: str, case_id: str, message: Message, answer: BuyerMessage, *, once: str | None = None
    ) -> Answered:
        """The buyer answers: their words are evidence first, then the workflow hears of them.

        Two calls with the same `once` are one answer.
        """
        if message.author is not Author.BUYER:
            raise ValueError("message.author: must be buyer")
        # Asked before anything is recorded: words that answer nothing must not change a case that has moved on.
        view = await self._legal(merchant, case_id, answer.move.value)
        try:
            refuse_answer(answer, view.amount.currency if view.amount else "")
        except ValueError as refused:
            raise NotNowError(str(refused)) from None
        if message.text:
            await self._installation.cases.add_evidence(merchant, case_id, EvidenceAddition(messages=(message,)), {})
        return await self._update(merchant, case_id, "buyer", answer, update_id=once)

    async def appeal(self, merchant: str, case_id: str, message: Message) -> None:
        """The buyer contests how their case ended: it is taken up again, and a person decides it.

        NotNowError while the case is open, when it did not end against the buyer, or after `MOST_APPEALS`. The same
        message again changes nothing.
        """
        if message.author is not Author.BUYER or not message.text:
            raise ValueError("message: an appeal is what the buyer writes")
        cases = self._installation.cases
        closed_as = await cases.outcome(merchant, case_id)
        summary = await cases.summary(merchant, case_id)
        appeals = [event for event in await cases.events(merchant, case_id) if event.what == APPEALED]
        if not may_appeal(summary.status, closed_as.outcome if closed_as else None, len(appeals)):
            raise NotNowError(f"the case is {summary.status}; there is nothing to contest now")
        assert closed_as is not None
        await cases.add_evidence(merchant, case_id, EvidenceAddition(messages=(message,)), {})
        bundle = await cases.bundle(merchant, case_id)
        appeal = Appeal(message_id=message.id, outcome=closed_as.outcome)
        await self._start(bundle, digest_of(bundle), WorkflowIDReusePolicy.ALLOW_DUPLICATE, appeal)
        await cases.record_event(
            merchant, case_id, "buyer", APPEALED, closed_as.outcome, key=f"{APPEALED}/{message.id}"
        )

    async def add_evidence(
        self, merchant: str, case_id: str, addition: EvidenceAddition, files: Mapping[str, bytes], *, by: str
    ) -> str:
        """Add evidence to an open case; it re-enters reading. NotNowError when the case reads no more."""
        view = await self.view(merchant, case_id)
        if view.stage in _READS_NO_MORE:
            raise NotNowError(f"the case is {view.stage.value}; evidence is no longer read")
        digest = await self._installation.cases.add_evidence(merchant, case_id, addition, files)
        await self._handle(merchant, case_id).signal("evidence_added", EvidenceAdded(digest=digest, by=by))
        return digest

    async def outcome_news(self, merchant: str, case_id: str, event_id: str) -> NewsTaken:
        """The processor has news of the dispute.

        A case that is closed is taken up again when the dispute does not stand any more as it was closed: a win may be
        reversed and a loss appealed, months later. ProcessorError when a closed case's processor cannot be asked.
        """
        try:
            await self._handle(merchant, case_id).signal("outcome_news", OutcomeNews(event_id=event_id))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        else:
            return NewsTaken.TOLD
        cases = self._installation.cases
        closed_as = await cases.outcome(merchant, case_id)
        if closed_as is None:
            raise LookupError(f"case {case_id} has no workflow and no outcome; submit its bundle again")
        bundle = await cases.bundle(merchant, case_id)
        if bundle.chargeback is None:
            return NewsTaken.CLOSED
        processor = self._installation.processors.of(bundle.chargeback.processor)
        dispute = await processor.dispute(bundle.chargeback.dispute_id)
        if stands_as_closed(closed_as.outcome, closed_as.amount, dispute):
            return NewsTaken.CLOSED
        await self._start(bundle, digest_of(bundle), WorkflowIDReusePolicy.ALLOW_DUPLICATE)
        return NewsTaken.TAKEN_UP

    async def _legal(self, merchant: str, case_id: str, what: str) -> CaseView:
        view = await self.view(merchant, case_id)
        try:
            refuse_unless(what, view.stage, view.allowed)
        except ValueError as refused:
            raise NotNowError(str(refused)) from None
        return view

    def _handle(self, merchant: str, case_id: str) -> WorkflowHandle[RefundCase, CaseView]:
        return self._installation.temporal.get_workflow_handle_for(RefundCase.run, workflow_id(merchant, case_id))

    async def _update(
        self, merchant: str, case_id: str, name: str, argument: object, *, update_id: str | None = None
    ) -> Answered:
        handle = cast("WorkflowHandle[Any, Any]", self._handle(merchant, case_id))
        try:
            answered: Answered = await handle.execute_update(name, argument, id=update_id, result_type=Answered)  # pyright: ignore[reportUnknownMemberType]
        except WorkflowUpdateFailedError as refused:
            raise _refusal(refused) from None
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            # A closed case answers no update any longer; what it answered once is still there.
            before = None if update_id is None else await self.answered(merchant, case_id, update_id)
            if before is None:
                raise NotNowError(f"case {case_id} is closed or unknown") from None
            return before
        return answered


def _refusal(refused: WorkflowUpdateFailedError) -> NotNowError:
    cause = refused.cause
    return NotNowError(cause.message if isinstance(cause, ApplicationError) else str(cause))
