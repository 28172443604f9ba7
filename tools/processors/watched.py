"""A processor whose every call is counted, timed and traced, whichever it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from knowledge.case import ProcessorName
from knowledge.money import Money
from tools.ports import EvidencePackage, Processor, ProcessorCharge, ProcessorDispute, ProcessorRefund
from tools.telemetry.calls import Called, WatchedCall, watched_call


class WatchedProcessor:
    """Passes every call on unchanged."""

    def __init__(self, name: ProcessorName, processor: Processor) -> None:
        self._name = name
        self._processor = processor

    async def charge(self, reference: str) -> ProcessorCharge:
        """The charge as it stands."""
        with self._watched("charge"):
            return await self._processor.charge(reference)

    async def refunds(self, charge: str) -> Sequence[ProcessorRefund]:
        """Every refund on the charge."""
        with self._watched("refunds"):
            return await self._processor.refunds(charge)

    async def dispute(self, reference: str) -> ProcessorDispute:
        """The dispute as it stands."""
        with self._watched("dispute"):
            return await self._processor.dispute(reference)

    async def disputes_since(self, since: datetime) -> Sequence[str]:
        """References of the disputes opened since."""
        with self._watched("disputes_since"):
            return await self._processor.disputes_since(since)

    async def refund(self, charge: str, amount: Money, *, key: str, case_key: str) -> ProcessorRefund:
        """Refund once."""
        with self._watched("refund"):
            return await self._processor.refund(charge, amount, key=key, case_key=case_key)

    async def stage_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Prepare without submitting."""
        with self._watched("stage_evidence"):
            return await self._processor.stage_evidence(package, packet, key=key)

    async def submit_evidence(self, package: EvidencePackage, packet: bytes, *, key: str) -> ProcessorDispute:
        """Submit what was staged."""
        with self._watched("submit_evidence"):
            return await self._processor.submit_evidence(package, packet, key=key)

    async def accept_dispute(self, dispute: str, *, key: str) -> ProcessorDispute:
        """Concede."""
        with self._watched("accept_dispute"):
            return await self._processor.accept_dispute(dispute, key=key)

    def _watched(self, operation: str) -> AbstractContextManager[WatchedCall]:
        return watched_call(Called.PROCESSOR, self._name.value, operation)
