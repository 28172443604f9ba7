"""`ChargebackCase`: a bank's dispute from notice to a submitted packet and its outcome."""

from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

from knowledge.decision import DefenceDecision, Route, Stance
from knowledge.judgement.waiting import WaitCause
from knowledge.money import Money
from workflows.closing import ended_as
from workflows.deadline import Deadline
from workflows.dispute_causes import LATER_CYCLES, causes_of
from workflows.dispute_steps import (
    read_standing,
    record_end,
    record_stance,
    start_conceding,
    start_linking,
    start_submitting,
    write_letter,
)
from workflows.doors import (
    as_signed,
    legal_for_chargeback,
    refuse_another_letter,
    refuse_anothers,
    refuse_second,
    refuse_superseded,
    refuse_unless,
)
from workflows.messages import (
    Answered,
    CaseView,
    DefenceDecided,
    EvidenceAdded,
    FactCorrection,
    LetterWritten,
    Linked,
    OpenCase,
    OutcomeNews,
    Review,
    ReviewAction,
    Stage,
    SubmissionResult,
    SubmissionState,
    Undo,
)
from workflows.noting import note
from workflows.thinking import read_evidence, think
from workflows.undo import UndoWindow
from workflows.waiting import within

with workflow.unsafe.imports_passed_through():
    from workflows.activities.records import RecordActivities

_STEADY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
_STEP = timedelta(seconds=60)
_OUTCOME_POLL = timedelta(days=1)
_UNDECIDED = "nobody has decided"
_ENDED = frozenset({"won", "lost", "closed"})
_OPEN = "needs_response"
_Result = TypeVar("_Result")
_SPEECHLESS = timedelta(hours=6)
"""How long a processor may say nothing before people hear of it; the shortest time a network gives is days."""
_SETTLES = frozenset({ReviewAction.APPROVE, ReviewAction.ADJUST, ReviewAction.DENY})
"""What moves the case on; to ask, hold or escalate leaves it with people, who can decide otherwise."""


