"""A bank's dispute from notice to outcome, on real services."""

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.case import CaseBundle
from samples.chargebacks import CHARGEBACKS
from tests.tools.processors.shop import package, pdf
from tests.workflows.house import House
from tests.workflows.killable import worker_process
from tools.bundles import read_sent
from tools.processors.sandbox.messages import HoldPoint, NewCharge, NewDispute
from tools.records.case_words import CaseConflict
from workflows.desk import NotNowError
from workflows.messages import CaseView, Review, ReviewAction, Stage

_SOON = timedelta(days=9)


def sample(name: str, case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A sample chargeback under another id, for the tests' merchant."""
    case, files, _ = next(one for one in CHARGEBACKS if one[0]["case_id"] == name)
    order = case["order"]
    renamed = {
        **case,
        "case_id": case_id,
        "merchant": {**case["merchant"], "id": "lumen"},
        "order": {**order, "payment": {**order["payment"], "processor_reference": f"ch_{case_id.replace('-', '_')}"}},
        "chargeback": {**case["chargeback"], "dispute_id": f"dp_{case_id.replace('-', '_')}"},
    }
    read = read_sent(json.dumps(renamed).encode(), files, now=datetime.now(UTC))
    return read.bundle, dict(read.files)


async def disputed(
    house: House,
    bundle: CaseBundle,
    files: dict[str, bytes],
    due: timedelta = _SOON,
    *,
    case_type: str = "chargeback",
    answered_by_hand: bool = False,
) -> str:
    """The payment and its dispute happen at the bank, then the case is opened; the dispute's id."""
    payment, notice = bundle.order.payment, bundle.chargeback
    assert notice is not None
    currency = payment.captured.currency.lower()
    charge = NewCharge(id=payment.processor_reference, amount=payment.captured.minor, currency=currency)
    await house.bank.create_charge(charge)
    await house.bank.open_dispute(
        NewDispute(
            id=notice.dispute_id,
            charge=payment.processor_reference,
            amount=notice.amount.minor,
            network_reason_code=notice.reason_code,
            case_type=case_type,
            due_by=datetime.now(UTC) + due,
        )
    )
    if answered_by_hand:
        stripe, answer = house.installation.processors.of(notice.processor), package(notice.dispute_id, pdf(1))
        await stripe.stage_evidence(answer, pdf(1), key=f"by-hand-{bundle.case_id}")
        await stripe.submit_evidence(answer, pdf(1), key=f"by-hand-{bundle.case_id}-sent")
    await house.desk.open(bundle, files)
    return notice.dispute_id


async def decided(house: House, case_id: str, dispute: str, outcome: str) -> CaseView:
    await house.bank.decide_dispute(dispute, outcome)
    await house.desk.outcome_news("lumen", case_id, "event-1")
    return await house.until(case_id, Stage.CLOSED)


async def test_a_proved_letter_is_submitted_once_and_the_win_is_told(house: House) -> None:
    bundle, files = sample("c01-visa-131", "fought-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        view = await house.until("fought-1", Stage.SUBMITTED)
        assert view.stance is not None
        view = await decided(house, "fought-1", dispute, "won")
    assert view.result == "won"
    (submission,) = (await house.bank.ledger()).disputes[dispute].submissions
    kept = {one.kind: one.sha256 for one in await house.installation.cases.artifacts("lumen", "fought-1")}
    assert list(submission.file_sha256.values()) == [kept["packet"]]


async def test_a_worker_killed_during_submission_submits_once(house: House) -> None:
    bundle, files = sample("c06-amex-c08", "fought-2")
    assert bundle.chargeback is not None
    path = f"/v1/disputes/{bundle.chargeback.dispute_id}"
    await house.bank.plan_hold(HoldPoint.AFTER, path, times=2)  # staging is let through, submitting is held
    async with worker_process(house) as process:
        dispute = await disputed(house, bundle, files)
        await house.bank.until_held(seconds=60)
        await house.bank.release()
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    async with house.worker():
        await house.until("fought-2", Stage.SUBMITTED, seconds=90)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_a_record_that_contradicts_the_defence_is_conceded_by_a_person(house: House) -> None:
    bundle, files = sample("c05-mc-4853-place", "conceded-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("conceded-1", Stage.REVIEW)
        await house.desk.review("lumen", "conceded-1", Review(by="Marta", action=ReviewAction.APPROVE))
        view = await house.until("conceded-1", Stage.CLOSED)
    assert view.result == "accepted"
    assert (await house.bank.ledger()).disputes[dispute].submissions == ()


async def test_the_same_bundle_again_changes_nothing_and_another_one_is_refused(house: House) -> None:
    bundle, files = sample("c05-mc-4853-place", "again-1")
    async with house.worker():
        await disputed(house, bundle, files)
        await house.until("again-1", Stage.REVIEW)
        assert not (await house.desk.open(bundle, files)).created
        other = bundle.model_copy(update={"opened_at": bundle.opened_at + timedelta(hours=1)})
        with pytest.raises(CaseConflict, match="/opened_at"):
            await house.desk.open(other, files)
        with pytest.raises(NotNowError, match="legal now"):
            await house.desk.review("lumen", "again-1", Review(by="Marta", action=ReviewAction.ADJUST))
