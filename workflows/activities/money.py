"""Activities that move money: reserve in the ledger, reconcile with the processor, refund once."""

from collections.abc import Sequence
from contextlib import suppress

from temporalio import activity

from knowledge.case import Payment
from tools.ports import ProcessorError, ProcessorRefund, RefundState
from tools.processors.connected import ConnectedProcessors
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

    def __init__(self, cases: CaseRecords, ledger: Ledger, processors: ConnectedProcessors) -> None:
        self._cases = cases
        self._ledger = ledger
        self._processors = processors

    @activity.defn
    async def payment_doubts(self, case: DecideCase) -> tuple[str, ...]:
        """Reconcile the payment; in plain words, why a person should look before anything is paid on it."""
        on_payment = await self._cases.cases_on_payment(case.merchant, case.case_id)
        payment = await self._payment(case.merchant, case.case_id)
        try:
            await self._reconciled(case.merchant, payment)
            disputed = await self._disputed(payment)
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
        payment = await self._payment(order.merchant, order.case_id)
        charge = payment.processor_reference
        known = await self._known(order, payment)
        if known is not None:
            return await self._settle(order, known)
        if await self._disputed(payment):
            return PaymentResult(state=PaymentState.BLOCKED, why="the payment is disputed at the bank")
        try:
            await self._ledger.reserve(
                order.merchant, charge, order.amount, key=order.key, case_id=order.case_id, kind=EntryKind.REFUND
            )
        except OverCaptured as error:
            return PaymentResult(state=PaymentState.BLOCKED, why=str(error))
        try:
            processor = self._processors.of(payment.processor)
            refund = await processor.refund(charge, order.amount, key=order.key, case_key=order.key)
        except ProcessorError as error:
            if error.retry:
                raise
            await self._ledger.settle(order.merchant, order.key, EntryState.FAILED, None, str(error))
            return PaymentResult(state=PaymentState.FAILED, why=str(error))
        return await self._settle(order, refund)

    @activity.defn
    async def check_refund(self, order: PayRefund) -> PaymentResult:
        """Ask what became of a pending refund."""
        known = await self._known(order, await self._payment(order.merchant, order.case_id))
        if known is None:
            return PaymentResult(state=PaymentState.FAILED, why="the processor does not know the refund")
        return await self._settle(order, known)

    async def _payment(self, merchant: str, case_id: str) -> Payment:
        return (await self._cases.bundle(merchant, case_id)).order.payment

    async def _disputed(self, payment: Payment) -> bool:
        return (await self._processors.of(payment.processor).charge(payment.processor_reference)).disputed

    async def _known(self, order: PayRefund, payment: Payment) -> ProcessorRefund | None:
        refunds = await self._reconciled(order.merchant, payment)
        return next((refund for refund in refunds if refund.case_key == order.key), None)

    async def _reconciled(self, merchant: str, payment: Payment) -> Sequence[ProcessorRefund]:
        refunds = await self._processors.of(payment.processor).refunds(payment.processor_reference)
        if refunds:
            await self._ledger.reconcile(merchant, payment.processor_reference, refunds)
        return refunds

    async def _settle(self, order: PayRefund, refund: ProcessorRefund) -> PaymentResult:
        # Records restored from a backup may be older than the payment: reconciling has then entered it as the processor
        # tells it, and there is no reservation of ours to settle.
        with suppress(LookupError):
            await self._ledger.settle(
                order.merchant, order.key, _STATES[refund.state], refund.reference, refund.failure
            )
        state = {
            RefundState.PENDING: PaymentState.PENDING,
            RefundState.SUCCEEDED: PaymentState.PAID,
        }.get(refund.state, PaymentState.FAILED)
        return PaymentResult(state=state, reference=refund.reference, why=refund.failure or "")