@workflow.defn
class ChargebackCase:
    """One dispute. The deadline is the processor's own, less the policy's buffer."""

    @workflow.init
    def __init__(self, opened: OpenCase) -> None:
        self._case = opened
        self._stage = Stage.READING
        self._detail = ""
        self._causes: tuple[WaitCause, ...] = ()
        self._respond_by: datetime | None = None
        self._decided: DefenceDecided | None = None
        self._due: datetime | None = None
        self._unsigned_at: datetime | None = None
        self._result: str | None = None
        self._review: Review | None = None
        self._window = UndoWindow()
        self._letter: LetterWritten | None = None
        self._corrected = False
        self._evidence = False
        self._news = False
        self._held = False
        self._answered = False
        self._at_processor = True

    def _legal(self) -> tuple[str, ...]:
        # What is on its way to the processor is not decided anew, also while people are called to it.
        return () if self._at_processor else legal_for_chargeback(self._stage)

    @workflow.query
    def view(self) -> CaseView:
        """Where the case stands."""
        return CaseView(
            case_id=self._case.case_id,
            kind=self._case.kind,
            stage=self._stage,
            detail=self._detail,
            decision_id=self._decided.decision_id if self._decided else None,
            stance=self._decided.stance if self._decided else None,
            amount=self._decided.contested if self._decided else None,
            due=self._due,
            respond_by=self._respond_by,
            causes=self._causes,
            unsigned_at=self._unsigned_at if self._legal() else None,
            allowed=self._legal(),
            result=self._result,
        )

    @workflow.update
    async def review(self, review: Review) -> Answered:
        """A reviewer decides.

        Approve the proposal (where something was asked of the merchant: answer with what is held), or deny it:
        concede instead of fighting or asking, fight instead of conceding.
        """
        self._review = review
        return Answered(stage=self._stage, detail=f"{review.action.value} by {review.by}")

    @review.validator
    def _may_review(self, review: Review) -> None:
        refuse_second(self._review)
        refuse_unless(review.action.value, self._stage, self._legal())
        refuse_superseded(review, self._decided.decision_id if self._decided else None)
        refuse_another_letter(review, self._letter)

    @workflow.update
    async def undo(self, undo: Undo) -> Answered:
        """Whoever has just decided takes it back; the case waits again."""
        self._window.take_back()
        return Answered(stage=self._stage, detail=f"taken back by {undo.by}")

    @undo.validator
    def _may_undo(self, undo: Undo) -> None:
        refuse_unless("undo", self._stage, self._legal())
        refuse_anothers(undo, self._review)

    @workflow.update
    async def amend_fact(self, correction: FactCorrection) -> Answered:
        """A reviewer supplies or corrects a fact; the case is decided anew."""
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
        refuse_unless("amend-fact", self._stage, self._legal())

    @workflow.signal
    def evidence_added(self, added: EvidenceAdded) -> None:
        """New evidence is in the records: it re-enters reading."""
        self._evidence = True

    @workflow.signal
    def outcome_news(self, news: OutcomeNews) -> None:
        """The processor has news; it is asked what holds now."""
        self._news = True

    @workflow.run
    async def run(self, opened: OpenCase) -> CaseView:
        """From reading to outcome, through every cycle the issuer asks for."""
        linked = await self._link()
        began = workflow.info().start_time
        # In a run that takes up a closed case again, what was answered then still counts.
        self._answered = linked.submission_count > 0
        while True:
            self._news = False
            closed = await self._cycle(linked, began)
            # News that came while the case was closing would be heard by nobody else.
            if closed is not None and not (self._news and workflow.patched("news-while-closing")):
                return closed
            linked, began = await self._link(), workflow.now()

    async def _cycle(self, linked: Linked, began: datetime) -> CaseView | None:
        """One cycle: the closed case, or None when the issuer asks again."""
        if linked.state in _ENDED:
            return await self._end(linked.state, linked.recovered)
        if linked.state == _OPEN or not linked.submission_count:
            conceded = await self._answer(linked, began)
            if conceded is not None:
                return conceded
        return await self._follow(linked.stage)

    async def _link(self) -> Linked:
        """What the processor says of payment and dispute; people are called when it says nothing for hours."""
        linking = start_linking(self._case)
        if workflow.patched("called-while-linking") and not await within(_SPEECHLESS, linking.done):
            told = "the processor cannot be asked about the dispute; it is tried again"
            await self._note(Stage.ESCALATED, told, WaitCause.PROCESSOR_SILENT)
        return await linking

    async def _answer(self, linked: Linked, began: datetime) -> CaseView | None:
        """Answer the issuer in this cycle: None when the answer is submitted, the closed case when it is conceded."""
        self._at_processor = False
        decided = await self._decide_for(linked)
        buffer = timedelta(hours=decided.buffer_hours)
        deadline = Deadline(opened=began, respond_by=linked.respond_by, buffer=buffer, before_days_off=linked.send_by)
        self._due, self._respond_by = deadline.send_by, deadline.respond_by
        # Going on to arbitration can cost more than the dispute is worth: nothing goes there by itself.
        self._held = linked.stage == "arbitration"
        refused = False
        while True:
            letter = await self._write(decided) if decided.stance is Stance.FIGHT else None
            # What may be signed now: a letter of an earlier turn would be signed for a decision that is no more.
            self._letter = letter
            signed_by: str | None = None
            review: Review | None = None
            doubtful = letter is not None and (not letter.proved or bool(letter.attacks))
            if decided.route is Route.REVIEW or self._held or doubtful:
                # What was refused after the buffer had begun would be refused again: from there on people decide.
                self._held = self._held or (refused and workflow.now() >= deadline.send_by)
                review = await self._wait_for_reviewer(decided, letter, deadline, causes_of(linked, letter, refused))
                if review is None and (self._corrected or self._evidence):
                    decided = await self._decide_for(linked)
                    continue
                if review is not None and (review.action is ReviewAction.DENY or decided.stance is not Stance.FIGHT):
                    decided = await self._by_reviewer(decided, review)
                    if decided.stance is Stance.ACCEPT:
                        return await self._concede(decided, deadline)
                    continue
                signed_by = (review.account or review.by) if review else None
            elif decided.stance is Stance.ACCEPT and decided.notice_hours and workflow.patched("announced-concession"):
                review = await self._announce(decided, deadline)
                if review is None and (self._corrected or self._evidence):
                    decided = await self._decide_for(linked)
                    continue
                if review is not None and review.action is ReviewAction.DENY:
                    decided = await self._by_reviewer(decided, review)
                    continue
                if review is not None and review.action is not ReviewAction.APPROVE:
                    told = review.note or f"{review.action.value} by {review.by}"
                    decided = decided.model_copy(update={"route": Route.REVIEW, "review_because": (told,)})
                    continue
            if decided.stance is Stance.ACCEPT:
                return await self._concede(decided, deadline)
            if letter is None:
                letter = await self._write(decided)
            letter = as_signed(letter, review)
            submitted = await self._submit(decided, letter, signed_by, linked.submission_count, deadline)
            if submitted.state is SubmissionState.SUBMITTED:
                return None
            refused = True
            decided = decided.model_copy(
                update={"route": Route.REVIEW, "review_because": (f"not submitted: {submitted.why}",)}
            )

    async def _decide_for(self, linked: Linked) -> DefenceDecided:
        decided = await self._read_and_decide()
        if linked.stage not in LATER_CYCLES:
            return decided
        because = f"the issuer did not accept the first answer ({linked.stage}); somebody decides whether to go on"
        return decided.model_copy(update={"route": Route.REVIEW, "review_because": (because, *decided.review_because)})

    async def _announce(self, decided: DefenceDecided, deadline: Deadline) -> Review | None:
        """A concession is told a day ahead: a review that came in time, or None when nobody spoke or news came."""
        at = min(workflow.now() + timedelta(hours=decided.notice_hours), deadline.send_by)
        told = f"conceded at {at:%Y-%m-%d %H:%M} UTC unless somebody denies or holds it"
        send_by = self._due
        while True:
            self._review = None
            self._due = at
            await self._note(Stage.ANNOUNCED, told, WaitCause.CONCESSION_ANNOUNCED)
            await within(
                max(at - workflow.now(), timedelta(0)),
                lambda: self._review is not None or self._corrected or self._evidence,
            )
            self._stage, self._due = Stage.DECIDING, send_by
            if self._review is None or not await self._taken_back(self._review, decided):
                break
        review, self._review = self._review, None
        return review

    async def _taken_back(self, review: Review, decided: DefenceDecided) -> bool:
        """Whether the person takes the decision back while they may; until then nothing is done on it."""
        if not decided.undo_seconds or review.action not in _SETTLES:
            return False
        due, self._due = self._due, self._window.opens(decided.undo_seconds)
        await self._note(Stage.DECIDED, f"{review.action.value} by {review.by}")
        undone = await self._window.taken_back(self._due)
        self._due, self._stage = due, Stage.DECIDING
        return undone

    async def _read_and_decide(self) -> DefenceDecided:
        await self._note(Stage.READING)
        self._evidence = self._corrected = False
        doubts = await read_evidence(self._case)
        await self._note(Stage.DECIDING)
        state: dict[str, Any] = {"merchant": self._case.merchant, "case_id": self._case.case_id, "doubts": doubts}
        thought = await think("defence", state)
        decided: DefenceDecided = await workflow.execute_activity_method(
            RecordActivities.record_defence,
            args=[self._case.merchant, self._case.case_id, DefenceDecision.model_validate(thought["proposal"])],
            start_to_close_timeout=_STEP,
            retry_policy=_STEADY,
        )
        self._decided = decided
        return decided

    async def _write(self, decided: DefenceDecided) -> LetterWritten:
        await self._note(Stage.PREPARING)
        return await write_letter(self._case, decided.decision_id)

    async def _wait_for_reviewer(
        self, decided: DefenceDecided, letter: LetterWritten | None, deadline: Deadline, causes: tuple[WaitCause, ...]
    ) -> Review | None:
        """A review, or None when new evidence came or the deadline's buffer began with a proved letter at hand."""
        because = (*decided.review_because, *(letter.attacks if letter else ()))
        why = told = "; ".join(because or (letter.problems if letter else ()))
        stage = Stage.REVIEW
        sendable = letter is not None and letter.proved
        self._review = None
        while True:
            more = (WaitCause.HELD,) if self._held else ()
            await self._note(stage, told, *dict.fromkeys((*causes, *more)))
            # A proved letter that nobody holds goes out in time, whoever is looking at it. Otherwise people are called.
            goes = sendable and not self._held
            until = deadline.send_by if goes else deadline.next_call(workflow.now())
            self._unsigned_at = until if goes else None
            patience = None if until is None else max(until - workflow.now(), timedelta(0))
            if not await within(patience, lambda: self._review is not None or self._corrected or self._evidence):
                if goes:
                    self._stage = Stage.DECIDING
                    return None
                lacking = "the letter is held" if sendable else "nothing provable is at hand" if letter else _UNDECIDED
                stage, told = Stage.ESCALATED, f"{deadline.left(workflow.now())} and {lacking}; {why}"
                causes = (WaitCause.OVERDUE, *causes)
                continue
            # From here on nothing more is taken: what comes now would be answered by a case that has moved on.
            self._stage = Stage.DECIDING
            if self._review is None:
                return None
            if await self._taken_back(self._review, decided):
                self._review = None
                continue
            review, self._review = self._review, None
            if review.action is ReviewAction.ESCALATE:
                stage, why = Stage.ESCALATED, review.note or f"escalated by {review.by}"
                causes = (WaitCause.HANDED_UP, *causes)
            elif review.action is ReviewAction.HOLD:
                self._held, why = True, f"held by {review.by}" + (f": {review.note}" if review.note else "")
            elif review.action is ReviewAction.ASK:
                why = f"asked of the merchant: {review.question or decided.question or 'details'}"
                causes = (WaitCause.MERCHANT_ASKED, *causes)
            elif (
                review.action is ReviewAction.APPROVE
                and decided.stance is Stance.FIGHT
                and not (sendable or review.signed is not None)
            ):
                why = "the letter has unproved sentences and cannot be submitted: " + "; ".join(
                    letter.problems if letter else ()
                )
            else:
                self._held = False
                return review
            told = why

    async def _by_reviewer(self, decided: DefenceDecided, review: Review) -> DefenceDecided:
        # A denial turns the proposal round: a concession becomes a fight, anything else a concession. An approval
        # concedes, or answers what the merchant was asked with what is held: nothing more will come.
        concedes = (decided.stance is Stance.ACCEPT) is (review.action is ReviewAction.APPROVE)
        stance = Stance.ACCEPT if concedes else Stance.FIGHT
        mine = await record_stance(self._case, decided.decision_id, review, stance)
        self._decided = mine
        return mine

    async def _submit(
        self,
        decided: DefenceDecided,
        letter: LetterWritten,
        signed_by: str | None,
        answered_before: int,
        deadline: Deadline,
    ) -> SubmissionResult:
        await self._note(Stage.SUBMITTING)
        sending = start_submitting(self._case, decided, letter, signed_by, answered_before)
        return await self._calling(sending, deadline, "the answer")

    async def _calling(self, sending: workflow.ActivityHandle[_Result], deadline: Deadline, what: str) -> _Result:
        """What comes of a step at the processor; people are called by the deadline while it is not taken."""
        if workflow.patched("called-while-sending"):
            self._at_processor = True
            while (until := deadline.next_call(workflow.now())) is not None:
                if await within(until - workflow.now(), sending.done):
                    break
                left = deadline.left(workflow.now())
                told = f"{left} and the processor has not taken {what}; it is tried again"
                await self._note(Stage.ESCALATED, told, WaitCause.PROCESSOR_SILENT)
        try:
            return await sending
        finally:
            self._at_processor = False

    async def _follow(self, answered_stage: str) -> CaseView | None:
        """Wait for what comes of the answer: the closed case, or None when the issuer asks again in a later cycle."""
        await self._note(Stage.SUBMITTED)
        self._answered, self._due = True, None
        while True:
            self._news = False
            standing = await read_standing(self._case)
            if standing.state in _ENDED:
                return await self._end(standing.state, standing.recovered)
            if standing.state == _OPEN and standing.stage != answered_stage:
                return None
            try:
                await workflow.wait_condition(lambda: self._news, timeout=_OUTCOME_POLL)
            except TimeoutError:
                continue

    async def _end(self, state: str, recovered: Money | None) -> CaseView:
        contested = self._decided.contested if self._decided else None
        return await self._close(*ended_as(state, recovered, contested, conceded=self._result == "accepted"))

    async def _concede(self, decided: DefenceDecided, deadline: Deadline) -> CaseView:
        conceding = start_conceding(self._case, decided)
        await self._calling(conceding, deadline, "the concession")
        return await self._close("accepted", None)

    async def _close(self, outcome: str, amount: Money | None) -> CaseView:
        self._result = outcome
        self._due = None
        decision_id = self._decided.decision_id if self._decided else None
        await record_end(self._case, outcome, amount, decision_id, answered=self._answered)
        await self._note(Stage.CLOSED, outcome)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.view()

    async def _note(self, stage: Stage, detail: str = "", *causes: WaitCause) -> None:
        self._stage, self._detail, self._causes = stage, detail, causes
        await note(self._case, stage, detail, causes, self._due, self._respond_by)
