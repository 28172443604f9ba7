"""Activities of the chargeback defence: link the payment, write the packet, submit it once, follow the outcome."""

import hashlib
from datetime import UTC, datetime, timedelta

from temporalio import activity

from knowledge.case import CaseBundle, ChargebackNotice, DisputeStage
from knowledge.decision import DefenceDecision
from knowledge.judgement.defence import family_of
from knowledge.letter.claims import Letter, Proof
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import CannotComposeError, DefenceDossier
from knowledge.letter.release import release_refusals
from knowledge.letter.verify import letter_digest, verify_letter
from knowledge.money import total
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.outcomes.costs import dispute_costs
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import find_reason
from knowledge.rules.working_days import on_a_working_day
from knowledge.tracking import Route
from tools.carriers import UnreadableTracking, read_route
from tools.packets import (
    PDF_START,
    PacketError,
    UnshowableDocument,
    check_document,
    letter_of_packet,
    profile_for,
)
from tools.ports import DisputeState, EvidencePackage, ProcessorError
from tools.processors.connected import ConnectedProcessors
from tools.records.cases import CaseRecords
from tools.records.ledger import Ledger
from tools.records.ledger_words import ChargebackOutcome
from tools.records.outcomes import OutcomeRecords
from workflows.credits import CreditBook
from workflows.messages import (
    CaseRef,
    Close,
    Concede,
    DisputeStanding,
    LetterWritten,
    Linked,
    LinkPayment,
    SubmissionResult,
    SubmissionState,
    Submit,
    WriteLetter,
)
from workflows.packet_making import is_composed, keep_packet, make_packet
from workflows.submission import evidence_package

_LEDGER_OUTCOME: dict[DisputeEnd, ChargebackOutcome] = {
    DisputeEnd.WON: "won",
    DisputeEnd.PARTIAL: "lost",
    DisputeEnd.LOST: "lost",
    DisputeEnd.ACCEPTED: "accepted",
    DisputeEnd.UNANSWERED: "lost",
    # Never more than an inquiry: the money was never taken.
    DisputeEnd.CLOSED: "won",
}
_CLOSED = frozenset({DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED})


