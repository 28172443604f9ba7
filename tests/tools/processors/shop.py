"""A merchant's Stripe account in the sandbox, as the tests of this folder see it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from tools.ports import EvidencePackage
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.messages import NewCharge
from tools.processors.stripe import StripeProcessor

SPECIFICATION = Path(__file__).parents[2] / "specifications" / "stripe_disputes.json"


@dataclass(frozen=True)
class Shop:
    """A merchant's Stripe account: the processor under test, and what the outside world may do and see."""

    processor: StripeProcessor
    impatient: StripeProcessor
    """The same account through a client that waits two seconds for an answer."""
    world: SandboxControl
    url: str

    async def sold(self, amount: int = 5000, currency: str = "eur", **more: str) -> str:
        """A captured payment, in Stripe's minor units."""
        return await self.world.create_charge(NewCharge.model_validate({"amount": amount, "currency": currency} | more))

    async def refunded(self, charge: str) -> list[int]:
        """The refunds that really exist, oldest first."""
        return [refund.amount for refund in (await self.world.ledger()).charges[charge].refunds]


def eur(minor: int) -> Money:
    """Euro cents."""
    return Money(minor=minor, currency="EUR")


def pdf(pages: int) -> bytes:
    """A small PDF of that many empty pages."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode()]
    parts += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * pages
    body, offsets = b"%PDF-1.7\n", list[int]()
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(parts) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return body + head + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))


def package(dispute: str, packet: bytes, *, statement: str = "The parcel was delivered on 3 May.") -> EvidencePackage:
    """A packet and a statement for a dispute over goods not received."""
    return EvidencePackage(
        dispute=dispute,
        charge="ch_of_the_dispute",
        family=ChargebackFamily.NOT_RECEIVED,
        network=CardNetwork.VISA,
        reason_code="13.1",
        stage=DisputeStage.CHARGEBACK,
        packet_sha256=hashlib.sha256(packet).hexdigest(),
        statement=statement,
    )
