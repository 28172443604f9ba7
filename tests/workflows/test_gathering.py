"""From a notice nobody has a case on to a case that is fought: gathered from shop, carrier and helpdesk by itself."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from console.cli.outside import play, sandbox_of
from knowledge.case import CaseBundle, CaseKind, ProcessorName
from knowledge.decision import Stance
from knowledge.order_snapshot import OrderSnapshot
from tests.tools.sources.played import played
from tests.workflows import test_adyen_case, test_chargeback_case, test_paypal_case
from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from tests.workflows.killable import worker_process
from tests.workflows.test_intake import CLOSED, OPENED, UPDATED, entry_of, tell
from tools.processors.sandbox.messages import FaultKind, HoldPoint, NewCharge, NewDispute
from tools.records.gatherings import Gatherings, GatheringStanding, GatheringState
from tools.records.inbox import InboxState, WebhookInbox
from tools.records.order_snapshots import OrderSnapshots
from workflows.intake import Intake
from workflows.messages import Stage

_SOON = timedelta(days=9)


@pytest.fixture
def inbox(house: House) -> WebhookInbox:
    return WebhookInbox(house.installation.records)


@pytest.fixture
def intake(house: House, inbox: WebhookInbox) -> Intake:
    return Intake(inbox, house.installation.cases, house.desk)


async def disputed(house: House, bundle: CaseBundle, order: str | None = None) -> str:
    """The payment was made and is disputed now, at the bank alone; the dispute's id."""
    payment, notice = bundle.order.payment, bundle.chargeback
    assert notice is not None
    await house.bank.create_charge(
        NewCharge(
            id=payment.processor_reference,
            amount=payment.captured.minor,
            currency=payment.captured.currency.lower(),
            network=notice.network.value,
            created_at=payment.captured_at,
            metadata={} if order is None else {"order_id": order},
        )
    )
    return await house.bank.open_dispute(
        NewDispute(
            id=notice.dispute_id,
            charge=payment.processor_reference,
            amount=notice.amount.minor,
            network_reason_code=notice.reason_code,
            due_by=datetime.now(UTC) + _SOON,
        )
    )


async def standing(house: House, dispute: str, *states: GatheringState, merchant: str = "lumen") -> GatheringStanding:
    """Wait until the gathering stands at one of the states."""
    async with asyncio.timeout(30):
        while True:
            for each in await Gatherings(house.installation.records).standings(merchant):
                if each.dispute == dispute and each.state in states:
                    return each
            await asyncio.sleep(0.05)


def snapshot_of(bundle: CaseBundle) -> OrderSnapshot:
    """The order as it was before anybody disputed it."""
    parcels = tuple(
        parcel.model_copy(update={"tracking": None, "tracking_sha256": None, "fetched_at": None})
        for parcel in bundle.shipments
    )
    return OrderSnapshot(merchant=bundle.merchant, order=bundle.order, buyer=bundle.buyer, shipments=parcels)


async def at_rest(house: House, case_id: str, merchant: str = "lumen") -> None:
    """Wait until the case waits for people, so that no step is under way when its worker stops."""
    async with asyncio.timeout(30):
        while (await house.desk.view(merchant, case_id)).stage not in (Stage.REVIEW, Stage.SUBMITTED):
            await asyncio.sleep(0.05)


async def events(house: House, case_id: str, what: str) -> list[str]:
    return [one.detail for one in await house.installation.cases.events("lumen", case_id) if one.what == what]


