"""A merchant's PayPal account in the sandbox, as the tests of this folder see it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from tests.tools.processors.shop import SPECIFICATION, eur
from tools.ports import EvidencePackage, ParcelSent
from tools.processors.paypal import PayPalProcessor
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.paypal.control import PayPalWorld
from tools.processors.sandbox.paypal.messages import NewCapture, NewPayPalDispute, PayPalSubmission

PAYPAL_SPECIFICATION = SPECIFICATION.with_name("paypal_disputes.json")
SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)


@dataclass(frozen=True)
class PayPalShop:
    """The processor under test, and what the outside world may do and see."""

    processor: PayPalProcessor
    impatient: PayPalProcessor
    """The same account through a client that waits two seconds for an answer."""
    world: PayPalWorld
    troubles: SandboxControl
    url: str

    async def sold(self, amount: Money | None = None, **more: object) -> str:
        """A captured payment, of 50 euro when nothing is said."""
        return await self.world.capture(NewCapture.model_validate({"amount": amount or eur(5000)} | more))

    async def disputed(self, **more: object) -> str:
        """A dispute on a new payment of 50 euro, in which PayPal waits for the merchant."""
        new = {"capture": await self.sold(), "due_by": SOON} | more
        return await self.world.open_dispute(NewPayPalDispute.model_validate(new))

    async def refunded(self, capture: str) -> list[int]:
        """The refunds that really exist, oldest first, in minor units."""
        return [one.amount.minor for one in (await self.world.ledger()).captures[capture].refunds]

    async def submissions(self, dispute: str) -> tuple[PayPalSubmission, ...]:
        """What reached PayPal, oldest first."""
        return (await self.world.ledger()).disputes[dispute].submissions


def paypal_package(dispute: str, packet: bytes, **changes: object) -> EvidencePackage:
    """A packet and a statement for a dispute over goods not received, with one parcel."""
    package = EvidencePackage(
        dispute=dispute,
        charge="CAPTURE1",
        family=ChargebackFamily.NOT_RECEIVED,
        network=CardNetwork.PAYPAL,
        reason_code="MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        stage=DisputeStage.CHARGEBACK,
        packet_sha256=hashlib.sha256(packet).hexdigest(),
        statement="The parcel was delivered on 3 May. We ask that the dispute be closed.",
        summary="The parcel was delivered.",
        parcels=(ParcelSent(carrier="ups", tracking_number="1Z999", shipped_at=None),),
    )
    return package.model_copy(update=changes)
