"""Playing the outside world at the sandbox processor: the payments and disputes that submitted cases speak of."""

from datetime import UTC, datetime, timedelta

from knowledge.case import CardNetwork, CaseBundle, ChargebackNotice, DisputeStage, ProcessorName
from tools.processors.adyen.amounts import to_adyen
from tools.processors.sandbox.adyen.control import AdyenSandbox, control_url
from tools.processors.sandbox.adyen.messages import NewAdyenDispute, NewPayment
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.messages import NewCharge, NewDispute
from tools.processors.stripe.amounts import to_stripe
from workflows.installation import Installation

_LEAST_TIME = timedelta(days=4)
"""A sample's respond-by date lies in the past one day; the sandbox then gives at least this long."""
_ADYEN_SCHEMES = {CardNetwork.MASTERCARD: "mc"}
"""Adyen's own names of networks, where they are not ours."""


async def play(bundle: CaseBundle, installation: Installation) -> None:
    """Make the bundle's payment and its dispute exist where their processor is played, if it is. Repeatable."""
    settings, addresses = installation.settings, installation.addresses
    if bundle.order.payment.processor is ProcessorName.ADYEN:
        if settings.adyen_key is None and addresses.adyen_url is not None:
            await _play_adyen(bundle, control_url(addresses.adyen_url))
    elif settings.stripe_key is None and addresses.stripe_url is not None:
        await _play_stripe(bundle, addresses.stripe_url)


async def _play_stripe(bundle: CaseBundle, sandbox_url: str) -> None:
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
        await bank.open_dispute(
            NewDispute(
                id=notice.dispute_id,
                charge=payment.processor_reference,
                amount=to_stripe(notice.amount),
                network_reason_code=notice.reason_code,
                due_by=_due(notice),
            )
        )


async def _play_adyen(bundle: CaseBundle, sandbox_url: str) -> None:
    payment, notice = bundle.order.payment, bundle.chargeback
    network = payment.network or CardNetwork.VISA
    async with AdyenSandbox(sandbox_url) as bank:
        paid = to_adyen(payment.captured)
        await bank.pay(
            NewPayment(
                id=payment.processor_reference,
                value=int(paid["value"]),
                currency=payment.captured.currency,
                scheme=_ADYEN_SCHEMES.get(network, network.value),
            )
        )
        if notice is None:
            return
        inquiry = notice.stage is DisputeStage.INQUIRY
        await bank.dispute(
            NewAdyenDispute(
                id=notice.dispute_id,
                payment=payment.processor_reference,
                value=int(to_adyen(notice.amount)["value"]),
                reason_code=notice.reason_code,
                event="REQUEST_FOR_INFORMATION" if inquiry else "NOTIFICATION_OF_CHARGEBACK",
                due_by=_due(notice),
            )
        )


def _due(notice: ChargebackNotice) -> datetime:
    now = datetime.now(UTC)
    return max(now + (notice.respond_by - notice.received_at), now + _LEAST_TIME)
