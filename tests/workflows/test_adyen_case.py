"""A bank's dispute on a payment that Adyen took, on real services, from notice to outcome."""

import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.cli.outside import play, sandbox_of
from knowledge.case import CaseBundle, ProcessorName
from tests.workflows.hasty import hasty, review
from tests.workflows.house import House, lost, plain_household
from tests.workflows.killable import worker_process
from tests.workflows.test_chargeback_case import sample
from tests.workflows.test_dispute_cycles import outcome
from tools.processors.sandbox.adyen.control import AdyenSandbox, control_url
from tools.processors.sandbox.adyen.messages import AdyenSubmission, Event, NewAdyenDispute, NewPayment, RefundEvent
from tools.processors.sandbox.messages import HoldPoint
from workflows.messages import ReviewAction, Stage

SOON = timedelta(days=9)
DEFEND = "/adyen/ca/services/DisputeService/v30/defendDispute"


@pytest.fixture
async def adyen(house: House) -> AsyncIterator[AdyenSandbox]:
    """What may happen at Adyen."""
    url = house.installation.addresses.adyen_url
    assert url is not None
    async with AdyenSandbox(control_url(url)) as world:
        yield world


def taken_by_adyen(bundle: CaseBundle) -> CaseBundle:
    """The same case with Adyen's references."""
    whole: dict[str, Any] = bundle.model_dump(mode="json", exclude_none=True)
    number = bundle.case_id.replace("-", "_").upper()
    whole["order"]["payment"] |= {"processor": "adyen", "processor_reference": f"PAY_{number}"}
    if bundle.chargeback is not None:
        whole["chargeback"] |= {"processor": "adyen", "dispute_id": f"DIS_{number}"}
    return CaseBundle.model_validate(whole)


async def disputed(house: House, adyen: AdyenSandbox, name: str, case_id: str, **more: Any) -> str:
    """The payment and its dispute happen at Adyen, then the case is opened; the dispute's reference."""
    bundle, files = sample(name, case_id)
    bundle = taken_by_adyen(bundle)
    payment, notice = bundle.order.payment, bundle.chargeback
    assert notice is not None
    scheme = {"mastercard": "mc"}.get(notice.network.value, notice.network.value)
    paid = payment.captured
    await adyen.pay(NewPayment(id=payment.processor_reference, value=paid.minor, currency=paid.currency, scheme=scheme))
    await adyen.dispute(
        NewAdyenDispute(
            id=notice.dispute_id,
            payment=payment.processor_reference,
            value=notice.amount.minor,
            reason_code=notice.reason_code,
            due_by=datetime.now(UTC) + SOON,
            **more,
        )
    )
    await house.desk.open(bundle, files)
    return notice.dispute_id


async def told(house: House, adyen: AdyenSandbox, case_id: str, dispute: str, *events: Event) -> None:
    for event in events:
        await adyen.tell(dispute, event)
    await house.desk.outcome_news("lumen", case_id, f"event-{events[-1].code}")


async def submissions(adyen: AdyenSandbox, dispute: str) -> tuple[AdyenSubmission, ...]:
    return (await adyen.ledger()).disputes[dispute].submissions


async def test_a_proved_letter_is_submitted_once_and_the_win_is_told(house: House, adyen: AdyenSandbox) -> None:
    async with house.worker():
        dispute = await disputed(house, adyen, "c01-visa-131", "adyen-won")
        await house.until("adyen-won", Stage.SUBMITTED)
        won = (Event(code="CHARGEBACK_REVERSED", status="Pending"), Event(code="ISSUER_RESPONSE_TIMEFRAME_EXPIRED"))
        await told(house, adyen, "adyen-won", dispute, *won)
        view = await house.until("adyen-won", Stage.CLOSED)
    assert (view.result, await outcome(house, "adyen-won")) == ("won", ("won", 9300))
    (submission,) = await submissions(adyen, dispute)
    kept = {one.kind: one.sha256 for one in await house.installation.cases.artifacts("lumen", "adyen-won")}
    assert set(submission.document_sha256.values()) == {kept["packet"]}


async def test_a_submitted_bundle_is_played_at_adyens_stand_in_once(house: House, adyen: AdyenSandbox) -> None:
    bundle = taken_by_adyen(sample("c05-mc-4853-place", "adyen-played")[0])
    notice = bundle.chargeback
    assert notice is not None
    sandbox = sandbox_of(bundle, house.installation.settings, house.installation.addresses)
    assert sandbox is not None
    for _ in range(2):
        await play(bundle, sandbox)
    read = await house.installation.processors.of(ProcessorName.ADYEN).dispute(notice.dispute_id)
    assert (read.charge, read.amount) == (bundle.order.payment.processor_reference, notice.amount)
    assert [item["paymentMethod"] for item in await adyen.told(notice.dispute_id)] == ["mc"]