class DefenceActivities:
    """What a defence does in the world. Submission is preceded by asking the processor what it already has."""

    def __init__(
        self,
        cases: CaseRecords,
        ledger: Ledger,
        credit_book: CreditBook,
        processors: ConnectedProcessors,
        outcomes: OutcomeRecords,
        policy: MerchantPolicy,
    ) -> None:
        self._cases = cases
        self._ledger = ledger
        self._credits = credit_book
        self._processors = processors
        self._outcomes = outcomes
        self._policy = policy

    @activity.defn
    async def link_payment(self, order: LinkPayment) -> Linked:
        """Make the ledger agree with the processor; the respond-by date is the processor's own when it gives one."""
        bundle, notice = await self._notice(order)
        charge = bundle.order.payment.processor_reference
        processor = self._processors.of(notice.processor)
        await self._ledger.reconcile(order.merchant, charge, await processor.refunds(charge))
        await self._ledger.open_chargeback(
            order.merchant, charge, notice.dispute_id, notice.amount, case_id=order.case_id
        )
        dispute = await processor.dispute(notice.dispute_id)
        posted = await self._credits.credits(order.merchant, order.case_id)
        respond_by = dispute.respond_by or notice.respond_by
        return Linked(
            respond_by=respond_by,
            send_by=self._before_days_off(respond_by, bundle.merchant.country),
            state=dispute.state.value,
            stage=dispute.stage.value,
            submission_count=dispute.submission_count,
            recovered=dispute.recovered,
            credited=total([one.amount for one in posted if one.state == "succeeded"], notice.amount.currency),
        )

    def _before_days_off(self, respond_by: datetime, country: str) -> datetime | None:
        """The working moment before the buffer's beginning; None when it begins on one, or none is left."""
        if not self._policy.send_before_days_off:
            return None
        begins = respond_by - timedelta(hours=self._policy.submission_buffer_hours)
        moved = on_a_working_day(begins, country)
        return moved if datetime.now(UTC) < moved < begins else None

    @activity.defn
    async def write_letter(self, order: WriteLetter) -> LetterWritten:
        """Compose from typed claims, verify every sentence, render, read it as an analyst does, and keep all of it."""
        bundle, notice = await self._notice(order)
        decision = await self._cases.decision(order.merchant, order.case_id, order.decision_id)
        if not isinstance(decision, DefenceDecision):
            raise TypeError(f"decision {order.decision_id} is not a defence decision")
        try:
            dossier = await self._dossier(order, bundle, decision)
            letter = compose_letter(dossier)
        except CannotComposeError as error:
            return LetterWritten(
                letter_sha256="", packet_sha256="", proof_sha256="", proved=False, problems=(str(error),), pages=0
            )
        proof = verify_letter(letter, dossier)
        try:
            packet = await make_packet(
                self._cases, order, letter, proof, profile_for(notice.processor.value, notice.network)
            )
        except PacketError as error:
            return LetterWritten(
                letter_sha256="", packet_sha256="", proof_sha256="", proved=False, problems=(str(error),), pages=0
            )
        return await keep_packet(self._cases, order, order.decision_id[:12], letter, proof, packet)

    async def _dossier(
        self,
        order: WriteLetter,
        bundle: CaseBundle,
        decision: DefenceDecision,
    ) -> DefenceDossier:
        routes: list[tuple[str, Route, str]] = []
        for shipment in bundle.shipments:
            if shipment.tracking_sha256 is None:
                continue
            payload = await self._cases.evidence(order.merchant, order.case_id, shipment.tracking_sha256)
            try:
                route = read_route(shipment.carrier, payload, tracking_number=shipment.tracking_number)
            except UnreadableTracking:
                continue
            routes.append((shipment.id, route, hashlib.sha256(payload).hexdigest()))
        return DefenceDossier(
            bundle=bundle,
            routes=tuple(routes),
            facts=tuple(await self._cases.facts(order.merchant, order.case_id)),
            decision=decision,
            credits=await self._credits.credits(order.merchant, order.case_id),
            unshown=await self._unshown(order, bundle),
            dated=order.dated,
        )

    async def _unshown(self, order: WriteLetter, bundle: CaseBundle) -> frozenset[str]:
        """Documents that may not be exhibited; the letter is written without them, and the case's story says why."""
        unshown: set[str] = set()
        for document in bundle.documents:
            if document.sha256 is None:
                continue
            data = await self._cases.evidence(order.merchant, order.case_id, document.sha256)
            if not data.startswith(PDF_START):
                continue
            try:
                check_document(data)
            except UnshowableDocument as problem:
                unshown.add(document.id)
                await self._cases.record_event(
                    order.merchant,
                    order.case_id,
                    "amends",
                    "not exhibited",
                    f"{document.id}: {problem}",
                    document.sha256,
                    key=f"{order.decision_id}/{document.id}/not-exhibited",
                )
        return frozenset(unshown)

    @activity.defn
    async def submit(self, order: Submit) -> SubmissionResult:
        """Stage, then submit once; whatever was submitted before is confirmed, never repeated.

        A letter that is not proved by its own exhibits, or a packet of another letter, is refused here, whoever signed;
        so is a letter in other words than the composed ones that nobody signed.
        """
        bundle, notice = await self._notice(order)
        packet = await self._cases.artifact(order.merchant, order.case_id, order.packet_sha256)
        letter = Letter.model_validate_json(
            await self._cases.artifact(order.merchant, order.case_id, order.letter_sha256)
        )
        refusals = release_refusals(letter, await self._proof_of(order, letter), letter_of_packet(packet))
        if order.signed_by is None and not await self._is_composed(order):
            refusals = (*refusals, "signature: the letter is in other words than the composed ones; a person signs it")
        try:
            processor = self._processors.of(notice.processor)
            dispute = await processor.dispute(notice.dispute_id)
            if dispute.submission_count <= order.answered_before and dispute.state not in _CLOSED:
                if refusals:
                    return SubmissionResult(state=SubmissionState.REFUSED, why="; ".join(refusals))
                package = await self._package(order, bundle, letter, dispute.stage)
                await processor.stage_evidence(package, packet, key=f"{order.key}/stage")
                dispute = await processor.submit_evidence(package, packet, key=f"{order.key}/submit")
        except ProcessorError as error:
            if error.retry:
                raise
            return SubmissionResult(state=SubmissionState.REFUSED, why=str(error))
        if dispute.submission_count <= order.answered_before:
            return SubmissionResult(state=SubmissionState.REFUSED, why=f"the dispute is {dispute.state.value}")
        await self._cases.record_event(
            order.merchant,
            order.case_id,
            order.signed_by or "amends",
            "submitted",
            "signed" if order.signed_by else "composed and proved, sent without a signature",
            order.packet_sha256,
            key=order.key,
        )
        return SubmissionResult(state=SubmissionState.SUBMITTED)

    async def _is_composed(self, order: Submit) -> bool:
        kept = await self._cases.artifacts(order.merchant, order.case_id)
        return any(one.kind == "letter" and one.sha256 == order.letter_sha256 and is_composed(one.name) for one in kept)

    async def _proof_of(self, case: CaseRef, letter: Letter) -> Proof | None:
        """The latest proof kept of this very letter."""
        digest = letter_digest(letter)
        kept = [one for one in await self._cases.artifacts(case.merchant, case.case_id) if one.kind == "proof"]
        for one in reversed(kept):
            proof = Proof.model_validate_json(await self._cases.artifact(case.merchant, case.case_id, one.sha256))
            if proof.letter_sha256 == digest:
                return proof
        return None

    async def _package(self, order: Submit, bundle: CaseBundle, letter: Letter, stage: DisputeStage) -> EvidencePackage:
        return evidence_package(
            bundle,
            letter,
            await self._credits.credits(order.merchant, order.case_id),
            order.packet_sha256,
            stage,
        )

    @activity.defn
    async def concede(self, order: Concede) -> None:
        """Accept the chargeback; a dispute that is already closed is left as it is."""
        _, notice = await self._notice(order)
        processor = self._processors.of(notice.processor)
        if (await processor.dispute(notice.dispute_id)).state not in _CLOSED:
            await processor.accept_dispute(notice.dispute_id, key=order.key)

    @activity.defn
    async def dispute_standing(self, case: CaseRef) -> DisputeStanding:
        """The dispute as the processor tells it now."""
        _, notice = await self._notice(case)
        dispute = await self._processors.of(notice.processor).dispute(notice.dispute_id)
        return DisputeStanding(
            state=dispute.state.value, amount=dispute.amount, stage=dispute.stage.value, recovered=dispute.recovered
        )

    @activity.defn(name="close_defence")
    async def close(self, order: Close) -> None:
        """Keep the outcome, and let the ledger and the win rates know."""
        _, notice = await self._notice(order)
        # A dispute that was lost before an answer was sent says nothing of how answers fare.
        unanswered = order.outcome == "lost" and not order.answered
        end = DisputeEnd.UNANSWERED if unanswered else DisputeEnd(order.outcome)
        await self._ledger.close_chargeback(order.merchant, notice.dispute_id, _LEDGER_OUTCOME[end])
        await self._cases.save_outcome(order.merchant, order.case_id, order.outcome, order.amount)
        decision = (
            await self._cases.decision(order.merchant, order.case_id, order.decision_id) if order.decision_id else None
        )
        facts = {fact.name: fact for fact in reversed(await self._cases.facts(order.merchant, order.case_id))}
        ended = ClosedDispute(
            case_id=order.case_id,
            dispute_id=notice.dispute_id,
            processor=notice.processor,
            network=notice.network,
            reason_code=notice.reason_code,
            family=family_of(find_reason(notice.network, notice.reason_code), facts),
            end=end,
            disputed=notice.amount,
            contested=decision.contested if isinstance(decision, DefenceDecision) else notice.amount,
            recovered=order.amount,
            costs=dispute_costs(end, notice.stage, notice.amount.currency, self._policy),
            policy_version=self._policy.version,
            closed_at=datetime.now(UTC),
        )
        await self._outcomes.close(order.merchant, ended)

    async def _notice(self, case: CaseRef) -> tuple[CaseBundle, ChargebackNotice]:
        bundle = await self._cases.bundle(case.merchant, case.case_id)
        if bundle.chargeback is None:
            raise ValueError(f"case {case.case_id}: chargeback: missing; only chargebacks are defended")
        return bundle, bundle.chargeback
