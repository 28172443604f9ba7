"""`PayPalProcessor`: PayPal as the house's reading and acting payment ports.

Left out of the ports: partial offers (`make-offer`, inquiries only), messages to the buyer, and returns.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from knowledge.money import Money
from tools.ports import (
    DisputeState,
    EvidencePackage,
    ProcessorCharge,
    ProcessorDispute,
    ProcessorError,
    ProcessorRefund,
)
from tools.processors.paypal.answers import Capture, Refund
from tools.processors.paypal.capabilities import broken_limits, file_name, media_type
from tools.processors.paypal.client import PayPalClient
from tools.processors.paypal.evidence import (
    acceptance_to_paypal,
    evidences_to_paypal,
    notes_to_paypal,
    supporting_info_to_paypal,
)
from tools.processors.paypal.mapping import (
    accepting_link,
    answered,
    answering_link,
    charge_from_paypal,
    dispute_from_paypal,
    outcome_of,
    refund_from_paypal,
    refund_to_paypal,
)

_Mapped = TypeVar("_Mapped")
_Foreign = TypeVar("_Foreign")
_FILE_FIELDS = {"provide_supporting_info": "supporting document"}


class PayPalProcessor:
    """Implements `PaymentReading` and `PaymentActing` for one PayPal account. Failures are ProcessorError."""

    def __init__(self, client: PayPalClient) -> None:
        self._client = client

    async def charge(self, reference: str) -> ProcessorCharge:
        """The capture as it stands; disputed once any dispute was opened on it, whatever became of that."""
        capture = await self._client.capture(reference)
        refunds = await self._refunds_of(capture)
        found = await self._client.disputes_of(reference)
        return _mapped(lambda one: charge_from_paypal(one, refunds, disputed=bool(found.items)), capture)

    async def refunds(self, charge: str) -> Sequence[ProcessorRefund]:
        """Every refund of the capture, newest first, those made in PayPal's own pages included.

        PayPal lists them with the order the capture belongs to. A capture without a readable order (one not made
        through Orders v2) has no list: then it is only known that there is none, and a ProcessorError says so when
        there is some.
        """
        refunds = [
            _mapped(refund_from_paypal, one) for one in await self._refunds_of(await self._client.capture(charge))
        ]
        return sorted(refunds, key=lambda one: one.created_at, reverse=True)

    async def dispute(self, reference: str) -> ProcessorDispute:
        """The dispute as it stands. A lost one that can be appealed needs a response, in the cycle after its own."""
        return _mapped(dispute_from_paypal, await self._client.dispute(reference))

    async def disputes_since(self, since: datetime) -> Sequence[str]:
        """References of the disputes opened or changed since."""
        return await self._client.disputes_since(since)

    async def refund(self, charge: str, amount: Money, *, key: str, case_key: str) -> ProcessorRefund:
        """Refund once under `key`; `case_key` goes into `custom_id`, where `refunds` reads it back.

        For 45 days PayPal answers the same key with the refund it made, whatever amount is asked for then; another
        amount is refused here.
        """
        if amount.minor <= 0:
            raise ProcessorError(f"a refund of {amount} is not an amount; give back more than zero", retry=False)
        body = _mapped(lambda money: refund_to_paypal(money, case_key), amount)
        # Our keys may be longer than PayPal's ids; the digest is as unique.
        request_id = hashlib.sha256(key.encode()).hexdigest()
        made = _mapped(refund_from_paypal, await self._client.refund(charge, body, request_id))
        if made.amount != amount:
            raise ProcessorError(
                f"PayPal already made {made.amount} of {charge} under this key, as {made.reference}; {amount} was not "
                "refunded",
                retry=False,
            )
        return made

    async def stage_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """PayPal keeps no drafts: check every limit, and that the dispute takes evidence now. Nothing is sent."""
        self._refuse_broken(package, packet)
        dispute = await self._client.dispute(package.dispute)
        if answered(dispute):
            raise ProcessorError(
                f"evidence for {package.dispute} has already been submitted in this stage; wait for PayPal", retry=False
            )
        _mapped(answering_link, dispute)
        return _mapped(dispute_from_paypal, dispute)

    async def submit_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Send the evidence by the link the dispute gives now. Irreversible.

        PayPal has no idempotency key for evidence: the dispute is read right before, and what it holds already is not
        sent again.
        """
        self._refuse_broken(package, packet)
        dispute = await self._client.dispute(package.dispute)
        standing = _mapped(dispute_from_paypal, dispute)
        if answered(dispute):
            return standing
        rel, link = _mapped(answering_link, dispute)
        name = _mapped(lambda digest: file_name(digest, packet), package.packet_sha256)
        supporting = rel == "provide_supporting_info"
        body = supporting_info_to_paypal(package) if supporting else evidences_to_paypal(package, name)
        file = (_FILE_FIELDS.get(rel, "evidence-file"), name, packet, media_type(packet) or "")
        await self._client.act(link, f"take evidence for {package.dispute}", body, file)
        taken = await self.dispute(package.dispute)
        # It was accepted, whether or not PayPal's pages show it already.
        count = max(taken.submission_count, standing.submission_count + 1)
        return taken.model_copy(update={"submission_count": count})

    async def accept_dispute(self, dispute: str, *, key: str) -> ProcessorDispute:
        """Concede with a full refund, which PayPal makes itself. Irreversible; a dispute already lost is left so."""
        standing = await self._client.dispute(dispute)
        if outcome_of(standing) is DisputeState.LOST:
            return _mapped(dispute_from_paypal, standing)
        await self._client.act(_mapped(accepting_link, standing), f"accept the claim {dispute}", acceptance_to_paypal())
        return await self.dispute(dispute)

    async def _refunds_of(self, capture: Capture) -> list[Refund]:
        """From the order's list; each refund's own `up` link says which capture it belongs to."""
        if capture.status not in ("PARTIALLY_REFUNDED", "REFUNDED", "COMPLETED"):
            # A capture that is pending, declined or failed holds no money that could have gone back.
            return []
        up = capture.link("up")
        if up is not None and "/checkout/orders/" in up.href:
            try:
                order = await self._client.order(up)
            except ProcessorError as error:
                if error.retry:
                    raise
            else:
                every = [one for unit in order.purchase_units for one in unit.payments.refunds]
                return [one for one in every if _belongs(one, capture)]
        if capture.status == "COMPLETED":
            return []
        raise ProcessorError(
            f"capture {capture.id} is {capture.status}, and PayPal gives no list of its refunds; look it up in PayPal "
            "and tell the case of them as earlier refunds",
            retry=False,
        )

    def _refuse_broken(self, package: EvidencePackage, packet: bytes) -> None:
        broken = broken_limits(notes_to_paypal(package), packet)
        if broken:
            raise ProcessorError(f"evidence for {package.dispute} was not sent: {'; '.join(broken)}", retry=False)


def _belongs(refund: Refund, capture: Capture) -> bool:
    up = refund.link("up")
    return up is not None and up.href.rstrip("/").endswith(f"/{capture.id}")


def _mapped(mapping: Callable[[_Foreign], _Mapped], foreign: _Foreign) -> _Mapped:
    """Map, or say what cannot be mapped; asking again would bring the same."""
    try:
        return mapping(foreign)
    except ValueError as error:
        raise ProcessorError(str(error), retry=False) from error
