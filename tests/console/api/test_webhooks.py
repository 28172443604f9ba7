"""Webhooks over the API: an endpoint from its making to its end, and the same events by asking."""

from datetime import UTC, datetime

import pytest

from console.api.shapes import EndpointAsked
from console.client import AmendsRefused
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.tools.outgoing.receiver import receiving
from tests.workflows.house import House, case
from tools.outgoing.events import EventType
from tools.outgoing.sender import WebhookSender
from tools.outgoing.signature import NotFromAmends, verify
from tools.records.webhook_deliveries import DeliveryState

SHOP = {"id": "api-hooks", "name": "Hooks", "country": "DE"}


async def test_an_endpoint_is_made_told_replayed_rotated_and_removed(house: House, asking: Asking) -> None:
    client = await asking.client(merchant="api-hooks")
    sender = WebhookSender(house.installation.records, private=True)
    async with receiving() as receiver:
        made = await client.make_endpoint(EndpointAsked(url=receiver.url, events=(EventType.CASE_OPENED,)))
        await client.submit_case(case("hooked-1", "lost: nada", merchant=SHOP))
        await sender.work()
        ((body, signature),) = receiver.got
        verify(body, signature, made.secret, datetime.now(UTC))
        assert receiver.events[0].case_id == "hooked-1"
        (delivery,) = (await client.list_deliveries(endpoint_id=made.endpoint_id)).items
        assert (delivery.state, delivery.last_status) == (DeliveryState.DELIVERED, 204)
        fresh = await client.rotate_secret(made.endpoint_id)
        await client.replay_delivery(delivery.delivery_id)
        await sender.work()
        assert receiver.got[1][0] == body
        for secret in (made.secret, fresh.secret):
            verify(body, receiver.got[1][1], secret, datetime.now(UTC))
        with pytest.raises(NotFromAmends):
            verify(body, receiver.got[0][1], fresh.secret, datetime.now(UTC))
        await client.remove_endpoint(made.endpoint_id)
        await client.submit_case(case("hooked-2", "lost: nada", merchant=SHOP))
        await sender.work()
        assert len(receiver.got) == 2
        assert (await client.list_endpoints()).items == ()


async def test_events_can_be_asked_for_and_asking_on_tells_what_is_new(asking: Asking) -> None:
    client = await asking.client(merchant="api-events")
    shop = {**SHOP, "id": "api-events"}
    for number in range(3):
        await client.submit_case(case(f"asked-{number}", "lost: nada", merchant=shop))
    cursor, told = None, list[str]()
    for _ in range(4):
        page = await client.list_events(cursor=cursor, limit=1)
        told += [event.case_id for event in page.items]
        cursor = page.next_cursor
    assert told == ["asked-0", "asked-1", "asked-2"]
    await client.submit_case(case("asked-3", "lost: nada", merchant=shop))
    assert [event.case_id for event in (await client.list_events(cursor=cursor)).items] == ["asked-3"]


async def test_the_twenty_first_endpoint_is_refused(asking: Asking) -> None:
    client = await asking.client({Permission.MANAGE_KEYS}, merchant="api-many")
    for _ in range(20):
        await client.make_endpoint(EndpointAsked(url="https://shop.example/hooks"))
    with pytest.raises(AmendsRefused, match="20 endpoints already") as refused:
        await client.make_endpoint(EndpointAsked(url="https://shop.example/hooks"))
    assert refused.value.problem.status == 409
