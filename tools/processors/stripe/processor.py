"""`StripeProcessor`: Stripe as the house's reading and acting payment ports."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from knowledge.money import Money
from tools.ports import EvidencePackage, ProcessorCharge, ProcessorDispute, ProcessorError, ProcessorRefund
from tools.processors.stripe.capabilities import broken_limits
from tools.processors.stripe.client import StripeClient
from tools.processors.stripe.mapping import (
    charge_from_stripe,
    dispute_from_stripe,
    refund_from_stripe,
    refund_to_stripe,
    staging_to_stripe,
    texts_to_stripe,
)

_Mapped = TypeVar("_Mapped")


class StripeProcessor:
    """Implements `PaymentReading` and `PaymentActing` for one Stripe account. Failures are ProcessorError."""

    def __init__(self, client: StripeClient) -> None:
        self._client = client

    async def charge(self, reference: str) -> ProcessorCharge:
        """The charge as it stands."""
        return _mapped(charge_from_stripe, await self._client.charge(reference))

    async def refunds(self, charge: str) -> Sequence[ProcessorRefund]:
        """Every refund on the charge, newest first, over all pages; the dashboard's and other programs' included."""
        return [_mapped(refund_from_stripe, refund) for refund in await self._client.refunds(charge)]

    async def dispute(self, reference: str) -> ProcessorDispute:
        """The dispute as it stands."""
        return _mapped(dispute_from_stripe, await self._client.dispute(reference))

    async def disputes_since(self, since: datetime) -> Sequence[str]:
        """References of the disputes opened since, newest first."""
        return [dispute.id for dispute in await self._client.disputes_since(since)]

    async def refund(self, charge: str, amount: Money, *, key: str, case_key: str) -> ProcessorRefund:
        """Refund once under `key`; `case_key` goes into the metadata, where `refunds` reads it back.

        Stripe replays whatever it answered under a key, refusals and failures of its own included: after a
        definite refusal a later attempt needs a new key.
        """
        if amount.minor <= 0:
            raise ProcessorError(f"a refund of {amount} is not an amount; give back more than zero", retry=False)
        body = _mapped(lambda money: refund_to_stripe(charge, money, case_key), amount)
        return _mapped(refund_from_stripe, await self._client.create_refund(body, key))

    async def stage_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Upload the packet and stage it with the texts; nothing is submitted.

        Raises ProcessorError before anything is sent when a limit of size, kind or length is broken; Stripe itself
        refuses too many pages already at staging.
        """
        broken = broken_limits(texts_to_stripe(package), packet)
        if broken:
            raise ProcessorError(f"evidence for {package.dispute} was not sent: {'; '.join(broken)}", retry=False)
        name = f"packet-{package.packet_sha256[:16]}{_suffix(packet)}"
        file = await self._client.upload_evidence(packet, name, f"{key}-file")
        # With the file's id in the key, a repeat whose upload was forgotten by Stripe is a new staging, not a conflict.
        body = staging_to_stripe(package, file.id)
        return _mapped(
            dispute_from_stripe, await self._client.update_dispute(package.dispute, body, f"{key}-{file.id}")
        )

    async def submit_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Submit what was staged; Stripe has the packet already. Irreversible."""
        return _mapped(dispute_from_stripe, await self._client.update_dispute(package.dispute, {"submit": True}, key))

    async def accept_dispute(self, dispute: str, *, key: str) -> ProcessorDispute:
        """Concede the dispute. Irreversible."""
        return _mapped(dispute_from_stripe, await self._client.close_dispute(dispute, key))


_Foreign = TypeVar("_Foreign")


def _mapped(mapping: Callable[[_Foreign], _Mapped], foreign: _Foreign) -> _Mapped:
    """Map, or say what cannot be mapped; asking again would bring the same."""
    try:
        return mapping(foreign)
    except ValueError as error:
        raise ProcessorError(str(error), retry=False) from error


def _suffix(packet: bytes) -> str:
    if packet.startswith(b"%PDF-"):
        return ".pdf"
    return ".png" if packet.startswith(b"\x89PNG") else ".jpg"
