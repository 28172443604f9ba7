"""From a notice in the inbox to a case that asked its processor, on real services."""

import asyncio

import psycopg
import pytest

from tests.tools.intake.examples import stripe_event
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed, sample
from tests.workflows.test_dispute_cycles import at_rest
from tools.intake import stripe
from tools.records.inbox import InboxEntry, InboxState, WebhookInbox
from workflows.intake import Intake
from workflows.messages import Stage

CLOSED, UPDATED, OPENED = "charge.dispute.closed", "charge.dispute.updated", "charge.dispute.created"


@pytest.fixture
def inbox(house: House) -> WebhookInbox:
    return WebhookInbox(house.installation.records)


@pytest.fixture
def intake(house: House, inbox: WebhookInbox) -> Intake:
    return Intake(inbox, house.installation.cases, house.desk)


async def tell(inbox: WebhookInbox, event_type: str, dispute: str, event_id: str, at: int = 1_790_000_000) -> None:
    raw = stripe_event(event_type, {"id": dispute, "charge": "ch_any", "status": "lost"}, event_id, at)
    await inbox.store("lumen", "acct_lumen", stripe.parse(raw)[0], raw)


async def entry_of(inbox: WebhookInbox, event_id: str) -> InboxEntry:
    return next(each for each in await inbox.entries("lumen") if each.event_id == event_id)


async def test_the_case_closes_by_what_the_processor_says_now_whatever_order_the_notices_came_in(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = sample("c01-visa-131", "intake-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("intake-1", Stage.SUBMITTED)
        await house.bank.decide_dispute(dispute, "won")
        # The last one first, twice, and all with the status of a lost dispute, which nobody may believe.
        for event_id, event_type, at in (("i1-c", CLOSED, 3), ("i1-c", CLOSED, 3), ("i1-a", OPENED, 1)):
            await tell(inbox, event_type, dispute, event_id, at)
        assert await intake.work("lumen") == 2
        view = await house.until("intake-1", Stage.CLOSED)
        assert view.result == "won"
        assert (await entry_of(inbox, "i1-c")).said == "told case intake-1"
        await at_rest(house, "intake-1")
        await tell(inbox, UPDATED, dispute, "i1-late", 2)
        assert await intake.work("lumen") == 1
        assert (await house.desk.view("lumen", "intake-1")).result == "won"
    late = await entry_of(inbox, "i1-late")
    assert (late.state, late.said) == (InboxState.DONE, "case intake-1 is closed")


async def test_a_notice_waits_for_its_case_and_is_told_to_it_when_it_is_opened(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = sample("c01-visa-131", "intake-2")
    await tell(inbox, OPENED, "dp_intake_2", "i2-a")
    assert await intake.work("lumen") == 1
    unmatched = await entry_of(inbox, "i2-a")
    assert (unmatched.state, unmatched.said) == (InboxState.UNMATCHED, "no case on this dispute yet")
    assert await intake.work("lumen") == 0
    async with house.worker():
        await disputed(house, bundle, files)
        assert await intake.work("lumen") == 1
        await house.until("intake-2", Stage.SUBMITTED)
    assert (await entry_of(inbox, "i2-a")).said == "told case intake-2"


async def test_a_case_whose_workflow_did_not_start_yet_is_told_later(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    bundle, files = sample("c01-visa-131", "intake-3")
    await house.installation.cases.open_case(bundle, files)
    await tell(inbox, UPDATED, "dp_intake_3", "i3-a")
    await intake.work("lumen")
    entry = await entry_of(inbox, "i3-a")
    assert (entry.state, entry.attempts) == (InboxState.WAITING, 1)
    assert "has no workflow and no outcome" in entry.said
    async with house.worker():
        await disputed(house, bundle, files)
        with psycopg.connect(house.installation.addresses.postgres_url) as owner:
            owner.execute("alter table amends.webhook_inbox no force row level security")
            owner.execute("update amends.webhook_inbox set due_at = now() where event_id = 'i3-a'")
            owner.execute("alter table amends.webhook_inbox force row level security")
        await intake.work("lumen")
        assert (await entry_of(inbox, "i3-a")).state is InboxState.DONE
        await house.until("intake-3", Stage.SUBMITTED)


@pytest.mark.parametrize(
    ("event_type", "state"),
    [
        ("customer.created", InboxState.DONE),
        ("refund.updated", InboxState.DONE),
        ("radar.early_fraud_warning.created", InboxState.UNMATCHED),
    ],
)
async def test_what_no_dispute_case_needs_is_settled_or_kept_for_later(
    inbox: WebhookInbox, intake: Intake, event_type: str, state: InboxState
) -> None:
    await tell(inbox, event_type, "x_1", f"i4-{event_type}")
    await intake.work("lumen")
    entry = await entry_of(inbox, f"i4-{event_type}")
    assert (entry.state, bool(entry.said)) == (state, True)


async def test_the_inbox_is_worked_as_soon_as_something_was_stored(
    house: House, inbox: WebhookInbox, intake: Intake
) -> None:
    woken = asyncio.Event()
    working = asyncio.create_task(intake.keep_working(["lumen"], woken))
    for number in range(3):
        await tell(inbox, "customer.created", "x", f"i5-{number}")
        woken.set()
        async with asyncio.timeout(30):
            while (await entry_of(inbox, f"i5-{number}")).state is not InboxState.DONE:
                await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
