"""Activities that write what was read and decided into the records."""

import asyncio
import hashlib
from datetime import UTC, datetime

from temporalio import activity

from knowledge.case import Author, CaseBundle
from knowledge.decision import Decision, DefenceDecision, Reason, Resolution, Route, Rung
from knowledge.facts import Fact, FactMethod, FactName, PersonStatement, Standing
from knowledge.judgement.queueing import Wait
from knowledge.judgement.waiting import WAITING_STAGES
from knowledge.library.precedents import PrecedentWriter
from knowledge.money import Money
from knowledge.precedent import Answer, DecidedBy, Precedent
from knowledge.reasons import Severity
from knowledge.rules.policy import MerchantPolicy
from tools.records.cases import CaseRecords
from workflows.messages import (
    Close,
    Decided,
    DefenceDecided,
    FactCorrection,
    PersonDecides,
    PersonTakesStance,
    Readings,
    StageChange,
)


class RecordActivities:
    """Writes to the records; every step may run twice and then changes nothing."""

    def __init__(self, cases: CaseRecords, library: PrecedentWriter, policy: MerchantPolicy) -> None:
        self._cases = cases
        self._library = library
        self._policy = policy

    @activity.defn
    async def note_stage(self, change: StageChange) -> None:
        """Set the case's status, and its line in the queue where it waits for a person."""
        line = None
        if change.stage in WAITING_STAGES:
            wait = Wait(
                stage=change.stage.value,
                since=datetime.now(UTC),
                causes=change.causes,
                respond_by=change.respond_by,
                house_due=change.due,
            )
            line = await self._cases.queue_line(change.merchant, change.case_id, wait, self._policy)
        await self._cases.set_status(change.merchant, change.case_id, change.stage.value, change.detail, line)

    @activity.defn
    async def record_readings(self, readings: Readings) -> None:
        """Keep what each reader found."""
        found = {"claim": readings.claim, "photos": readings.photos, "journey": readings.journey}
        await self._cases.save_readings(readings.merchant, readings.case_id, found)

    @activity.defn
    async def amend_fact(self, merchant: str, case_id: str, correction: FactCorrection, at: datetime) -> None:
        """Keep a person's fact; it wins over every machine's."""
        statement = PersonStatement(person=correction.by, at=at, note=correction.note)
        await self._cases.amend_fact(
            merchant,
            case_id,
            Fact(
                name=correction.name,
                value=correction.value,
                confidence=1.0,
                method=FactMethod.PERSON,
                standing=Standing.ESTABLISHED,
                citation=statement,
                reader=correction.by,
            ),
        )

    @activity.defn
    async def record_decision(self, merchant: str, case_id: str, decision: Decision) -> Decided:
        """Keep a proposal; from here on its amount cannot change with a release."""
        return self._decided(await self._cases.save_decision(merchant, case_id, decision), decision)

    @activity.defn
    async def record_person_decision(self, order: PersonDecides) -> Decided:
        """Keep a reviewer's decision, built on the proposal it answers."""
        base = await self._cases.decision(order.merchant, order.case_id, order.base_decision_id)
        if not isinstance(base, Decision):
            raise TypeError(f"decision {order.base_decision_id} is not a refund decision")
        changed = order.resolution is not base.resolution or order.amount != base.amount
        ladder = (
            ()
            if order.resolution in {Resolution.DENY, Resolution.ASK_EVIDENCE}
            else (Rung(resolution=order.resolution, amount=order.amount), *(base.ladder[1:] if not changed else ()))
        )
        decision = base.model_copy(
            update={
                "resolution": order.resolution,
                "amount": order.amount,
                "ladder": ladder,
                "reasons": (_persons_reason(order, otherwise=changed), *base.reasons),
                "question": order.note if order.resolution is Resolution.ASK_EVIDENCE else base.question,
            }
        )
        decision_id = await self._keep_persons(order, decision, f"{order.resolution.value} {order.amount}")
        return self._decided(decision_id, decision)

    @activity.defn
    async def record_defence(self, merchant: str, case_id: str, decision: DefenceDecision) -> DefenceDecided:
        """Keep a stance on a chargeback."""
        return self._defence(await self._cases.save_decision(merchant, case_id, decision), decision)

    @activity.defn
    async def record_person_stance(self, order: PersonTakesStance) -> DefenceDecided:
        """Keep a reviewer's stance; a letter is written only for a recorded decision to fight."""
        base = await self._cases.decision(order.merchant, order.case_id, order.base_decision_id)
        if not isinstance(base, DefenceDecision):
            raise TypeError(f"decision {order.base_decision_id} is not a defence decision")
        reason = _persons_reason(order, otherwise=order.stance is not base.stance)
        decision = base.model_copy(
            update={"stance": order.stance, "reasons": (reason, *base.reasons), "question": None}
        )
        decision_id = await self._keep_persons(order, decision, f"{order.stance.value} {decision.contested}")
        return self._defence(decision_id, decision)

    @activity.defn
    async def close(self, order: Close) -> None:
        """Keep the outcome; what a person decided teaches the precedents."""
        await self._cases.save_outcome(order.merchant, order.case_id, order.outcome, order.amount)
        if not order.taught_by_person or order.decision_id is None or order.amount is None:
            return
        decision = await self._cases.decision(order.merchant, order.case_id, order.decision_id)
        if isinstance(decision, Decision):
            file = await self._cases.case_file(order.merchant, order.case_id)
            facts = {fact.name: fact for fact in reversed(file.facts)}
            lesson = lesson_of(file.bundle, facts, decision, order.amount, accepted=order.accepted)
            if lesson is not None:
                await asyncio.to_thread(self._library.teach, order.merchant, [lesson])

    def _defence(self, decision_id: str, decision: DefenceDecision) -> DefenceDecided:
        return DefenceDecided(
            decision_id=decision_id,
            stance=decision.stance,
            contested=decision.contested,
            route=decision.route,
            review_because=decision.review_because,
            question=decision.question,
            buffer_hours=self._policy.submission_buffer_hours,
            notice_hours=self._policy.concession_notice_hours,
            undo_seconds=self._policy.undo_seconds,
        )

    async def _keep_persons(
        self, order: PersonDecides | PersonTakesStance, decision: Decision | DefenceDecision, told: str
    ) -> str:
        inputs = hashlib.sha256(f"{order.base_decision_id}/{order.by}".encode()).hexdigest()
        decision_id = await self._cases.save_decision(order.merchant, order.case_id, decision, inputs)
        actor = order.account or order.by
        await self._cases.record_event(
            order.merchant, order.case_id, actor, "decided", told, decision_id, key=f"decided/{decision_id}"
        )
        return decision_id

    def _decided(self, decision_id: str, decision: Decision) -> Decided:
        review = decision.route is Route.REVIEW
        return Decided(
            decision_id=decision_id,
            resolution=decision.resolution,
            amount=decision.amount,
            ladder=decision.ladder,
            route=decision.route,
            review_because=decision.review_because if review else (),
            question=decision.question,
            policy_version=decision.policy_version,
            policy_sla_hours=self._policy.review_sla_hours,
            reminder_days=self._policy.buyer_reminder_days,
            open_days=self._policy.offer_open_days,
            return_days=self._policy.return_open_days,
            poll_hours=self._policy.refund_poll_hours,
            undo_seconds=self._policy.undo_seconds,
        )