async def test_a_notice_alone_becomes_a_case_that_is_fought_and_submitted(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = played("c01-visa-131", "g_1")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    await tell(inbox, OPENED, dispute, "g1-a")
    await intake.work("lumen")
    async with house.worker():
        await house.until_open(dispute)
        view = await house.until(dispute, Stage.SUBMITTED)
    assert view.stance is Stance.FIGHT
    held = await house.installation.cases.bundle("lumen", dispute)
    assert held.order == bundle.order
    assert [message.text for message in held.messages] == [message.text for message in bundle.messages]
    [parcel] = held.shipments
    assert parcel.tracking_sha256 is not None
    raw = await house.installation.cases.evidence("lumen", dispute, parcel.tracking_sha256)
    assert raw == files["tracking/parcel.json"]
    assert {"sources/shop/order.json", "sources/shop/transactions.json"} <= {one.path for one in held.documents}
    assert (await house.installation.cases.case_file("lumen", dispute)).gaps == ()
    await intake.work("lumen")
    assert (await entry_of(inbox, "g1-a")).said == f"told case {dispute}"


@pytest.mark.parametrize("asked", ["disputes", pytest.param("charges", marks=pytest.mark.long)])
async def test_a_worker_killed_while_it_gathers_opens_one_case_that_is_answered_once(
    house: House, inbox: WebhookInbox, intake: Intake, asked: str
) -> None:
    bundle, files = played("c01-visa-131", f"g_k_{asked}")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    await tell(inbox, OPENED, dispute, f"gk-{asked}")
    await house.bank.plan_hold(HoldPoint.BEFORE, f"/v1/{asked}/.*", method="GET")
    async with worker_process(house) as process:
        await intake.work("lumen")
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    async with house.worker():
        await house.until_open(dispute)
        assert (await house.until(dispute, Stage.SUBMITTED)).stance is Stance.FIGHT
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1
    assert (await house.installation.cases.case_file("lumen", dispute)).gaps == ()


async def test_a_shop_that_is_down_for_a_while_only_delays_the_case(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = played("c01-visa-131", "g_2")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    await house.sources.plan_fault(FaultKind.SERVER_ERROR, "/admin/.*")
    await house.sources.plan_fault(FaultKind.RATE_LIMIT, "/admin/.*")
    await tell(inbox, OPENED, dispute, "g2-a")
    await intake.work("lumen")
    async with house.worker():
        await house.until_open(dispute)
        assert (await house.until(dispute, Stage.SUBMITTED)).stance is Stance.FIGHT


async def test_a_silent_helpdesk_is_told_to_the_reviewer_and_heard_when_it_answers(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = played("c01-visa-131", "g_3")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    await house.sources.plan_fault(FaultKind.SERVER_ERROR, "/api/v2/.*", times=1000)
    await tell(inbox, OPENED, dispute, "g3-a")
    await intake.work("lumen")
    cases = house.installation.cases
    async with house.worker(plain_household(hasty(source_patience_minutes=1.5 / 60))):
        await house.until_open(dispute)
        view = await house.until(dispute, Stage.REVIEW)
        assert "helpdesk answered" in view.detail
        assert [gap.why for gap in (await cases.case_file("lumen", dispute)).gaps] == [view.detail]
        assert (await cases.bundle("lumen", dispute)).messages == ()
        await house.sources.clear_troubles()
        await house.until(dispute, Stage.SUBMITTED)
    held = await cases.bundle("lumen", dispute)
    assert [message.text for message in held.messages] == [message.text for message in bundle.messages]
    assert (await cases.case_file("lumen", dispute)).gaps == ()


async def test_a_parcel_without_a_number_is_asked_of_the_merchant(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = played("c01-visa-131", "g_4")
    number = await house.sources.play(bundle, files, with_tracking=False)
    dispute = await disputed(house, bundle, number)
    await tell(inbox, OPENED, dispute, "g4-a")
    await intake.work("lumen")
    async with house.worker():
        await house.until_open(dispute)
        view = await house.until(dispute, Stage.REVIEW)
    assert view.stance is Stance.ASK_MERCHANT
    assert "names no tracking number" in view.detail


async def test_a_refund_case_in_flight_on_the_payment_is_linked_both_ways(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = played("c01-visa-131", "g_5")
    changes: dict[str, Any] = {
        "case_id": "g-refund-5",
        "kind": CaseKind.REFUND,
        "chargeback": None,
        "messages": tuple(one.model_copy(update={"text": "lost: nothing came"}) for one in bundle.messages),
    }
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    await house.desk.open(bundle.model_copy(update=changes), files)
    await tell(inbox, OPENED, dispute, "g5-a")
    await intake.work("lumen")
    async with house.worker():
        await house.until_open(dispute)
        refund = await house.until("g-refund-5", Stage.REVIEW)
        await at_rest(house, dispute)
    assert any(
        "refund case g-refund-5 is on the same payment" in told for told in await events(house, dispute, "linked")
    )
    assert await events(house, "g-refund-5", "linked") == [f"the payment is disputed: chargeback case {dispute}"]
    assert "disputed" in refund.detail
    assert await house.refunded(bundle.order.payment.processor_reference) == []


async def test_notices_in_every_order_and_twice_make_one_case(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    disputes: list[str] = []
    for number, order in enumerate(permutations((OPENED, UPDATED, CLOSED))):
        bundle, files = played("c01-visa-131", f"g_6_{number}")
        dispute = await disputed(house, bundle, await house.sources.play(bundle, files, with_tracking=False))
        disputes.append(dispute)
        for event_type in (*order, *order):
            await tell(inbox, event_type, dispute, f"g6-{number}-{event_type}")
            await intake.work("lumen")
    async with house.worker():
        for dispute in disputes:
            assert (await standing(house, dispute, GatheringState.OPENED)).case_id == dispute
        await intake.work("lumen")
        for dispute in disputes:
            found = await house.installation.cases.cases_on_dispute("lumen", dispute)
            assert [one.case_id for one in found] == [dispute]
            assert {one.state for one in await inbox.entries("lumen", dispute=dispute)} == {InboxState.DONE}
            await at_rest(house, dispute)


async def test_without_a_shop_people_are_told_what_to_supply_and_an_import_opens_the_case(house: House) -> None:
    bundle, _ = played("c01-visa-131", "g_7", merchant="solo")
    dispute = await disputed(house, bundle)
    async with house.worker():
        await house.desk.gather("solo", ProcessorName.STRIPE, dispute)
        waits = await standing(house, dispute, GatheringState.WAITING, merchant="solo")
        assert "no order is known that payment ch_g_7 paid" in waits.why
        assert "amends import orders" in waits.why
        await OrderSnapshots(house.installation.records).keep("solo", [snapshot_of(bundle)])
        await house.desk.gather("solo", ProcessorName.STRIPE, dispute)
        opened = await standing(house, dispute, GatheringState.OPENED, merchant="solo")
        await at_rest(house, dispute, "solo")
    assert opened.case_id == dispute
    held = await house.installation.cases.bundle("solo", dispute)
    assert held.order == bundle.order


@pytest.mark.parametrize("processor", [ProcessorName.PAYPAL, ProcessorName.ADYEN])
async def test_disputes_of_the_other_processors_are_gathered_too(house: House, processor: ProcessorName) -> None:
    if processor is ProcessorName.PAYPAL:
        bundle, files = test_paypal_case.sample("c08-paypal-inr", "g-8")
    else:
        bundle, files = test_chargeback_case.sample("c01-visa-131", "g-9")
        bundle = test_adyen_case.taken_by_adyen(bundle)
    await OrderSnapshots(house.installation.records).keep("lumen", [snapshot_of(bundle)])
    await house.sources.play(bundle, files)
    sandbox = sandbox_of(bundle, house.installation.settings, house.installation.addresses)
    assert sandbox is not None
    await play(bundle, sandbox)
    assert bundle.chargeback is not None
    dispute = bundle.chargeback.dispute_id
    async with house.worker():
        await house.desk.gather("lumen", processor, dispute)
        await house.until_open(dispute)
        assert (await house.until(dispute, Stage.SUBMITTED)).stance is Stance.FIGHT
    held = await house.installation.cases.bundle("lumen", dispute)
    assert held.order == bundle.order
    assert held.chargeback is not None
    told = bundle.chargeback
    assert (held.chargeback.network, held.chargeback.reason_code) == (told.network, told.reason_code)


async def test_a_dispute_the_processor_does_not_know_opens_nothing_and_says_so(house: House) -> None:
    async with house.worker():
        await house.desk.gather("lumen", ProcessorName.STRIPE, "dp_nobody")
        over = await standing(house, "dp_nobody", GatheringState.OVER)
    assert "dp_nobody" in over.why
