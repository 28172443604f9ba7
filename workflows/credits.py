"""Money given back on a payment, over all cases and channels, as letters and stances show it."""

from knowledge.case import EarlierRefund
from tools.records.cases import CaseRecords
from tools.records.ledger import EntryKind, EntryState, Ledger

_STATES = {EntryState.PENDING: "pending", EntryState.SUCCEEDED: "succeeded"}


class CreditBook:
    """Reading port over the case's records and the payment's ledger."""

    def __init__(self, cases: CaseRecords, ledger: Ledger) -> None:
        self._cases = cases
        self._ledger = ledger

    async def credits(self, merchant: str, case_id: str) -> tuple[EarlierRefund, ...]:
        """The refunds the case was opened with, and every other one the ledger knows on its payment."""
        bundle = await self._cases.bundle(merchant, case_id)
        known = {refund.reference: refund for refund in bundle.earlier_refunds}
        for entry in await self._ledger.entries(merchant, bundle.order.payment.processor_reference):
            state = _STATES.get(entry.state)
            if entry.kind is EntryKind.CHARGEBACK or state is None or entry.reference is None:
                continue
            if entry.reference not in known:
                known[entry.reference] = EarlierRefund(
                    amount=entry.amount,
                    at=entry.at,
                    channel="processor",
                    reference=entry.reference,
                    state="succeeded" if state == "succeeded" else "pending",
                )
        return tuple(sorted(known.values(), key=lambda refund: (refund.at, refund.reference)))