def _persons_reason(order: PersonDecides | PersonTakesStance, *, otherwise: bool) -> Reason:
    proposed = f" (proposed by {order.proposed_by})" if order.proposed_by else ""
    return Reason(
        rule="person.decided_otherwise" if otherwise else "person.approved",
        text=f"{order.by} {'decided otherwise' if otherwise else 'approved'}{proposed}: {order.note or 'no note'}",
    )


def lesson_of(
    bundle: CaseBundle, facts: dict[FactName, Fact], decision: Decision, paid: Money, *, accepted: bool | None
) -> Precedent | None:
    """What a closed case teaches; None when its reason or price is not known. Holds no personal data."""
    reason, items = facts.get(FactName.CLAIM_REASON), facts.get(FactName.ORDER_ITEMS_PRICE)
    if reason is None or items is None or not items.money().minor:
        return None
    harm = facts.get(FactName.PHOTO_DAMAGE) or facts.get(FactName.CLAIM_SEVERITY)
    buyer_said = any(message.author is Author.BUYER for message in bundle.messages)
    severity = harm.severity() if harm else None
    return Precedent(
        case_id=bundle.case_id,
        closed_at=bundle.opened_at,
        reason=reason.reason(),
        severity=severity,
        category=bundle.order.lines[0].category,
        market=bundle.order.ship_to.country,
        items_price=items.money(),
        resolution=decision.resolution,
        share=min(1.0, round(paid.minor / items.money().minor, 4)),
        decided_by=DecidedBy.PERSON,
        answer=Answer.ACCEPTED if accepted else None,
        # Names and words of the buyer stay out: the summary is made of typed facts.
        text=f"{(severity or Severity.NONE).value} {reason.reason().value.replace('_', ' ')} of "
        f"{bundle.order.lines[0].title}" + ("" if buyer_said else " (form only)"),
    )
