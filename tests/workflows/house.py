"""What workflow tests share: a house that can be asked, plain readers, and small cases made in code."""

import asyncio
import gc
import json
import shutil
import tempfile
import zlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.models.calls import CallLog
from agents.models.gateway import ModelGateway
from knowledge.case import Author, CaseBundle, Message, ProcessorName
from knowledge.facts import Fact, FactMethod, FactName, MessageSpan, Reading, Standing
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy
from samples.pictures import draw
from tools.embedded import EmbeddedServices
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.launch import start_sandbox
from tools.processors.sandbox.messages import NewCharge
from tools.processors.sandbox.paypal.control import PayPalWorld
from tools.settings import Settings
from tools.sources.sandbox.control import SourcesControl, start_sources
from workflows.desk import CaseDesk
from workflows.installation import Installation, open_installation
from workflows.messages import CaseView, Stage
from workflows.worker import Household, make_worker

REPLAY_EVERY_TASK: dict[str, Any] = {
    "max_cached_workflows": 0,
    "max_concurrent_workflow_task_polls": 1,
    "nonsticky_to_sticky_poll_ratio": 1.0,
}
"""Worker options under which every workflow task replays the history: what does not survive that is found."""


class PlainClaims:
    """Reads the claim from one word, so that workflow tests do not depend on a model: `lost`, `broken`, `late`."""

    _WORDS: Mapping[str, tuple[str, str | None]] = {
        "lost": ("not_received", None),
        "late": ("late_delivery", None),
        "scratch": ("damaged", "minor"),
        "broken": ("damaged", "moderate"),
        "regret": ("changed_mind", None),
    }

    def read(self, messages: Sequence[Message]) -> Reading:
        facts: list[Fact] = []
        for message in messages:
            if message.author is not Author.BUYER:
                continue
            for word, (reason, severity) in self._WORDS.items():
                if word in message.text:
                    facts.append(self._fact(FactName.CLAIM_REASON, reason, message))
                    if severity is not None:
                        facts.append(self._fact(FactName.CLAIM_SEVERITY, severity, message))
        return Reading(facts=tuple(facts))

    @staticmethod
    def _fact(name: FactName, value: str, message: Message) -> Fact:
        return Fact(
            name=name,
            value=value,
            confidence=0.95,
            method=FactMethod.RULE,
            standing=Standing.CLAIMED,
            citation=MessageSpan(message_id=message.id, start=0, end=len(message.text)),
            reader="plain@1",
        )


class PlainEmbedder:
    """Vectors from letters' counts: near for near texts, and nothing to load."""

    version = "plain-1"

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            for letter in text:
                vectors[row, ord(letter) % 64] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


PROMPT_POLICY = HOUSE_POLICY.model_copy(update={"undo_seconds": 0})
"""The house's policy under which a person's decision is acted on at once: most tests take nothing back."""


def plain_household(policy: MerchantPolicy = PROMPT_POLICY) -> Household:
    return Household(claims=PlainClaims(), embedder=PlainEmbedder(), policy=policy)


MASTER_KEY = "5a" * 32
"""Fixed, so that histories recorded once can be read again; it protects nothing."""
SPECIFICATION = Path(__file__).parents[1] / "specifications" / "stripe_disputes.json"


def drop_finished_workers() -> None:
    """Collect what a stopped worker left cached, here and now.

    The LangGraph plugin forgets a run's graphs when the run's coroutine ends, and finds the run by the event loop of
    the thread it ends in. Collected later, inside another worker's thread, it would forget a run that is alive.
    """
    gc.collect()


def connected_sources(url: str) -> dict[str, Any]:
    """Settings that let shop, helpdesk and carriers of the merchant `lumen` be the stand-ins at `url`."""
    return {
        "shops": [{"merchant": "lumen", "url": url, "key": "shpat_lumen"}],
        "helpdesks": [{"merchant": "lumen", "url": url, "user": "ana@lumen.example", "key": "token"}],
        "carriers_url": url,
        "carriers_key": "key",
    }