async def test_a_declined_defence_is_lost(house: House, adyen: AdyenSandbox) -> None:
    async with house.worker():
        dispute = await disputed(house, adyen, "c06-amex-c08", "adyen-lost")
        await house.until("adyen-lost", Stage.SUBMITTED)
        await told(house, adyen, "adyen-lost", dispute, Event(code="SECOND_CHARGEBACK", status="Lost"))
        view = await house.until("adyen-lost", Stage.CLOSED)
    assert view.result == "lost"
    assert len(await submissions(adyen, dispute)) == 1


async def test_what_came_back_in_part_is_told_as_a_part(house: House, adyen: AdyenSandbox) -> None:
    async with house.worker():
        dispute = await disputed(house, adyen, "c01-visa-131", "adyen-part")
        await house.until("adyen-part", Stage.SUBMITTED)
        part = Event(code="CHARGEBACK_REVERSED", status="Won", value=1200)
        await told(house, adyen, "adyen-part", dispute, part)
        view = await house.until("adyen-part", Stage.CLOSED)
    assert (view.result, await outcome(house, "adyen-part")) == ("partial", ("partial", 1200))


async def test_a_person_concedes_and_adyen_is_told(house: House, adyen: AdyenSandbox) -> None:
    async with house.worker():
        dispute = await disputed(house, adyen, "c05-mc-4853-place", "adyen-conceded")
        await house.until("adyen-conceded", Stage.REVIEW)
        await review(house, "adyen-conceded", ReviewAction.APPROVE)
        view = await house.until("adyen-conceded", Stage.CLOSED)
    ledger = (await adyen.ledger()).disputes[dispute]
    assert (view.result, ledger.accepted, ledger.submissions) == ("accepted", True, ())


async def test_a_second_chargeback_is_answered_when_a_person_says_so(house: House, adyen: AdyenSandbox) -> None:
    async with house.worker(plain_household(hasty())):
        dispute = await disputed(house, adyen, "c01-visa-131", "adyen-cycle")
        await house.until("adyen-cycle", Stage.SUBMITTED)
        due = datetime.now(UTC) + timedelta(days=12)
        await told(house, adyen, "adyen-cycle", dispute, Event(code="SECOND_CHARGEBACK", due_by=due))
        view = await house.until("adyen-cycle", Stage.REVIEW)
        assert "the issuer did not accept the first answer (pre_arbitration)" in view.detail
        assert view.due is not None
        assert abs(view.due - (due - timedelta(hours=48))) < timedelta(seconds=2)
        await review(house, "adyen-cycle", ReviewAction.APPROVE)
        await house.until("adyen-cycle", Stage.SUBMITTED)
        await told(house, adyen, "adyen-cycle", dispute, Event(code="PREARBITRATION_WON"))
        view = await house.until("adyen-cycle", Stage.CLOSED)
    assert view.result == "won"
    assert len(await submissions(adyen, dispute)) == 2


@pytest.mark.long
async def test_a_worker_killed_between_the_defence_and_its_answer_defends_once(
    house: House, adyen: AdyenSandbox
) -> None:
    await house.bank.plan_hold(HoldPoint.AFTER, DEFEND)
    async with worker_process(house) as process:
        dispute = await disputed(house, adyen, "c01-visa-131", "adyen-killed", tells_supplied=False)
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    async with house.worker():
        await house.until("adyen-killed", Stage.SUBMITTED, seconds=90)
    assert len(await submissions(adyen, dispute)) == 1


@pytest.mark.parametrize(
    ("case_id", "success", "ends_as"), [("adyen-paid", True, "paid"), ("adyen-failed", False, None)]
)
async def test_a_refund_waits_until_adyen_tells_what_became_of_it(
    house: House, adyen: AdyenSandbox, case_id: str, success: bool, ends_as: str | None
) -> None:
    bundle, files = lost(case_id)
    bundle = taken_by_adyen(bundle)
    payment, paid = bundle.order.payment.processor_reference, bundle.order.payment.captured
    await adyen.pay(NewPayment(id=payment, value=paid.minor, currency=paid.currency, refunds_end=None))
    async with house.worker(plain_household(hasty(poll=0.2))):
        await house.desk.open(bundle, files)
        await house.until(case_id, Stage.REFUND_PENDING)
        (refund,) = (await adyen.ledger()).payments[payment].refunds
        await adyen.tell_refund(refund.id, RefundEvent(success=success, reason="" if success else "account closed"))
        view = await house.until(case_id, Stage.REVIEW, Stage.CLOSED)
    assert view.result == ends_as
    assert view.detail == (ends_as or "the refund did not go through: account closed")
    assert [one.value for one in (await adyen.ledger()).payments[payment].refunds] == [paid.minor]
