import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from console.webhooks.door import LARGEST
from tests.console.webhooks.conftest import HAND, OLD_SECRET, Door, stripe_headers
from tests.tools.intake.authority import CERT_URL
from tests.tools.intake.examples import PAYPAL_DISPUTE, adyen_example, adyen_signed, paypal_event, stripe_event
from tools.intake.notice import WebhookProcessor


def event(event_id: str, event_type: str = "charge.dispute.created", **about: Any) -> bytes:
    """A Stripe event, made now."""
    return stripe_event(event_type, {"id": "dp_1", "charge": "ch_1", **about}, event_id, int(time.time()))


def ids_of(entries: Any) -> set[str]:
    return {entry.event_id for entry in entries}


async def test_a_signed_event_of_each_processor_is_stored_before_it_is_answered(door: Door) -> None:
    notice = adyen_signed(adyen_example("NOTIFICATION_OF_CHARGEBACK"))
    woken = door.woken
    for answer in (
        await door.stripe(event("evt_good", reason="Zwölf €")),
        await door.paypal(paypal_event("CUSTOMER.DISPUTE.CREATED", PAYPAL_DISPUTE, "WH-good")),
        await door.adyen(notice),
    ):
        assert (answer.status_code, answer.text) == (200, "[accepted]")
    assert door.woken == woken + 3
    adyen_id = "QFQTPCQ8HXSKGK82:NOTIFICATION_OF_CHARGEBACK:true:2021-01-01T00:00:00"
    assert {"evt_good", "WH-good", adyen_id} <= ids_of(await door.stored())
    assert await door.inbox.raw(door.merchant, WebhookProcessor.ADYEN, adyen_id) == notice


async def test_told_again_it_is_accepted_and_changes_nothing(door: Door) -> None:
    raw = event("evt_twice")
    headers = stripe_headers(raw)
    for _ in range(2):
        assert (await door.stripe(raw, headers)).status_code == 200
        assert (await door.stripe(raw)).status_code == 200
    assert [entry.revision for entry in await door.stored() if entry.event_id == "evt_twice"] == [1]


async def test_the_secret_before_is_accepted_while_it_is_replaced(door: Door) -> None:
    raw = event("evt_rotated")
    assert (await door.stripe(raw, stripe_headers(raw, OLD_SECRET))).status_code == 200


def spoilt(how: str, raw: bytes) -> tuple[bytes, dict[str, str]]:
    """A signed delivery, spoilt."""
    headers, longer, altered = stripe_headers(raw), raw + b"\n", raw.replace(b"ch_1", b"ch_2")
    ways: dict[str, tuple[bytes, dict[str, str]]] = {
        "altered": (altered, headers),
        "one byte more": (longer, headers),
        "another secret": (raw, stripe_headers(raw, "whsec_other")),
        "stale": (raw, stripe_headers(raw, at=int(time.time()) - 900)),
        "no header": (raw, {}),
        "broken header": (raw, {"stripe-signature": "v1="}),
    }
    return ways[how]


@pytest.mark.parametrize(
    ("how", "detail"),
    [
        ("altered", "no v1"),
        ("one byte more", "no v1"),
        ("another secret", "no v1"),
        ("stale", "away from now"),
        ("no header", "missing"),
        ("broken header", "no v1"),
    ],
)
async def test_what_is_not_proved_is_refused_and_not_stored(door: Door, how: str, detail: str) -> None:
    raw = event("evt_spoilt")
    answer = await door.stripe(*spoilt(how, raw))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]
    assert "whsec" not in answer.text
    assert "evt_spoilt" not in ids_of(await door.stored())


async def test_two_items_with_a_bad_second_one_are_refused_whole(door: Door) -> None:
    refund, lost = adyen_example("REFUND_FAILED"), adyen_example("SECOND_CHARGEBACK")
    both = json.loads(
        adyen_signed({**refund, "notificationItems": refund["notificationItems"] + lost["notificationItems"]})
    )
    both["notificationItems"][1]["NotificationRequestItem"]["amount"]["value"] += 1
    answer = await door.adyen(json.dumps(both).encode())
    assert answer.status_code == 400
    assert "item 1" in answer.json()["detail"]
    assert not {entry for entry in ids_of(await door.stored()) if "REFUND_FAILED" in entry}
    both["notificationItems"][1]["NotificationRequestItem"]["amount"]["value"] -= 1
    assert (await door.adyen(json.dumps(both).encode())).status_code == 200
    stored = {event_id.rsplit(":", 3)[0] for event_id in ids_of(await door.stored())}
    assert {"QFQTPCQ8HXSKGK82:REFUND_FAILED:true", "QFQTPCQ8HXSKGK82:SECOND_CHARGEBACK:true"} <= stored