@asynccontextmanager
async def running_house(*, durable: bool = False, **more: Any) -> AsyncGenerator["House", None]:
    """PostgreSQL, Temporal, Chroma and the sandbox processor, all real, and everything erased afterwards.

    With `durable`, Temporal keeps its state on disk; `more` are further settings.
    """
    parent = Path(tempfile.mkdtemp(prefix="amends-house-"))
    parent.chmod(0o755)
    sandbox = await start_sandbox(parent / "sandbox", SPECIFICATION)
    sources = await start_sources()
    given = {
        "data": parent / "data",
        "master_key": MASTER_KEY,
        "stripe_url": sandbox.url,
        "paypal_url": f"{sandbox.url}/paypal",
        "adyen_url": f"{sandbox.url}/adyen",
        **connected_sources(sources.url),
    }
    unset = dict.fromkeys(
        "postgres_url temporal_address chroma_url stripe_key paypal_client_id paypal_secret adyen_key model".split()
    )
    settings = Settings.model_validate({**unset, **given, **more})
    services = EmbeddedServices(settings, durable=durable)
    await services.start()
    try:
        async with (
            open_installation(settings) as installation,
            SandboxControl(sandbox.url) as bank,
            PayPalWorld(sandbox.url) as paypal,
            SourcesControl(sources.url) as outside,
        ):
            outbox = parent / "data" / "outbox"
            gc.collect()
            gc.freeze()  # the house stays to the end of its tests; see drop_finished_workers
            yield House(
                installation, CaseDesk(installation), bank, paypal, outside, plain_household(), services, outbox
            )
            assert await bank.violations() == []
            assert await outside.violations() == []
    finally:
        await services.erase()
        await sandbox.stop()
        await sources.stop()
        shutil.rmtree(parent, ignore_errors=True)


