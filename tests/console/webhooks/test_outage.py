"""What happens to deliveries while the database is away: nothing is promised that was not stored."""

import json
import time
from datetime import UTC, datetime

import httpx

from console.webhooks.door import WebhookDoor
from tests.console.webhooks.conftest import AUTHORITY, accounts, served, stripe_headers
from tests.tools.intake.examples import stripe_event
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET
from tools.intake.paypal_certificates import PayPalCertificates
from tools.records.inbox import WebhookInbox
from tools.records.records import Records
from tools.records.schema import app_url
from tools.settings import Settings


async def test_what_is_not_stored_is_not_accepted(owner_url: str) -> None:
    records = await Records.connect(
        app_url(owner_url, APP_PASSWORD),
        master_key=MASTER_KEY,
        tenancy_secret=TENANCY_SECRET,
        size=1,
        patience_seconds=0.5,
    )
    inbox, woken = WebhookInbox(records), list[None]()

    async def fetch(url: str) -> bytes:
        raise AssertionError(url)

    door = WebhookDoor(
        Settings.model_validate({"webhooks": json.loads(accounts("outage"))}).webhooks,
        inbox,
        PayPalCertificates(fetch, [AUTHORITY.root]),
        stored=lambda: woken.append(None),
        clock=lambda: datetime.now(UTC),
    )
    raw = stripe_event("charge.dispute.created", {"id": "dp_1", "charge": "ch_1"}, "evt_1", int(time.time()))
    async with served(door) as url, httpx.AsyncClient(trust_env=False) as http:
        async with records.merchant("outage"):  # the only connection is taken
            answer = await http.post(f"{url}/webhooks/stripe/acct_outage", content=raw, headers=stripe_headers(raw))
        assert (answer.status_code, answer.json()["title"]) == (503, "Not stored")
        assert woken == []
        assert await inbox.entries("outage") == []
        answer = await http.post(f"{url}/webhooks/stripe/acct_outage", content=raw, headers=stripe_headers(raw))
        assert answer.status_code == 200
    assert len(await inbox.entries("outage")) == 1
    await records.close()
