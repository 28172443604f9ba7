"""What Adyen tells by webhook, late, twice, together and out of order, is what the connector reads from the inbox."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from console.webhooks.door import WebhookDoor
from tests.console.webhooks.conftest import AUTHORITY, served
from tests.tools.processors.adyen_shop import described
from tests.tools.processors.shop import SPECIFICATION, eur, pdf
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET
from tools.intake.paypal_certificates import PayPalCertificates
from tools.ports import DisputeState, ProcessorError
from tools.processors.adyen import AdyenClient, AdyenProcessor, addresses
from tools.processors.sandbox.adyen.control import AdyenSandbox
from tools.processors.sandbox.adyen.messages import Delivery, Event, NewAdyenDispute, NewPayment
from tools.processors.sandbox.adyen.notices import ACCOUNT
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.launch import start_sandbox
from tools.records.adyen_notifications import RecordedAdyenNotifications
from tools.records.adyen_requests import RecordedAdyenRequests
from tools.records.inbox import WebhookInbox
from tools.records.records import Records
from tools.records.schema import app_url
from tools.settings import Settings

MERCHANT, KEY = "adyenshop", "5A" * 32


@dataclass(frozen=True)
class Heard:
    """An account at Adyen whose webhooks come to a real door."""

    processor: AdyenProcessor
    world: AdyenSandbox
    inbox: WebhookInbox
    address: str

    async def deliver(self, **how: Any) -> None:
        await self.world.deliver(Delivery.model_validate({"url": self.address, "hmac_key": KEY, **how}))

    async def all_delivered(self) -> None:
        async with asyncio.timeout(20):
            while (await self.world.ledger()).undelivered:
                await asyncio.sleep(0.05)

    async def won(self, **how: Any) -> str:
        """A payment and its dispute, defended and won, told in the given way from its beginning; the dispute."""
        await self.deliver()
        payment = await self.world.pay(NewPayment(value=5000, currency="EUR"))
        due = datetime.now(UTC) + timedelta(days=7)
        new = NewAdyenDispute(payment=payment, reason_code="13.3", due_by=due, tells_supplied=False)
        dispute = await self.world.dispute(new)
        await self.all_delivered()
        sent = described(dispute, pdf(1))
        await self.processor.stage_evidence(sent, pdf(1), key=f"stage-{dispute}")
        await self.processor.submit_evidence(sent, pdf(1), key=f"submit-{dispute}")
        await self.deliver(held=True)
        for event in (
            Event(code="INFORMATION_SUPPLIED", status="Pending"),
            Event(code="CHARGEBACK"),
            Event(code="CHARGEBACK_REVERSED", status="Pending", value=4000),
            Event(code="ISSUER_RESPONSE_TIMEFRAME_EXPIRED", status="Won", value=5000),
        ):
            await self.world.tell(dispute, event)
        assert (await self.processor.dispute(dispute)).state is DisputeState.UNDER_REVIEW, "late news is not known"
        await self.deliver(**how)
        await self.all_delivered()
        return dispute


@pytest.fixture(scope="module")
async def heard(owner_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Heard]:
    records = await Records.connect(
        app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=4
    )
    folder: Path = tmp_path_factory.mktemp("adyen")
    sandbox = await start_sandbox(folder, SPECIFICATION)
    account = {"processor": "adyen", "account": ACCOUNT, "merchant": MERCHANT, "secrets": [KEY], "live": False}
    settings = Settings.model_validate({"webhooks": [account]})
    inbox = WebhookInbox(records)

    async def fetch(url: str) -> bytes:
        raise AssertionError(f"nothing of PayPal's comes here: {url}")

    certificates = PayPalCertificates(fetch, [AUTHORITY.root])
    door = WebhookDoor(settings.webhooks, inbox, certificates, stored=lambda: None, clock=lambda: datetime.now(UTC))
    client = AdyenClient(SecretStr("key"), ACCOUNT, addresses(None, f"{sandbox.url}/adyen"))
    async with served(door) as url, AdyenSandbox(sandbox.url) as world, SandboxControl(sandbox.url) as control:
        told = RecordedAdyenNotifications(inbox, MERCHANT)
        processor = AdyenProcessor(client, told, RecordedAdyenRequests(records, MERCHANT))
        yield Heard(processor, world, inbox, f"{url}/webhooks/adyen/{ACCOUNT}")
        assert await control.violations() == []
        await world.deliver(Delivery())
    await client.close()
    await sandbox.stop()
    await records.close()


@pytest.mark.parametrize(
    "how", [{}, {"copies": 3}, {"newest_first": True}, {"items_together": 4}, {"newest_first": True, "copies": 2}]
)
async def test_however_it_is_delivered_the_dispute_ends_as_adyen_told(heard: Heard, how: dict[str, Any]) -> None:
    dispute = await heard.won(**how)
    read = await heard.processor.dispute(dispute)
    # The issuer gave 4000 back; that it then let its time pass made that part final.
    assert (read.state, read.recovered, read.submission_count) == (DisputeState.LOST, eur(4000), 1)
    entries = await heard.inbox.entries(MERCHANT, dispute=dispute)
    assert sorted(entry.event_type for entry in entries) == [
        "CHARGEBACK",
        "CHARGEBACK_REVERSED",
        "INFORMATION_SUPPLIED",
        "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
        "NOTIFICATION_OF_CHARGEBACK",
    ]


async def test_notifications_signed_with_another_key_wait_and_are_delivered_when_it_is_mended(heard: Heard) -> None:
    await heard.deliver(hmac_key="00" * 32)
    payment = await heard.world.pay(NewPayment(value=5000, currency="EUR"))
    async with asyncio.timeout(20):
        while not (await heard.world.ledger()).refused_deliveries:
            await asyncio.sleep(0.05)
    with pytest.raises(ProcessorError, match="Adyen has told nothing of payment"):
        await heard.processor.charge(payment)
    await heard.deliver()
    await heard.all_delivered()
    assert (await heard.processor.charge(payment)).captured == eur(5000)


async def test_a_refund_is_known_by_its_payment_once_adyen_told(heard: Heard) -> None:
    await heard.deliver()
    payment = await heard.world.pay(NewPayment(value=5000, currency="EUR"))
    made = await heard.processor.refund(payment, eur(1700), key=f"refund-{payment}", case_key="case-key")
    await heard.all_delivered()
    [refund] = await heard.processor.refunds(payment)
    assert (refund.reference, refund.state.value, refund.case_key) == (made.reference, "succeeded", "case-key")
    assert (await heard.processor.charge(payment)).refunded == eur(1700)