async def test_events_of_another_account_or_of_the_other_mode_are_refused(door: Door) -> None:
    other = adyen_example("ISSUER_COMMENTS")
    other["notificationItems"][0]["NotificationRequestItem"]["merchantAccountCode"] = "ANOTHER_SHOP"
    raw = adyen_signed(other)
    answer = await door.adyen(raw)
    assert (answer.status_code, answer.json()["title"]) == (403, "Another account")
    live = await door.adyen(adyen_signed(adyen_example("PREARBITRATION_LOST")))
    assert (live.status_code, live.json()["title"]) == (403, "Live and test")
    assert not {entry for entry in ids_of(await door.stored()) if "COMMENTS" in entry or "LOST" in entry}


async def test_unknown_events_are_kept(door: Door) -> None:
    assert (await door.stripe(event("evt_unknown", "customer.invented_tomorrow"))).status_code == 200
    assert [entry.kind for entry in await door.stored() if entry.event_id == "evt_unknown"] == ["other"]


async def test_a_signed_body_that_cannot_be_read_names_the_field(door: Door) -> None:
    answer = await door.stripe(b'{"id":"evt_1","type":"charge.dispute.created","created":1}')
    assert (answer.status_code, answer.json()["title"]) == (400, "Not readable")
    assert "data" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["stripe/nobody", "adyen/acct_doorshop", "square/x", "stripe/..%2fstripe"])
async def test_accounts_that_are_not_set_are_unknown(door: Door, path: str) -> None:
    assert (await door.post(path, event("evt_nobody"))).status_code == 404


async def test_only_posts_are_taken(door: Door) -> None:
    assert (await door.http.get(f"{door.url}/webhooks/stripe/acct_doorshop")).status_code == 405
    assert (await door.http.get(f"{door.url}/ready")).status_code == 200


async def test_a_body_beyond_the_limit_is_refused_and_one_at_it_is_read(door: Door) -> None:
    raw = event("evt_large", padding="")
    largest = event("evt_large", padding="x" * (LARGEST - len(raw)))
    assert len(largest) == LARGEST
    assert (await door.stripe(largest)).status_code == 200
    assert (await door.stripe(largest + b" ")).status_code == 413

    async def without_a_length() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 65536 + 1):
            yield b" " * 65536

    path = f"{door.url}/webhooks/stripe/acct_doorshop"
    assert (await door.http.post(path, content=without_a_length())).status_code == 413


async def test_a_body_that_is_cut_off_leaves_the_door_open(door: Door) -> None:
    host, port = door.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /webhooks/stripe/acct_doorshop HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await door.stripe(event("evt_after_the_cut"))).status_code == 200


async def test_deliveries_at_once_are_stored_once_each(door: Door) -> None:
    raws = [event(f"evt_many_{number}") for number in range(8)] * 4
    answers = await asyncio.gather(*(door.stripe(raw) for raw in raws))
    assert {answer.status_code for answer in answers} == {200}
    stored = [entry for entry in await door.stored() if entry.event_id.startswith("evt_many_")]
    assert len(stored) == 8
    assert {entry.revision for entry in stored} == {1}


async def test_what_cannot_be_checked_now_is_asked_for_again(door: Door) -> None:
    raw = paypal_event("CUSTOMER.DISPUTE.UPDATED", PAYPAL_DISPUTE, "WH-later")
    door.certificates_served = False
    signed = dict(HAND.headers(raw, at=datetime.now(UTC), cert_url=f"{CERT_URL}-new"))
    answer = await door.post("paypal/PPdoorshop", raw, signed)
    assert (answer.status_code, answer.json()["title"]) == (503, "Not checked")
    door.certificates_served = True
    assert (await door.post("paypal/PPdoorshop", raw, signed)).status_code == 200
