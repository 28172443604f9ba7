"""`RefundCase`: a buyer's claim from evidence to money, as the procedure manual would tell it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.decision import Decision, Resolution, Route, Rung
from knowledge.judgement.waiting import WaitCause
from knowledge.money import Money
from workflows.doors import (
    legal_for_refund,
    refuse_anothers,
    refuse_answer,
    refuse_incomplete,
    refuse_second,
    refuse_superseded,
    refuse_unless,
)
from workflows.messages import (
    Answered,
    BuyerMessage,
    BuyerMove,
    CaseView,
    Close,
    Decided,
    EvidenceAdded,
    FactCorrection,
    OpenCase,
    PaymentState,
    PayRefund,
    ReturnReceived,
    Review,
    ReviewAction,
    Stage,
    Undo,
)
from workflows.noting import note
from workflows.refund_steps import (
    doubts_about_payment,
    look_after,
    pay,
    record_closing,
    record_persons_decision,
)
from workflows.reviews import decided_by, escalation
from workflows.telling import tell
from workflows.thinking import read_evidence, think
from workflows.undo import UndoWindow
from workflows.waiting import within

with workflow.unsafe.imports_passed_through():
    from workflows.activities.records import RecordActivities

_STEADY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
"""For steps that must happen whatever is down: tried until they can be done."""
_STEP = timedelta(seconds=60)
_MOST_ROUNDS = 8
"""How often one case may be decided anew before a person must end it."""


@workflow.defn
class RefundCase:
    """One buyer's claim. All state is here; evidence, facts and decisions are in the records, by id."""

    @workflow.init
    def __init__(self, opened: OpenCase) -> None:
        self._case = opened
        self._stage = Stage.READING
        self._detail = ""
        self._causes: tuple[WaitCause, ...] = ()
        self._decided: Decided | None = None
        self._by_person = False
        self._paid: Money | None = None
        self._due: datetime | None = None
        self._result: str | None = None
        self._review: Review | None = None
        self._window = UndoWindow()
        self._answer: BuyerMessage | None = None
        self._corrected = False
        self._evidence = False
        self._returned = False
        self._said = 0
        self._rung: Rung | None = None
        self._lock = asyncio.Lock()

    # Doors: validators say what is legal now; handlers only note what was said.

    @workflow.query
    def view(self) -> CaseView:
        """Where the case stands."""
        return CaseView(
            case_id=self._case.case_id,
            kind=self._case.kind,
            stage=self._stage,
            detail=self._detail,
            decision_id=self._decided.decision_id if self._decided else None,
            resolution=self._decided.resolution if self._decided else None,
            amount=self._decided.amount if self._decided else None,
            paid=self._paid,
            due=self._due,
            causes=self._causes,
            allowed=legal_for_refund(self._stage),
            result=self._result,
            rung=self._rung,
        )

    @workflow.update
    async def review(self, review: Review) -> Answered:
        """A reviewer decides."""
        self._review = review
        return Answered(stage=self._stage, detail=f"{review.action.value} by {review.by}")

    @review.validator
    def _may_review(self, review: Review) -> None:
        refuse_second(self._review)
        refuse_unless(review.action.value, self._stage, legal_for_refund(self._stage))
        refuse_superseded(review, self._decided.decision_id if self._decided else None)
        refuse_incomplete(review, self._case, self._decided)

    @workflow.update
    async def undo(self, undo: Undo) -> Answered:
        """Whoever has just decided takes it back; the case waits again."""
        self._window.take_back()
        return Answered(stage=self._stage, detail=f"taken back by {undo.by}")

    @undo.validator
    def _may_undo(self, undo: Undo) -> None:
        refuse_unless("undo", self._stage, legal_for_refund(self._stage))
        refuse_anothers(undo, self._review)

    @workflow.update
    async def amend_fact(self, correction: FactCorrection) -> Answered:
        """A reviewer supplies or corrects a fact; the case is decided anew."""
        async with self._lock:
            await workflow.execute_activity_method(
                RecordActivities.amend_fact,
                args=[self._case.merchant, self._case.case_id, correction, workflow.now()],
                start_to_close_timeout=_STEP,
                retry_policy=RetryPolicy(maximum_attempts=5),
            )
        self._corrected = True
        return Answered(stage=self._stage, detail=f"{correction.name.value} by {correction.by}")

    @amend_fact.validator
    def _may_amend(self, correction: FactCorrection) -> None:
        refuse_unless("amend-fact", self._stage, legal_for_refund(self._stage))

    @workflow.update
    async def buyer(self, message: BuyerMessage) -> Answered:
        """The buyer answers."""
        self._answer = message
        return Answered(stage=self._stage, detail=message.move.value)

    @buyer.validator
    def _may_answer(self, message: BuyerMessage) -> None:
        refuse_unless(message.move.value, self._stage, legal_for_refund(self._stage))
        refuse_answer(message, self._case.currency)

    @workflow.update
    async def return_received(self, received: ReturnReceived) -> Answered:
        """The goods came back."""
        self._returned = True
        return Answered(stage=self._stage, detail=f"return received by {received.by}")

    @return_received.validator
    def _may_receive(self, received: ReturnReceived) -> None:
        refuse_unless("return-received", self._stage, legal_for_refund(self._stage))

    @workflow.signal
    def evidence_added(self, added: EvidenceAdded) -> None:
        """New evidence is in the records: it re-enters reading."""
        self._evidence = True

    # The procedure.

    @workflow.run
    async def run(self, opened: OpenCase) -> CaseView:
        """From reading to closing."""
        decided = await self._read_and_decide()
        while opened.appeal is not None and not self._by_person:
            # Whatever the rules say now, a person decides what the buyer contests.
            told = (f"the buyer contests how the case ended: {opened.appeal.outcome}", *decided.review_because)
            decided = await self._wait_for_reviewer(decided, *told, stage=Stage.ESCALATED, cause=WaitCause.CONTESTED)
        for _ in range(_MOST_ROUNDS):
            if decided.route is Route.REVIEW and not self._by_person:
                decided = await self._wait_for_reviewer(decided)
                continue
            if decided.resolution is Resolution.ASK_EVIDENCE:
                decided = await self._ask(decided)
                continue
            if decided.resolution is Resolution.DENY:
                return await self._tell_and_close("denied", decided)
            nxt = await self._settle(decided)
            if nxt is None:
                return self.view()
            decided = nxt
        told, often = "decided anew too often; a person ends it", WaitCause.TOO_OFTEN
        decided = await self._wait_for_reviewer(decided, told, cause=often)
        settled = await self._settle(decided) if decided.amount.minor else None
        return self.view() if settled is None and self._result else await self._tell_and_close("unresolved", decided)

    async def _read_and_decide(self, as_of: datetime | None = None) -> Decided:
        await self._note(Stage.READING)
        self._evidence = False
        return await self._decide(await read_evidence(self._case), as_of)

    async def _decide(self, doubts: tuple[str, ...], as_of: datetime | None = None) -> Decided:
        await self._note(Stage.DECIDING)
        self._corrected = False
        payment_doubts = await doubts_about_payment(self._case)
        state: dict[str, Any] = {
            "merchant": self._case.merchant,
            "case_id": self._case.case_id,
            "as_of": as_of,
            "doubts": (*doubts, *payment_doubts),
        }
        thought = await think("refund", state)
        proposal = Decision.model_validate(thought["proposal"])
        decided: Decided = await workflow.execute_activity_method(
            RecordActivities.record_decision,
            args=[self._case.merchant, self._case.case_id, proposal],
            start_to_close_timeout=_STEP,
            retry_policy=_STEADY,
        )
        self._decided, self._by_person = decided, False
        return decided

    async def _wait_for_reviewer(
        self, decided: Decided, *why: str, stage: Stage = Stage.REVIEW, cause: WaitCause | None = None
    ) -> Decided:
        because = "; ".join(why or decided.review_because)
        patience, causes = timedelta(hours=decided.policy_sla_hours), (cause,) if cause else ()
        self._review, self._answer = None, None
        while True:
            self._due = workflow.now() + patience
            await self._note(stage, because, *causes)
            if not await within(
                patience,
                lambda: self._review is not None or self._corrected or self._evidence or self._answer is not None,
            ):
                if stage is Stage.REVIEW:
                    stage, because = Stage.ESCALATED, f"nobody decided within the promised time; {because}"
                    causes = (WaitCause.OVERDUE, *causes)
                continue
            self._due = None
            # From here on nothing more is taken: what comes now would be answered by a case that has moved on.
            self._stage = Stage.DECIDING
            if self._review is None:
                return await self._read_and_decide() if self._evidence or self._answer else await self._decide(())
            if self._review.action is not ReviewAction.ESCALATE and await self._taken_back(self._review, decided):
                self._review = None
                continue
            review, self._review = self._review, None
            if review.action is ReviewAction.ESCALATE:
                stage, because, causes = Stage.ESCALATED, escalation(review), (WaitCause.HANDED_UP,)
                continue
            return await self._by_reviewer(decided, review)

    async def _handed_up(self, decided: Decided, review: Review) -> Decided:
        told, up = escalation(review), WaitCause.HANDED_UP
        return await self._wait_for_reviewer(decided, told, stage=Stage.ESCALATED, cause=up)

    async def _taken_back(self, review: Review, decided: Decided) -> bool:
        """Whether the person takes the decision back while they may; until then nothing is done on it."""
        if not decided.undo_seconds:
            return False
        self._due = closes = self._window.opens(decided.undo_seconds)
        await self._note(Stage.DECIDED, f"{review.action.value} by {review.by}")
        undone = await self._window.taken_back(closes)
        self._due, self._stage = None, Stage.DECIDING
        return undone

    async def _by_reviewer(self, decided: Decided, review: Review) -> Decided:
        resolution, amount = decided_by(review, decided)
        mine = await record_persons_decision(self._case, decided.decision_id, review, resolution, amount)
        self._decided, self._by_person = mine, True
        return mine

    async def _ask(self, decided: Decided) -> Decided:
        self._answer = None
        await self._say("question", decided, question=decided.question or "details")
        patience = timedelta(days=decided.open_days)
        self._due = workflow.now() + patience
        await self._note(Stage.ASKING, decided.question or "")
        heard = await within(patience, lambda: self._answer is not None or self._evidence or self._review is not None)
        self._due, self._stage = None, Stage.DECIDING
        if self._review is not None:
            return await self._handed_up(decided, self._review)
        anew = await self._read_and_decide(as_of=None if heard else workflow.now())
        if not heard:
            # What the buyer did not answer is decided on what is there now, with a person behind it.
            silent = ("the buyer did not answer", *anew.review_because)
            return await self._wait_for_reviewer(anew, *silent, cause=WaitCause.BUYER_SILENT)
        if anew.resolution is Resolution.ASK_EVIDENCE and anew.question == decided.question:
            told = "what the buyer answered leaves the same question open"
            return await self._wait_for_reviewer(anew, told, cause=WaitCause.NEW_EVIDENCE)
        return anew

    async def _settle(self, decided: Decided) -> Decided | None:
        """Offer rung by rung, then pay; None when the case is closed, else a decision to go on with."""
        for index, rung in enumerate(decided.ladder):
            if rung.resolution is Resolution.PRICE_REDUCTION:
                answer = await self._offer(decided, rung, index)
                if answer is None and self._evidence:
                    return await self._reconsider_with(f"new evidence came while {rung.amount} was offered")
                if answer is None:
                    await self._tell_and_close("offer_lapsed", decided)
                    return None
                if answer.move is BuyerMove.REFUSE:
                    continue
                if answer.move is not BuyerMove.ACCEPT:
                    return await self._reconsider(decided, answer)
            if rung.resolution is Resolution.RETURN_AND_REFUND:
                heard = await self._await_return(decided, rung, index)
                if not heard:
                    await self._tell_and_close("not_returned", decided)
                    return None
                if self._review is not None:
                    return await self._handed_up(decided, self._review)
                if not self._returned:
                    return await self._reconsider_with("the buyer was heard while the goods were awaited")
            return await self._pay(decided, rung, index)
        return await self._wait_for_reviewer(decided, "the buyer refused every offer", cause=WaitCause.BUYER_REFUSED)

    async def _offer(self, decided: Decided, rung: Rung, index: int) -> BuyerMessage | None:
        self._answer = None
        self._due = workflow.now() + timedelta(days=decided.open_days)
        await self._say("offer", decided, rung=index, amount=rung.amount, closes_at=self._due)
        self._rung = rung
        await self._note(Stage.OFFERED, f"{rung.amount} offered")
        patience = timedelta(days=decided.reminder_days)
        for reminder in (True, False):
            if await within(patience, lambda: self._answer is not None or self._evidence):
                break
            if reminder:
                await self._say("reminder", decided, rung=index, amount=rung.amount, closes_at=self._due)
                patience = timedelta(days=decided.open_days - decided.reminder_days)
        # As everywhere: what would come from here on would be answered by a case that has moved on.
        self._due, self._stage, self._rung = None, Stage.DECIDING, None
        return self._answer

    async def _reconsider(self, decided: Decided, answer: BuyerMessage) -> Decided:
        asked = f"the buyer asks for {answer.amount}" if answer.amount else "the buyer answered in free text"
        told, countered = f"{asked} instead of {decided.amount}", WaitCause.BUYER_COUNTERED
        return await self._wait_for_reviewer(decided, told, cause=countered)

    async def _reconsider_with(self, news: str) -> Decided:
        """What is new is read; a person looks before what the buyer was told changes."""
        anew = await self._read_and_decide()
        return await self._wait_for_reviewer(anew, news, *anew.review_because, cause=WaitCause.NEW_EVIDENCE)

    async def _await_return(self, decided: Decided, rung: Rung, index: int) -> bool:
        """Wait for the goods or for whatever else is heard of them; False when nothing was."""
        self._answer = None
        await self._say("return", decided, rung=index, amount=rung.amount)
        self._rung = rung
        patience = timedelta(days=decided.return_days)
        self._due = workflow.now() + patience
        await self._note(Stage.RETURNING, f"{rung.amount} when the goods are back")
        heard = await within(
            patience,
            lambda: self._returned or self._evidence or self._answer is not None or self._review is not None,
        )
        self._due, self._stage, self._rung = None, Stage.DECIDING, None
        return heard

    async def _pay(self, decided: Decided, rung: Rung, index: int) -> Decided | None:
        await self._note(Stage.PAYING, str(rung.amount))
        order = PayRefund(
            merchant=self._case.merchant,
            case_id=self._case.case_id,
            decision_id=decided.decision_id,
            amount=rung.amount,
            key=f"{self._case.merchant}/{self._case.case_id}/{decided.decision_id}/{index}",
        )
        result = await pay(order)
        while result.state is PaymentState.PENDING:
            await self._note(Stage.REFUND_PENDING, result.reference or "")
            await workflow.sleep(timedelta(hours=decided.poll_hours))
            result = await look_after(order)
        if result.state is not PaymentState.PAID:
            told = f"the refund did not go through: {result.why}"
            return await self._wait_for_reviewer(decided, told, cause=WaitCause.REFUND_FAILED)
        self._paid = rung.amount
        await self._say("paid", decided, rung=index, amount=rung.amount)
        await self._close("paid", decided, amount=rung.amount, accepted=True)
        return None

    async def _tell_and_close(self, outcome: str, decided: Decided) -> CaseView:
        await self._say(outcome, decided)
        await self._close(outcome, decided, amount=None, accepted=None)
        return self.view()

    async def _say(
        self,
        what: str,
        decided: Decided,
        *,
        rung: int = 0,
        question: str = "",
        amount: Money | None = None,
        closes_at: datetime | None = None,
    ) -> None:
        self._said += 1
        await tell(
            self._case, decided, what, self._said, rung=rung, question=question, amount=amount, closes_at=closes_at
        )

    async def _close(self, outcome: str, decided: Decided, *, amount: Money | None, accepted: bool | None) -> None:
        self._result = outcome
        await record_closing(
            Close(
                merchant=self._case.merchant,
                case_id=self._case.case_id,
                outcome=outcome,
                amount=amount,
                decision_id=decided.decision_id,
                taught_by_person=self._by_person,
                accepted=accepted,
            )
        )
        await self._note(Stage.CLOSED, outcome)
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _note(self, stage: Stage, detail: str = "", *causes: WaitCause) -> None:
        self._stage, self._detail, self._causes = stage, detail, causes
        await note(self._case, stage, detail, causes, self._due)