@dataclass(frozen=True)
class House:
    """Open connections to a running installation, and the outside world beside it."""

    installation: Installation
    desk: CaseDesk
    bank: SandboxControl
    paypal: PayPalWorld
    sources: SourcesControl
    """Shop, carriers and helpdesk of the merchant `lumen`."""
    household: Household
    services: EmbeddedServices
    outbox: Path

    @asynccontextmanager
    async def worker(self, household: Household | None = None, **options: Any) -> AsyncGenerator[None, None]:
        """A worker, of this house's household or of another."""
        gateway = ModelGateway(self.installation.settings, CallLog())
        async with make_worker(self.installation, household or self.household, gateway, **options):
            yield
        await gateway.close()
        drop_finished_workers()

    async def open(self, bundle: CaseBundle, files: Mapping[str, bytes]) -> None:
        """The payment happens at the bank, then the case is opened."""
        await self.charge(bundle)
        await self.desk.open(bundle, files)

    async def charge(self, bundle: CaseBundle) -> None:
        """The order is paid at the bank."""
        payment = bundle.order.payment
        await self.bank.create_charge(
            NewCharge(
                id=payment.processor_reference,
                amount=payment.captured.minor,
                currency=payment.captured.currency.lower(),
            )
        )

    async def until_open(self, case_id: str) -> None:
        """Wait until a case that opens by itself has a workflow."""
        async with asyncio.timeout(60):
            while True:
                with suppress(LookupError):
                    await self.desk.view("lumen", case_id)
                    return
                await asyncio.sleep(0.05)

    async def until(self, case_id: str, *stages: Stage, seconds: float = 60) -> CaseView:
        """Wait until the case stands at one of the stages."""
        view: CaseView | None = None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    view = await self.desk.view("lumen", case_id)
                    if view.stage in stages:
                        return view
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited {seconds} s for {case_id} to be {stages}; it is {view}") from None

    async def refunded(self, charge: str) -> list[int]:
        """Amounts of the refunds the bank really made on the charge."""
        refunds = await self.installation.processors.of(ProcessorName.STRIPE).refunds(charge)
        return sorted(refund.amount.minor for refund in refunds if refund.state.value != "failed")

    def mail(self, case_id: str) -> list[dict[str, Any]]:
        files = (self.outbox / "lumen").glob(f"{case_id}-*.json")
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def case(case_id: str, words: str, *, price: str = "40.00", charge: str | None = None, **changes: Any) -> CaseBundle:
    """A lamp bought for `price` + 5.00 delivery, promised by 10 March, and what the buyer wrote on 20 March."""
    return CaseBundle.model_validate(
        {
            "format": "amends.case/1",
            "case_id": case_id,
            "kind": "refund",
            "opened_at": "2026-03-20T08:00:00Z",
            "merchant": {"id": "lumen", "name": "Lumen Lamps", "country": "DE"},
            "order": {
                "id": f"order-{case_id}",
                "placed_at": "2026-03-01T09:00:00Z",
                "lines": [
                    {
                        "sku": "lamp-1",
                        "title": "Desk lamp",
                        "category": "lighting",
                        "unit_price": eur(price),
                        "unit_cost": eur("12.00"),
                        "weight_g": 1800,
                    }
                ],
                "shipping": eur("5.00"),
                "tax": eur("0.00"),
                "discount": eur("0.00"),
                "total": eur(f"{float(price) + 5:.2f}"),
                "promised_by": "2026-03-10T20:00:00Z",
                "ship_to": {"name": "Ana Lima", "city": "Porto", "postcode": "4050-262", "country": "PT"},
                "payment": {
                    "processor": "stripe",
                    "processor_reference": charge or f"ch_{case_id.replace('-', '_')}",
                    "network": "visa",
                    "last4": "4242",
                    "captured": eur(f"{float(price) + 5:.2f}"),
                    "captured_at": "2026-03-01T09:00:10Z",
                },
            },
            "buyer": {"id": "buyer-1", "name": "Ana Lima", "email": "ana@example.org", "country": "PT"},
            "messages": [
                {
                    "id": "m-1",
                    "author": "buyer",
                    "at": datetime(2026, 3, 20, 7, 30, tzinfo=UTC).isoformat(),
                    "text": words,
                    "language": "pt",
                }
            ],
            **changes,
        }
    )


LOST_PARCEL = json.dumps(
    {
        "shipments": [
            {
                "id": "00340434161094042557",
                "service": "parcel-de",
                "status": {"timestamp": "2026-03-04T10:00:00+01:00", "statusCode": "transit", "status": "In transit"},
                "events": [
                    {
                        "timestamp": "2026-03-04T10:00:00+01:00",
                        "statusCode": "transit",
                        "status": "The shipment has been processed in the parcel center",
                        "location": {"address": {"addressLocality": "Leipzig", "countryCode": "DE"}},
                    }
                ],
            }
        ]
    }
).encode()


def scratched(case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A small claim of minor damage with a photo: a price reduction is offered without a person."""
    photos = [{"id": "p-1", "path": "photos/p.jpg", "author": "buyer", "at": "2026-03-20T07:31:00Z"}]
    bundle = case(case_id, "scratch: veio com um risco", price="20.00", photos=photos)
    return bundle, {"photos/p.jpg": draw("lamp", "minor", zlib.crc32(case_id.encode()))}


def lost(case_id: str, **changes: Any) -> tuple[CaseBundle, dict[str, bytes]]:
    """A parcel without a scan for sixteen days."""
    shipment = {
        "id": "s-1",
        "carrier": "dhl_universal",
        "tracking_number": "00340434161094042557",
        "tracking": "tracking/parcel.json",
        "fetched_at": "2026-03-20T07:00:00Z",
    }
    return case(case_id, "lost: nada chegou", shipments=[shipment], **changes), {"tracking/parcel.json": LOST_PARCEL}
