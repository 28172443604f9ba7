"""Cases whose payment PayPal took, from notice to outcome, on real services."""

import json
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.cli.outside import decide, play, sandbox_of
from knowledge.case import CaseBundle
from samples.chargebacks import CHARGEBACKS
from tests.workflows.hasty import answer, eur, hasty, review
from tests.workflows.house import House, plain_household, scratched
from tests.workflows.killable import worker_process
from tools.bundles import read_sent
from tools.processors.sandbox.messages import HoldPoint
from tools.processors.sandbox.paypal.messages import DashboardPayPalRefund, PayPalOutcome
from tools.records.ledger_words import EntryKind, EntryState
from workflows.messages import BuyerMove, ReviewAction, Stage

EVIDENCE = "/paypal/v1/customer/disputes/.*/provide-evidence"


def sample(name: str, case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A sample chargeback under another id, on a payment that PayPal took."""
    case, files, _ = next(one for one in CHARGEBACKS if one[0]["case_id"] == name)
    order, number = case["order"], case_id.upper().replace("-", "")
    payment = order["payment"] | {"processor": "paypal", "processor_reference": f"CAP{number}", "network": "paypal"}
    dispute = {
        "processor": "paypal",
        "dispute_id": f"PP-R-{number}",
        "network": "paypal",
        "reason_code": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    }
    renamed: dict[str, Any] = {
        **case,
        "case_id": case_id,
        "merchant": {**case["merchant"], "id": "lumen"},
        "order": {**order, "payment": {name: value for name, value in payment.items() if name != "last4"}},
        "chargeback": case["chargeback"] | dispute,
    }
    read = read_sent(json.dumps(renamed).encode(), files, now=datetime.now(UTC))
    return read.bundle, dict(read.files)


async def disputed(house: House, bundle: CaseBundle, files: dict[str, bytes]) -> str:
    """The payment and its dispute happen at PayPal, then the case is opened; the dispute's id."""
    await play(bundle, _sandbox(house, bundle))
    await house.desk.open(bundle, files)
    assert bundle.chargeback is not None
    return bundle.chargeback.dispute_id


def _sandbox(house: House, bundle: CaseBundle) -> str:
    sandbox = sandbox_of(bundle, house.installation.settings, house.installation.addresses)
    assert sandbox is not None
    return sandbox


async def fought(house: House, case_id: str) -> str:
    """A dispute up to its submission; its id."""
    dispute = await disputed(house, *sample("c08-paypal-inr", case_id))
    await house.until(case_id, Stage.SUBMITTED)
    return dispute


async def outcome(house: House, case_id: str) -> tuple[str, int | None]:
    kept = await house.installation.cases.outcome("lumen", case_id)
    assert kept is not None
    return kept.outcome, kept.amount.minor if kept.amount else None


async def closed(house: House, case_id: str, dispute: str, ended: PayPalOutcome) -> tuple[str, int | None]:
    """PayPal decides, and the case hears of it."""
    await house.paypal.decide(dispute, ended)
    await house.desk.outcome_news("lumen", case_id, "event-1")
    await house.until(case_id, Stage.CLOSED)
    return await outcome(house, case_id)


async def test_a_proved_packet_reaches_paypal_once_and_the_win_is_told(house: House) -> None:
    async with house.worker():
        bundle, files = sample("c08-paypal-inr", "pp-won")
        dispute = await disputed(house, bundle, files)
        await house.until("pp-won", Stage.SUBMITTED)
        await decide(bundle, _sandbox(house, bundle), "won")
        await house.desk.outcome_news("lumen", "pp-won", "event-1")
        view = await house.until("pp-won", Stage.CLOSED)
    assert (view.result, await outcome(house, "pp-won")) == ("won", ("won", 8000))
    (submission,) = (await house.paypal.ledger()).disputes[dispute].submissions
    kept = {one.kind: one.sha256 for one in await house.installation.cases.artifacts("lumen", "pp-won")}
    assert list(submission.file_sha256.values()) == [kept["packet"]]
    [evidence] = submission.body["evidences"]
    assert evidence["evidence_info"]["tracking_info"] == [
        {"carrier_name": "DHL", "tracking_number": "00340434161094000249"}
    ]
    assert "delivered" in evidence["notes"]


@pytest.mark.long
async def test_a_worker_killed_while_paypal_takes_the_evidence_submits_once(house: House) -> None:
    await house.bank.plan_hold(HoldPoint.AFTER, EVIDENCE)
    async with worker_process(house) as process:
        dispute = await disputed(house, *sample("c08-paypal-inr", "pp-killed"))
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    async with house.worker():
        await house.until("pp-killed", Stage.SUBMITTED, seconds=90)
    assert len((await house.paypal.ledger()).disputes[dispute].submissions) == 1


async def test_what_paypal_decides_for_the_buyer_is_lost_in_whole_or_in_part(house: House) -> None:
    async with house.worker():
        whole, part = await fought(house, "pp-lost"), await fought(house, "pp-part")
        lost = await closed(house, "pp-lost", whole, PayPalOutcome(code="RESOLVED_BUYER_FAVOUR"))
        in_part = PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", refunded=eur(3000))
        assert (lost, await closed(house, "pp-part", part, in_part)) == (("lost", None), ("partial", 5000))


async def test_a_claim_the_record_supports_is_accepted_at_paypal_when_a_person_says_so(house: House) -> None:
    async with house.worker():
        dispute = await disputed(house, *sample("c05-mc-4853-place", "pp-conceded"))
        await house.until("pp-conceded", Stage.REVIEW)
        await review(house, "pp-conceded", ReviewAction.APPROVE)
        view = await house.until("pp-conceded", Stage.CLOSED)
    told = (await house.paypal.ledger()).disputes[dispute]
    assert view.result == "accepted"
    assert (told.outcome, told.submissions) == ("RESOLVED_BUYER_FAVOUR", ())


async def test_a_second_cycle_is_answered_by_its_own_call_when_a_person_says_so(house: House) -> None:
    async with house.worker():
        dispute = await fought(house, "pp-cycle")
        await house.paypal.go_on(dispute, "PRE_ARBITRATION", datetime.now(UTC) + timedelta(days=12))
        await house.desk.outcome_news("lumen", "pp-cycle", "event-1")
        await house.until("pp-cycle", Stage.REVIEW)
        await review(house, "pp-cycle", ReviewAction.APPROVE)
        await house.until("pp-cycle", Stage.SUBMITTED)
        ended = await closed(house, "pp-cycle", dispute, PayPalOutcome(code="RESOLVED_SELLER_FAVOUR"))
    assert ended == ("won", 8000)
    assert [one.call for one in (await house.paypal.ledger()).disputes[dispute].submissions] == [
        "provide-evidence",
        "provide-supporting-info",
    ]


async def test_a_loss_that_can_be_appealed_is_put_to_a_person_and_appealed_or_left(house: House) -> None:
    appealable = PayPalOutcome(code="RESOLVED_BUYER_FAVOUR", appealable=True)
    async with house.worker(plain_household(hasty())):
        appealed, left = await fought(house, "pp-appeal"), await fought(house, "pp-left")
        for case_id, dispute in (("pp-appeal", appealed), ("pp-left", left)):
            await house.paypal.decide(dispute, appealable)
            await house.desk.outcome_news("lumen", case_id, "event-1")
            view = await house.until(case_id, Stage.REVIEW)
            assert view.due is not None
            assert view.due > datetime.now(UTC) + timedelta(days=7)
        await review(house, "pp-appeal", ReviewAction.APPROVE)
        await review(house, "pp-left", ReviewAction.DENY)
        await house.until("pp-appeal", Stage.SUBMITTED)
        view = await house.until("pp-left", Stage.CLOSED)
    told = (await house.paypal.ledger()).disputes
    assert view.result == "accepted"
    assert [one.call for one in told[appealed].submissions] == ["provide-evidence", "appeal"]
    assert [one.call for one in told[left].submissions] == ["provide-evidence"]


async def test_what_was_refunded_in_paypals_own_pages_is_in_the_ledger_before_the_defence(house: House) -> None:
    bundle, files = sample("c08-paypal-inr", "pp-credit")
    charge = bundle.order.payment.processor_reference
    await play(bundle.model_copy(update={"chargeback": None}), _sandbox(house, bundle))
    await house.paypal.refund_in_dashboard(DashboardPayPalRefund(capture=charge, amount=eur(1000)))
    async with house.worker():
        await disputed(house, bundle, files)
        await house.until("pp-credit", Stage.SUBMITTED, Stage.REVIEW)
    entries = await house.installation.ledger.entries("lumen", charge)
    assert [(one.kind, one.amount.minor, one.state) for one in entries if one.kind is EntryKind.REFUND] == [
        (EntryKind.REFUND, 1000, EntryState.SUCCEEDED)
    ]


async def test_an_accepted_offer_is_paid_once_at_paypal_though_the_answer_is_lost(house: House) -> None:
    bundle, files = scratched("pp-refund")
    case: dict[str, Any] = bundle.model_dump(mode="json", exclude_none=True)
    case["order"]["payment"] |= {"processor": "paypal", "processor_reference": "CAPREFUND", "network": "paypal"}
    bundle = CaseBundle.model_validate(case)
    await play(bundle, _sandbox(house, bundle))
    await house.bank.plan_hold(HoldPoint.AFTER, "/paypal/v2/payments/captures/CAPREFUND/refund")
    async with worker_process(house) as process:
        await house.desk.open(bundle, files)
        await house.until("pp-refund", Stage.OFFERED)
        await answer(house, bundle, BuyerMove.ACCEPT)
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    async with house.worker():
        await house.until("pp-refund", Stage.CLOSED, seconds=90)
    [refund] = (await house.paypal.ledger()).captures["CAPREFUND"].refunds
    entries = await house.installation.ledger.entries("lumen", "CAPREFUND")
    assert [(one.amount, one.state, one.reference) for one in entries] == [
        (refund.amount, EntryState.SUCCEEDED, refund.id)
    ]
