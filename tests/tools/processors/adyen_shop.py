"""A merchant's Adyen account in the sandbox, as the tests of this folder see it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.case import CardNetwork
from knowledge.reasons import ChargebackFamily
from tests.tools.processors.shop import package
from tools.ports import EvidencePackage
from tools.processors.adyen import AdyenClient, AdyenProcessor, AdyenRequests
from tools.processors.sandbox.adyen.control import AdyenSandbox, SandboxNotifications
from tools.processors.sandbox.adyen.messages import AdyenSubmission, NewAdyenDispute, NewPayment
from tools.processors.sandbox.control import SandboxControl

DISPUTES = "/adyen/ca/services/DisputeService/v30"
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)


@dataclass(frozen=True)
class AdyenShop:
    """The processor under test, and what the outside world may do and see."""

    processor: AdyenProcessor
    impatient: AdyenProcessor
    """The same account through a client that waits two seconds for an answer."""
    stranger: AdyenProcessor
    """With a key for another merchant account."""
    client: AdyenClient
    requests: AdyenRequests
    told: SandboxNotifications
    world: AdyenSandbox
    control: SandboxControl

    async def sold(self, value: int = 5000, currency: str = "EUR", **more: Any) -> str:
        """A captured payment, in Adyen's minor units."""
        return await self.world.pay(NewPayment(value=value, currency=currency, **more))

    async def disputed(self, **more: Any) -> str:
        """A dispute over a payment of its own, open for a week."""
        scheme = more.pop("scheme", "visa")
        new = {"payment": await self.sold(scheme=scheme), "reason_code": "13.3", "due_by": SOON, **more}
        return await self.world.dispute(NewAdyenDispute.model_validate(new))

    async def submissions(self, dispute: str) -> tuple[AdyenSubmission, ...]:
        """The defences that really reached the issuer."""
        return (await self.world.ledger()).disputes[dispute].submissions

    async def refunded(self, payment: str) -> list[int]:
        """The refunds that were really asked for, oldest first."""
        return [refund.value for refund in (await self.world.ledger()).payments[payment].refunds]


def described(dispute: str, packet: bytes, *, network: CardNetwork = CardNetwork.VISA) -> EvidencePackage:
    """A packet that says the goods were as described."""
    changes = {"family": ChargebackFamily.NOT_AS_DESCRIBED, "reason_code": "13.3", "network": network}
    return package(dispute, packet).model_copy(update=changes)
