"""The door behind a real server on a real database, with accounts at the three processors."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
import uvicorn
from stripe import WebhookSignature

from console.webhooks.door import WebhookDoor
from tests.tools.intake.authority import WEBHOOK_ID, Authority, PayPalsHand
from tests.tools.intake.examples import ADYEN_KEY
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET, owner_url, server, superuser_url
from tools.intake.paypal_certificates import CertificateUnavailable, PayPalCertificates
from tools.records.inbox import InboxEntry, WebhookInbox
from tools.records.records import Records
from tools.records.schema import app_url
from tools.settings import Settings

__all__ = ["owner_url", "server", "superuser_url"]  # the records' own server and database, as fixtures

SECRET, OLD_SECRET = "whsec_door", "whsec_door_before"
AUTHORITY, HAND = Authority(), PayPalsHand()


def accounts(merchant: str) -> str:
    """`AMENDS_WEBHOOKS` with an account at each processor for the merchant, and a second one at Adyen."""
    paypal = {"processor": "paypal", "account": f"PP{merchant}", "secrets": [WEBHOOK_ID]}
    stripe = {"processor": "stripe", "account": f"acct_{merchant}", "secrets": [SECRET, OLD_SECRET]}
    adyen = {"processor": "adyen", "account": "YOUR_MERCHANT_ACCOUNT", "secrets": [ADYEN_KEY], "live": False}
    return json.dumps([{**each, "merchant": merchant} for each in (stripe, paypal, adyen)])


@dataclass
class Door:
    """A running door: what it is sent, what it stored, and how often the work was woken."""

    url: str
    records: Records
    inbox: WebhookInbox
    merchant: str
    certificates_served: bool = True
    woken: int = 0
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=20))

    async def post(self, path: str, raw: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.http.post(f"{self.url}/webhooks/{path}", content=raw, headers=headers)

    async def stripe(self, raw: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        """As Stripe delivers; `headers` in place of its own."""
        return await self.post(f"stripe/acct_{self.merchant}", raw, stripe_headers(raw) if headers is None else headers)

    async def paypal(self, raw: bytes) -> httpx.Response:
        return await self.post(f"paypal/PP{self.merchant}", raw, dict(HAND.headers(raw, at=datetime.now(UTC))))

    async def adyen(self, raw: bytes) -> httpx.Response:
        return await self.post("adyen/YOUR_MERCHANT_ACCOUNT", raw)

    async def stored(self) -> list[InboxEntry]:
        return list(await self.inbox.entries(self.merchant))


def stripe_headers(raw: bytes, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    header: str = WebhookSignature.generate_signature_header(raw.decode(), secret, at)  # pyright: ignore
    return {"stripe-signature": header}


@asynccontextmanager
async def listening_server(config: uvicorn.Config) -> AsyncGenerator[str, None]:
    """A server on a free port; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    await task


@asynccontextmanager
async def served(door: WebhookDoor) -> AsyncGenerator[str, None]:
    """The door on a free port; its address."""
    async with listening_server(uvicorn.Config(door.application(), log_level="warning", lifespan="off")) as url:
        yield url


@pytest.fixture(scope="session")
async def door(owner_url: str) -> AsyncIterator[Door]:
    """One door for all tests; its events have ids of their own."""
    merchant = "doorshop"
    records = await Records.connect(
        app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=4
    )
    leaf = AUTHORITY.leaf(HAND.key)

    async def fetch(url: str) -> bytes:
        if not at.certificates_served:
            raise CertificateUnavailable("no route")
        return leaf

    def woken() -> None:
        at.woken += 1

    inbox = WebhookInbox(records)
    settings = Settings.model_validate({"webhooks": json.loads(accounts(merchant))})
    certificates = PayPalCertificates(fetch, [AUTHORITY.root])
    made = WebhookDoor(settings.webhooks, inbox, certificates, stored=woken, clock=lambda: datetime.now(UTC))
    async with served(made) as url:
        at = Door(url, records, inbox, merchant)
        yield at
        await at.http.aclose()
    await records.close()
