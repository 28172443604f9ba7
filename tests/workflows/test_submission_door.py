"""What reaches the processor is the very letter that was proved: the activity that sends refuses anything else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from knowledge.decision import DefenceDecision, Reason, Route, Stance
from knowledge.letter.claims import Letter, Proof
from knowledge.letter.redraft import Redraft, Rewording, judged
from knowledge.letter.verify import letter_digest, verify_letter
from knowledge.money import Money
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.letter.corruptions import Corruption, every_corruption
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed, sample
from tools.packets import profile_for, render_packet
from tools.processors.sandbox.messages import NewDispute
from workflows.activities.defence import DefenceActivities
from workflows.credits import CreditBook
from workflows.messages import (
    CaseRef,
    LetterWritten,
    Review,
    ReviewAction,
    Stage,
    SubmissionResult,
    SubmissionState,
    Submit,
    WriteLetter,
)
from workflows.packet_making import keep_packet, make_packet


class Door(NamedTuple):
    """A case whose letter is written and not yet sent."""

    house: House
    case_id: str
    activities: DefenceActivities
    dispute: str
    written: LetterWritten
    letter: Letter
    proof: Proof

    async def keep(self, kind: str, content: bytes) -> str:
        cases = self.house.installation.cases
        return await cases.save_artifact("lumen", self.case_id, kind, f"{kind}-of-a-test", content)

    async def keep_packet(self, letter: Letter, proof: Proof) -> str:
        """The packet of a letter, as complete as the proof says it is."""
        return await self.keep("packet", render_packet(letter, proof, {}, profile_for("stripe", letter.network)).pdf)

    async def submit(
        self, *, letter: str | None = None, packet: str | None = None, signed_by: str | None = "Marta"
    ) -> SubmissionResult:
        order = Submit(
            merchant="lumen",
            case_id=self.case_id,
            packet_sha256=packet or self.written.packet_sha256,
            letter_sha256=letter or self.written.letter_sha256,
            key=f"lumen/{self.case_id}/door",
            signed_by=signed_by,
        )
        return await self.activities.submit(order)

    async def sent(self) -> int:
        return len((await self.house.bank.ledger()).disputes[self.dispute].submissions)


async def door(house: House, case_id: str) -> Door:
    """Open a case no worker looks at, and write its letter."""
    bundle, files = sample("c01-visa-131", case_id)
    held, notice = house.installation, bundle.chargeback
    assert notice is not None
    await house.charge(bundle)
    await house.bank.open_dispute(
        NewDispute(
            id=notice.dispute_id,
            charge=bundle.order.payment.processor_reference,
            amount=notice.amount.minor,
            network_reason_code=notice.reason_code,
            due_by=datetime.now(UTC) + timedelta(days=9),
        )
    )
    # In the records only: no workflow is started, so nobody but the test acts on the case.
    await held.cases.open_case(bundle, files)
    decision = DefenceDecision(
        stance=Stance.FIGHT,
        contested=notice.amount,
        credited=Money.zero(notice.amount.currency),
        win_probability=0.6,
        expected_value=notice.amount,
        route=Route.AUTOMATIC,
        reasons=(Reason(rule="defence.test", text="invented"),),
        policy_version="p1",
        rule_version="r1",
    )
    decision_id = await held.cases.save_decision("lumen", case_id, decision)
    credits_of = CreditBook(held.cases, held.ledger)
    activities = DefenceActivities(held.cases, held.ledger, credits_of, held.processors, held.outcomes, HOUSE_POLICY)
    order = WriteLetter(merchant="lumen", case_id=case_id, decision_id=decision_id, dated=datetime.now(UTC))
    written = await activities.write_letter(order)
    letter = Letter.model_validate_json(await held.cases.artifact("lumen", case_id, written.letter_sha256))
    proof = Proof.model_validate_json(await held.cases.artifact("lumen", case_id, written.proof_sha256))
    return Door(house, case_id, activities, notice.dispute_id, written, letter, proof)


def one_of_each(letter: Letter) -> list[Corruption]:
    """One corruption of every kind and place the letter carries."""
    chosen = {(one.kind, one.place): one for one in every_corruption({"letter": letter})}
    return list(chosen.values())


async def test_no_corrupted_letter_passes_with_its_packet_and_a_forged_proof(house: House) -> None:
    at = await door(house, "door-1")
    planted = one_of_each(at.letter)
    assert len(planted) == 27, "seven kinds in three places, and six in the sentence"
    for one in planted:
        forged = at.proof.model_copy(update={"letter_sha256": letter_digest(one.letter)})
        assert forged.complete
        await at.keep("proof", forged.model_dump_json().encode())
        letter = await at.keep("letter", one.letter.model_dump_json().encode())
        result = await at.submit(letter=letter, packet=await at.keep_packet(one.letter, forged))
        assert result.state is SubmissionState.REFUSED, one
        assert result.why.startswith("letter: "), one
    assert await at.sent() == 0


async def test_letter_proof_and_packet_must_belong_together(house: House) -> None:
    at = await door(house, "door-2")
    greeted = at.letter.model_copy(update={"dated": datetime(2026, 11, 21, tzinfo=UTC)})
    other = await at.keep("letter", greeted.model_dump_json().encode())
    unwritten = await at.submit(letter=other)
    assert unwritten.state is SubmissionState.REFUSED
    assert "proof: none was made of this very letter" in unwritten.why
    assert "packet: it was not rendered from this very letter" in unwritten.why
    another_packet = await at.keep_packet(greeted, verify_letter(greeted))
    exchanged = await at.submit(packet=another_packet)
    assert (exchanged.state, exchanged.why) == (
        SubmissionState.REFUSED,
        "packet: it was not rendered from this very letter; write the letter again",
    )
    stranger = await at.submit(packet=await at.keep("packet", b"%PDF-1.7 of somebody else"))
    assert stranger.state is SubmissionState.REFUSED
    assert await at.sent() == 0


async def test_the_letter_as_written_is_sent_once(house: House) -> None:
    at = await door(house, "door-3")
    assert at.written.proved
    assert (await at.submit()).state is SubmissionState.SUBMITTED
    assert (await at.submit()).state is SubmissionState.SUBMITTED
    assert await at.sent() == 1


async def test_a_letter_in_a_persons_words_is_not_sent_without_a_signature(house: House) -> None:
    at = await door(house, "door-5")
    cases, case = house.installation.cases, CaseRef(merchant="lumen", case_id="door-5")
    left_out = Redraft(rewordings=(Rewording(place="ground-2", text=None),))
    verdict = judged(at.letter, left_out)
    profile = profile_for("stripe", verdict.letter.network)
    packet = await make_packet(cases, case, verdict.letter, verdict.proof, profile)
    worded = await keep_packet(cases, case, "d1-0a1b2c-version-1", verdict.letter, verdict.proof, packet)
    assert worded.proved
    unsigned = await at.submit(letter=worded.letter_sha256, packet=worded.packet_sha256, signed_by=None)
    assert (unsigned.state, unsigned.why) == (
        SubmissionState.REFUSED,
        "signature: the letter is in other words than the composed ones; a person signs it",
    )
    assert await at.sent() == 0
    signed = await at.submit(letter=worded.letter_sha256, packet=worded.packet_sha256)
    assert signed.state is SubmissionState.SUBMITTED


async def test_the_composed_letter_is_sent_without_a_signature(house: House) -> None:
    at = await door(house, "door-6")
    assert (await at.submit(signed_by=None)).state is SubmissionState.SUBMITTED


async def test_a_letter_that_is_not_proved_cannot_be_approved(house: House) -> None:
    bundle, files = sample("c09-visa-131-noproof", "door-4")
    approve = Review(by="Marta", action=ReviewAction.APPROVE)
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        # The merchant is asked for the carrier's record; approved without it, nothing held carries a letter.
        await waiting(house, Stance.ASK_MERCHANT, "something only the merchant can supply is missing")
        await house.desk.review("lumen", "door-4", approve)
        await waiting(house, Stance.FIGHT, "something only the merchant can supply is missing")
        await house.desk.review("lumen", "door-4", approve)
        await waiting(house, Stance.FIGHT, "the letter has unproved sentences and cannot be submitted")
    assert (await house.bank.ledger()).disputes[dispute].submissions == ()


async def waiting(house: House, stance: Stance, why: str) -> None:
    """Wait until the case stands before a person with this stance, for this reason."""
    async with asyncio.timeout(60):
        while True:
            view = await house.until("door-4", Stage.REVIEW)
            if view.stance is stance and view.detail.startswith(why):
                return
            await asyncio.sleep(0.05)
