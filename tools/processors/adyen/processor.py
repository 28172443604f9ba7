"""`AdyenProcessor`: Adyen as the house's reading and acting payment ports."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from knowledge.money import Money
from tools.ports import (
    DisputeState,
    EvidencePackage,
    ProcessorCharge,
    ProcessorDispute,
    ProcessorError,
    ProcessorRefund,
)
from tools.processors.adyen.amounts import to_adyen
from tools.processors.adyen.books import AdyenDispute, charge_of, dispute_of, refunds_of
from tools.processors.adyen.client import AdyenClient
from tools.processors.adyen.mapping import (
    document_to_adyen,
    documents_to_adyen,
    key_to_adyen,
    reasons_from_adyen,
    refunded,
)
from tools.processors.adyen.notification import AdyenNotifications
from tools.processors.adyen.reasons import choose, document_types
from tools.processors.adyen.requests import AdyenRequest, AdyenRequests, RequestKind, RequestState

_KEYS_LAST = timedelta(days=7)
"""How long Adyen remembers an idempotency key at least
(https://docs.adyen.com/development-resources/api-idempotency)."""


def _now() -> datetime:
    return datetime.now(UTC)


class AdyenProcessor:
    """Implements `PaymentReading` and `PaymentActing` for one Adyen merchant account. Failures are ProcessorError.

    Adyen cannot be asked what stands: reading folds the notifications that were kept and what we asked ourselves.
    Every call that changes something is kept before it is made and again when it was answered, so that a second look
    knows of it before Adyen tells by webhook.
    """

    def __init__(
        self,
        client: AdyenClient,
        notifications: AdyenNotifications,
        requests: AdyenRequests,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._client = client
        self._notifications = notifications
        self._requests = requests
        self._now = now

    async def charge(self, reference: str) -> ProcessorCharge:
        """The payment as it stands; worth asking again when Adyen has told nothing of it."""
        told = await self._notifications.about(reference)
        charge = charge_of(reference, told, await self._requests.about(reference))
        if charge is None:
            raise _untold("payment", reference)
        return charge

    async def refunds(self, charge: str) -> Sequence[ProcessorRefund]:
        """Every refund on the payment, newest first, the Customer Area's included."""
        told = await self._notifications.about(charge)
        return refunds_of(charge, told, await self._requests.about(charge))

    async def dispute(self, reference: str) -> ProcessorDispute:
        """The dispute as it stands; worth asking again when Adyen has told nothing of it."""
        return (await self._standing(reference)).known

    async def disputes_since(self, since: datetime) -> Sequence[str]:
        """None: Adyen lists no disputes, and sends a notification again until it is taken."""
        return ()

    async def refund(self, charge: str, amount: Money, *, key: str, case_key: str) -> ProcessorRefund:
        """Refund once under `key`; the answer is pending, Adyen's REFUND notification tells what became of it.

        A refund whose answer was lost is asked for again while Adyen remembers the key. Later it is not: that could
        pay twice, and the error stays until Adyen's notification tells whether it was made.
        """
        if amount.minor <= 0:
            raise ProcessorError(f"a refund of {amount} is not an amount; give back more than zero", retry=False)
        try:
            sent = to_adyen(amount)
        except ValueError as error:
            raise ProcessorError(str(error), retry=False) from error
        digest = key_to_adyen(key)
        asked = AdyenRequest(
            kind=RequestKind.REFUND,
            about=charge,
            key=digest,
            state=RequestState.ASKED,
            asked_at=self._now(),
            amount=amount,
            case_key=case_key,
        )
        earlier = await self._asked(charge, RequestKind.REFUND, digest)
        if earlier is not None and earlier.state is RequestState.TAKEN:
            return await self._taken(earlier)
        if earlier is not None and earlier.state is RequestState.ASKED:
            asked = asked.model_copy(update={"asked_at": earlier.asked_at})
            if self._now() - asked.asked_at > _KEYS_LAST:
                raise ProcessorError(
                    f"whether the refund of {amount} on {charge} asked for on {asked.asked_at:%Y-%m-%d} was made is "
                    "not known until Adyen's notification tells; look for it in the Customer Area",
                    retry=True,
                )
        else:
            await self._requests.keep(asked)
        try:
            received = await self._client.refund(charge, sent, digest, digest)
        except ProcessorError as error:
            if not error.retry:
                await self._requests.keep(asked.model_copy(update={"state": RequestState.REFUSED}))
            raise
        try:
            reference = refunded(received, charge, amount)
        except ValueError as error:
            raise ProcessorError(str(error), retry=False) from error
        taken = asked.model_copy(update={"state": RequestState.TAKEN, "reference": reference})
        await self._requests.keep(taken)
        return await self._taken(taken)

    async def stage_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Choose the defence reason and supply the packet under each document type it needs; nothing is submitted.

        After a defence whose answer was lost nothing is supplied any more: Adyen takes no documents after a defence.
        """
        standing = await self._standing(package.dispute)
        if await self._defence(standing) is not None:
            return standing.known
        _refuse_undefendable(standing)
        try:
            supplied = document_to_adyen(package, packet)
            offered = reasons_from_adyen(await self._client.reasons(package.dispute))
            reason = choose(offered, package.family)
        except ValueError as error:
            raise ProcessorError(f"evidence for {package.dispute} was not sent: {error}", retry=False) from error
        codes = document_types(reason)
        documents = AdyenRequest(
            kind=RequestKind.DOCUMENTS,
            about=package.dispute,
            key=key_to_adyen(f"{package.dispute}/{standing.known.stage.value}/{reason.code}/{package.packet_sha256}"),
            state=RequestState.ASKED,
            asked_at=self._now(),
            stage=standing.known.stage,
            reason_code=reason.code,
            packet_sha256=package.packet_sha256,
        )
        held = {kind.code for kind in reason.documents if kind.available}
        earlier = await self._documents(standing)
        same = earlier is not None and earlier.key == documents.key
        # Adyen keeps one document of a type: the old packet leaves before the new one comes. No key is sent, because a
        # packet may come back after another one: what is there already is read above instead.
        for code in (code for code in codes if code in held and not same):
            await self._client.delete_document(package.dispute, code)
        missing = [code for code in codes if code not in held or not same]
        if missing:
            await self._client.supply(package.dispute, documents_to_adyen(supplied, missing))
        await self._requests.keep(documents.model_copy(update={"state": RequestState.TAKEN}))
        return await self.dispute(package.dispute)

    async def submit_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Send the defence with the documents supplied. Irreversible.

        A defence whose answer was lost is asked for again under the same key, which Adyen answers as before. Should it
        refuse then (the key is forgotten, or nothing arrived and the time is over), only its notification tells
        whether the first arrived: until it does, the error is worth trying again, and nothing is sent otherwise.
        """
        standing = await self._standing(package.dispute)
        earlier = await self._defence(standing)
        if earlier is None:
            _refuse_undefendable(standing)
        documents = await self._documents(standing)
        if documents is None or documents.reason_code is None:
            raise ProcessorError(
                f"there is no evidence to submit for {package.dispute}; stage the packet first", retry=False
            )
        asked = earlier or AdyenRequest(
            kind=RequestKind.DEFENCE,
            about=package.dispute,
            key=key_to_adyen(key),
            state=RequestState.ASKED,
            asked_at=self._now(),
            stage=standing.known.stage,
            reason_code=documents.reason_code,
            packet_sha256=documents.packet_sha256,
        )
        if asked.state is RequestState.TAKEN:
            return standing.known
        if earlier is None:
            await self._requests.keep(asked)
        await self._once(
            asked,
            self._client.defend(package.dispute, documents.reason_code, asked.key),
            again=earlier is not None,
        )
        return await self.dispute(package.dispute)

    async def accept_dispute(self, dispute: str, *, key: str) -> ProcessorDispute:
        """Concede the dispute. Irreversible."""
        standing = await self._standing(dispute)
        asked = AdyenRequest(
            kind=RequestKind.ACCEPTANCE,
            about=dispute,
            key=key_to_adyen(key),
            state=RequestState.ASKED,
            asked_at=self._now(),
            stage=standing.known.stage,
        )
        earlier = await self._asked(dispute, RequestKind.ACCEPTANCE, asked.key)
        if earlier is None:
            await self._requests.keep(asked)
        await self._once(asked, self._client.accept(dispute, asked.key), again=earlier is not None)
        return await self.dispute(dispute)

    async def _standing(self, dispute: str) -> AdyenDispute:
        told = await self._notifications.about(dispute)
        standing = dispute_of(dispute, told, await self._requests.about(dispute))
        if standing is None:
            raise _untold("dispute", dispute)
        return standing

    async def _taken(self, asked: AdyenRequest) -> ProcessorRefund:
        return next(one for one in await self.refunds(asked.about) if one.reference == asked.reference)

    async def _asked(self, about: str, kind: RequestKind, key: str) -> AdyenRequest | None:
        return next((one for one in await self._requests.about(about) if (one.kind, one.key) == (kind, key)), None)

    async def _defence(self, standing: AdyenDispute) -> AdyenRequest | None:
        """The defence of this stage that was taken, or that may have arrived."""
        return await self._latest(standing, RequestKind.DEFENCE)

    async def _documents(self, standing: AdyenDispute) -> AdyenRequest | None:
        """What was supplied last in this stage."""
        return await self._latest(standing, RequestKind.DOCUMENTS)

    async def _latest(self, standing: AdyenDispute, kind: RequestKind) -> AdyenRequest | None:
        asked = [
            one
            for one in await self._requests.about(standing.known.reference)
            if one.kind is kind and one.stage is standing.known.stage and one.state is not RequestState.REFUSED
        ]
        return max(asked, key=lambda one: one.asked_at, default=None)

    async def _once(self, asked: AdyenRequest, call: Awaitable[None], *, again: bool) -> None:
        """Await the call and keep what became of it. `again`: an earlier attempt may have arrived."""
        try:
            await call
        except ProcessorError as error:
            if error.retry:
                raise
            if again:
                raise ProcessorError(
                    f"whether the first {asked.kind.value} of {asked.about} arrived is not known until Adyen's "
                    f"notification tells; asked again, it says: {error}",
                    retry=True,
                    request_id=error.request_id,
                ) from error
            await self._requests.keep(asked.model_copy(update={"state": RequestState.REFUSED}))
            raise
        await self._requests.keep(asked.model_copy(update={"state": RequestState.TAKEN}))


def _untold(what: str, reference: str) -> ProcessorError:
    return ProcessorError(
        f"Adyen has told nothing of {what} {reference}: it tells by webhook only; check that the webhook reaches us "
        "and let Adyen send again what it missed (Customer Area, Webhooks)",
        retry=True,
    )


def _refuse_undefendable(standing: AdyenDispute) -> None:
    known = standing.known
    if not standing.defendable or known.state is not DisputeState.NEEDS_RESPONSE:
        raise ProcessorError(f"dispute {known.reference} is {known.state.value} and takes no defence now", retry=False)
