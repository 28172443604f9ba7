"""Playing the outside world at the sandbox processor: the payments and disputes that submitted cases speak of."""

from datetime import UTC, datetime, timedelta

from knowledge.case import CaseBundle
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.messages import NewCharge, NewDispute
from tools.processors.stripe.amounts import to_stripe

_LEAST_TIME = timedelta(days=4)
"""A sample's respond-by date lies in the past one day; the sandbox then gives at least this long."""


async def play(bundle: CaseBundle, sandbox_url: str) -> None:
    """Make the bundle's payment and its dispute exist at the sandbox. Repeating is harmless."""
    payment, notice = bundle.order.payment, bundle.chargeback
    network = payment.network.value if payment.network else "visa"
    async with SandboxControl(sandbox_url) as bank:
        await bank.create_charge(
            NewCharge(
                id=payment.processor_reference,
                amount=to_stripe(payment.captured),
                currency=payment.captured.currency.lower(),
                network=network,
                last4=payment.last4 or "4242",
            )
        )
        if notice is None:
            return
        for prior in notice.prior_transactions:
            await bank.create_charge(
                NewCharge(
                    id=prior.processor_reference,
                    amount=to_stripe(prior.amount),
                    currency=prior.amount.currency.lower(),
                    network=network,
                    last4=payment.last4 or "4242",
                )
            )
        now = datetime.now(UTC)
        await bank.open_dispute(
            NewDispute(
                id=notice.dispute_id,
                charge=payment.processor_reference,
                amount=to_stripe(notice.amount),
                network_reason_code=notice.reason_code,
                due_by=max(now + (notice.respond_by - notice.received_at), now + _LEAST_TIME),
            )
        )
