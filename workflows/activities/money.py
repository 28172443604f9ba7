"""Activities that move money: reserve in the ledger, reconcile with the processor, refund once."""

from collections.abc import Sequence

from temporalio import activity

from tools.ports import PaymentActing, PaymentReading, ProcessorError, ProcessorRefund, RefundState
from tools.records.cases import CaseRecords
from tools.records.ledger import EntryKind, EntryState, Ledger, OverCaptured
from workflows.messages import DecideCase, PaymentResult, PaymentState, PayRefund

_STATES = {
    RefundState.PENDING: EntryState.PENDING,
    RefundState.SUCCEEDED: EntryState.SUCCEEDED,
    RefundState.FAILED: EntryState.FAILED,
    RefundState.CANCELED: EntryState.FAILED,
}


class MoneyActivities:
    """The only place that refunds. Whatever dies in between, asking the processor first makes it one refund."""

    def __init__(self, cases: CaseRecords, ledger: Ledger, books: PaymentReading, processor: PaymentActing) -> None:
        self._cases = cases
        self._ledger = ledger
        self._books = books
        self._processor = processor

    @activity.defn
    async def payment_doubts(self, case: DecideCase) -> tuple[str, ...]:
        """Reconcile the payment; in plain words, why a person should look before anything is paid on it."""
        on_payment = await self._cases.cases_on_payment(case.merchant, case.case_id)
        charge = on_payment[0].payment_reference
        try:
            await self._reconciled(case.merchant, charge)
            disputed = (await self._books.charge(charge)).disputed
        except ProcessorError as error:
            return (f"the processor could not be asked about the payment ({error})",)
        doubts = ["the payment is disputed at the bank"] if disputed else []
        others = [other.case_id for other in on_payment if other.case_id != case.case_id]
        if others:
            doubts.append(f"other cases are on the same payment: {', '.join(others)}")
        return tuple(doubts)

    @activity.defn
    async def pay_refund(self, order: PayRefund) -> PaymentResult:
        """Pay once under the order's key.

        The ledger reserves first; then the processor is asked what it already did, because keys expire and
        answers get lost; only then is it asked to refund. A retryable failure is raised and tried again.
        """
        charge = await self._charge(order.merchant, order.case_id)
        known = await self._known(order, charge)
        if known is not None:
            return await self._settle(order, known)
        if (await self._books.charge(charge)).disputed:
            return PaymentResult(state=PaymentState.BLOCKED, why="the payment is disputed at the bank")
        try:
            await self._ledger.reserve(
                order.merchant, charge, order.amount, key=order.key, case_id=order.case_id, kind=EntryKind.REFUND
            )
        except OverCaptured as error:
            return PaymentResult(state=PaymentState.BLOCKED, why=str(error))
        try:
            refund = await self._processor.refund(charge, order.amount, key=order.key, case_key=order.key)
        except ProcessorError as error:
            if error.retry:
                raise
            await self._ledger.settle(order.merchant, order.key, EntryState.FAILED, None, str(error))
            return PaymentResult(state=PaymentState.FAILED, why=str(error))
        return await self._settle(order, refund)

    @activity.defn
    async def check_refund(self, order: PayRefund) -> PaymentResult:
        """Ask what became of a pending refund."""
        known = await self._known(order, await self._charge(order.merchant, order.case_id))
        if known is None:
            return PaymentResult(state=PaymentState.FAILED, why="the processor does not know the refund")
        return await self._settle(order, known)

    async def _charge(self, merchant: str, case_id: str) -> str:
        return (await self._cases.summary(merchant, case_id)).payment_reference

    async def _known(self, order: PayRefund, charge: str) -> ProcessorRefund | None:
        refunds = await self._reconciled(order.merchant, charge)
        return next((refund for refund in refunds if refund.case_key == order.key), None)

    async def _reconciled(self, merchant: str, charge: str) -> Sequence[ProcessorRefund]:
        refunds = await self._books.refunds(charge)
        if refunds:
            await self._ledger.reconcile(merchant, charge, refunds)
        return refunds

    async def _settle(self, order: PayRefund, refund: ProcessorRefund) -> PaymentResult:
        await self._ledger.settle(order.merchant, order.key, _STATES[refund.state], refund.reference, refund.failure)
        state = {
            RefundState.PENDING: PaymentState.PENDING,
            RefundState.SUCCEEDED: PaymentState.PAID,
        }.get(refund.state, PaymentState.FAILED)
        return PaymentResult(state=state, reference=refund.reference, why=refund.failure or "")
