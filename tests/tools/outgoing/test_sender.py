"""Deliveries: signed, in order, tried again, replayed, and none lost when a sender is killed."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.tools.outgoing.receiver import Receiver
from tests.tools.records.cases_for_tests import case, euro, refund_decision
from tests.tools.records.conftest import APP_PASSWORD
from tools.outgoing.events import EventType
from tools.outgoing.sender import TRIED_FOR, WebhookSender
from tools.outgoing.signature import verify
from tools.records.cases import CaseRecords
from tools.records.records import Records
from tools.records.schema import app_url
from tools.records.webhook_deliveries import DeliveryState, WebhookDeliveries
from tools.records.webhook_endpoints import WebhookEndpoints

AT_ONCE = [timedelta()]
JOURNEY = ["case.opened", "decision.made", "offer.made", "refund.paid"]


def sender(records: Records) -> WebhookSender:
    return WebhookSender(records, private=True, pauses=AT_ONCE)


async def journey(records: Records, merchant: str, case_id: str = "C-1") -> None:
    cases = CaseRecords(records)
    bundle = case(merchant, case_id, photos=[], shipments=[], documents=[])
    await cases.open_case(bundle, {})
    await cases.save_decision(merchant, case_id, refund_decision(500))
    await cases.set_status(merchant, case_id, "offered")
    await cases.save_outcome(merchant, case_id, "paid", euro(500))


async def until_done(records: Records, merchant: str, *senders: WebhookSender) -> None:
    """Work until nothing is pending."""
    async with asyncio.timeout(60):
        while True:
            await asyncio.gather(*(each.work() for each in senders))
            if not await WebhookDeliveries(records).log(merchant, state=DeliveryState.PENDING):
                return


async def test_what_happens_is_told_signed_and_in_order_without_personal_data(
    records: Records, merchant: str, receiver: Receiver
) -> None:
    _, secret = await WebhookEndpoints(records).make(merchant, receiver.url, (), by="ana")
    await journey(records, merchant)
    await until_done(records, merchant, sender(records))
    assert [event.type.value for event in receiver.events] == JOURNEY
    assert [event.outcome for event in receiver.events] == [None, None, None, "paid"]
    for body, signature in receiver.got:
        verify(body, signature, secret, datetime.now(UTC))
        assert b"Ana" not in body
    log = await WebhookDeliveries(records).log(merchant)
    assert [(each.attempts, each.last_status) for each in log] == [(1, 204)] * 4


async def test_an_endpoint_hears_what_it_asked_for_from_then_on_and_of_its_merchant_alone(
    records: Records, merchant: str, receiver: Receiver
) -> None:
    await journey(records, merchant, "C-before")
    await WebhookEndpoints(records).make(merchant, receiver.url, [EventType.REFUND_PAID], by="ana")
    await journey(records, merchant, "C-after")
    await journey(records, f"{merchant}-other", "C-other")
    await until_done(records, merchant, sender(records))
    assert [(event.case_id, event.type) for event in receiver.events] == [("C-after", EventType.REFUND_PAID)]


async def test_a_refused_delivery_is_tried_again_and_holds_back_what_came_later_of_its_case(
    records: Records, merchant: str, receiver: Receiver
) -> None:
    await WebhookEndpoints(records).make(merchant, receiver.url, (), by="ana")
    receiver.answers = [500, 301, 204]
    await journey(records, merchant)
    await until_done(records, merchant, sender(records))
    assert [event.type.value for event in receiver.events] == ["case.opened", "case.opened", *JOURNEY]
    assert len({event.id for event in receiver.events[:3]}) == 1
    *_, first = await WebhookDeliveries(records).log(merchant)
    assert (first.attempts, first.state) == (3, DeliveryState.DELIVERED)


async def test_a_delivery_is_given_up_after_three_days_and_can_be_replayed(
    records: Records, merchant: str, receiver: Receiver
) -> None:
    endpoint, _ = await WebhookEndpoints(records).make(merchant, receiver.url, [EventType.CASE_OPENED], by="ana")
    receiver.answers = [500, 500]
    await journey(records, merchant)
    await sender(records).work()
    later = WebhookSender(
        records, private=True, pauses=AT_ONCE, clock=lambda: datetime.now(UTC) + TRIED_FOR + timedelta(minutes=1)
    )
    await later.work()
    deliveries = WebhookDeliveries(records)
    (given_up,) = await deliveries.log(merchant)
    assert (given_up.state, given_up.attempts, given_up.last_status) == (DeliveryState.GIVEN_UP, 2, 500)
    await deliveries.replay(merchant, endpoint.endpoint_id, given_up.seq, by="ana")
    await until_done(records, merchant, sender(records))
    (delivered,) = await deliveries.log(merchant)
    assert (delivered.state, delivered.attempts) == (DeliveryState.DELIVERED, 3)
    with pytest.raises(LookupError):
        await deliveries.replay(f"{merchant}-other", endpoint.endpoint_id, given_up.seq, by="ana")


async def test_two_senders_at_once_send_nothing_twice(records: Records, merchant: str, receiver: Receiver) -> None:
    await WebhookEndpoints(records).make(merchant, receiver.url, (), by="ana")
    for number in range(5):
        await journey(records, merchant, f"C-{number}")
    await until_done(records, merchant, sender(records), sender(records), sender(records))
    assert len(receiver.got) == 20
    assert len({event.id for event in receiver.events}) == 20


async def test_while_a_secret_is_replaced_both_signatures_are_sent(
    records: Records, merchant: str, receiver: Receiver
) -> None:
    endpoints = WebhookEndpoints(records)
    endpoint, old = await endpoints.make(merchant, receiver.url, [EventType.CASE_OPENED], by="ana")
    fresh = await endpoints.rotate(merchant, endpoint.endpoint_id, by="ana")
    await journey(records, merchant)
    await until_done(records, merchant, sender(records))
    ((body, signature),) = receiver.got
    for secret in (old, fresh):
        verify(body, signature, secret, datetime.now(UTC))
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    assert await endpoints.secrets(merchant, endpoint.endpoint_id, tomorrow) == [fresh]


async def test_none_is_lost_when_senders_are_killed(
    records: Records, merchant: str, receiver: Receiver, owner_url: str, superuser: psycopg.Connection
) -> None:
    await WebhookEndpoints(records).make(merchant, receiver.url, (), by="ana")
    receiver.slow = 0.05
    program = [sys.executable, "-m", "tests.tools.outgoing.killed_sender", app_url(owner_url, APP_PASSWORD)]
    for number in range(3):
        process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        before = len(receiver.got)
        await journey(records, merchant, f"K-{number}")
        async with asyncio.timeout(60):
            while len(receiver.got) == before:
                await asyncio.sleep(0.01)
        process.kill()
        await process.wait()
        # What the dead one had claimed is free again a minute later; here at once.
        superuser.execute(
            "update amends.webhook_delivery set claim_ends_at = now() - interval '1 s' where merchant = %s", (merchant,)
        )
    await until_done(records, merchant, sender(records))
    for number in range(3):
        # Each is told at least once; the first time each is told, it is in order.
        told = dict.fromkeys(event.type.value for event in receiver.events if event.case_id == f"K-{number}")
        assert list(told) == JOURNEY


async def test_a_removed_endpoint_hears_nothing_more(records: Records, merchant: str, receiver: Receiver) -> None:
    endpoints = WebhookEndpoints(records)
    endpoint, _ = await endpoints.make(merchant, receiver.url, (), by="ana")
    await journey(records, merchant)
    await endpoints.remove(merchant, endpoint.endpoint_id, by="ana")
    await sender(records).work()
    assert receiver.got == []
    with pytest.raises(LookupError):
        await endpoints.remove(merchant, endpoint.endpoint_id, by="ana")
