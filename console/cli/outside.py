"""Playing the outside world at the sandbox processor: the payments and disputes that submitted cases speak of."""

from datetime import UTC, datetime, timedelta

from knowledge.case import CardNetwork, CaseBundle, DisputeStage, ProcessorName
from tools.embedded.addresses import Addresses
from tools.processors.adyen.amounts import to_adyen
from tools.processors.sandbox.adyen.control import AdyenSandbox, control_url
from tools.processors.sandbox.adyen.messages import Event, NewAdyenDispute, NewPayment
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.messages import NewCharge, NewDispute
from tools.processors.sandbox.paypal.control import PayPalWorld
from tools.processors.sandbox.paypal.messages import NewCapture, NewPayPalDispute, PayPalOutcome
from tools.processors.stripe.amounts import to_stripe
from tools.settings import Settings

_LEAST_TIME = timedelta(days=4)
"""A sample's respond-by date lies in the past one day; the sandbox then gives at least this long."""
_PAYPAL_OUTCOMES = {"won": "RESOLVED_SELLER_FAVOUR", "lost": "RESOLVED_BUYER_FAVOUR"}
_ADYEN_SCHEMES = {CardNetwork.MASTERCARD: "mc"}
"""Adyen's own names of networks, where they are not ours."""
_ADYEN_OUTCOMES = {
    "won": Event(code="CHARGEBACK_REVERSED", status="Won"),
    "lost": Event(code="SECOND_CHARGEBACK", status="Lost"),
}


def sandbox_of(bundle: CaseBundle, settings: Settings, addresses: Addresses) -> str | None:
    """Where the bundle's processor is played; None when it is a real one, or none is connected."""
    match bundle.order.payment.processor:
        case ProcessorName.STRIPE:
            return addresses.stripe_url if settings.stripe_key is None else None
        case ProcessorName.PAYPAL:
            return addresses.paypal_url if settings.paypal_client_id is None else None
        case ProcessorName.ADYEN:
            return addresses.adyen_url if settings.adyen_key is None else None


async def play(bundle: CaseBundle, sandbox_url: str) -> None:
    """Make the bundle's payment and its dispute exist at the sandbox. Repeating is harmless."""
    match bundle.order.payment.processor:
        case ProcessorName.STRIPE:
            await _play_stripe(bundle, sandbox_url)
        case ProcessorName.PAYPAL:
            await _play_paypal(bundle, sandbox_url)
        case ProcessorName.ADYEN:
            await _play_adyen(bundle, control_url(sandbox_url))


async def decide(bundle: CaseBundle, sandbox_url: str, outcome: str) -> None:
    """The bundle's dispute is decided at the sandbox: `won` or `lost`."""
    notice = bundle.chargeback
    if notice is None:
        return
    match notice.processor:
        case ProcessorName.STRIPE:
            async with SandboxControl(sandbox_url) as bank:
                await bank.decide_dispute(notice.dispute_id, outcome)
        case ProcessorName.PAYPAL:
            async with PayPalWorld(sandbox_url) as world:
                await world.decide(notice.dispute_id, PayPalOutcome(code=_PAYPAL_OUTCOMES[outcome]))
        case ProcessorName.ADYEN:
            async with AdyenSandbox(control_url(sandbox_url)) as adyen:
                await adyen.tell(notice.dispute_id, _ADYEN_OUTCOMES[outcome])


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
        await bank.open_dispute(
            NewDispute(
                id=notice.dispute_id,
                charge=payment.processor_reference,
                amount=to_stripe(notice.amount),
                network_reason_code=notice.reason_code,
                due_by=_due_by(notice.received_at, notice.respond_by),
            )
        )


async def _play_paypal(bundle: CaseBundle, sandbox_url: str) -> None:
    payment, notice = bundle.order.payment, bundle.chargeback
    async with PayPalWorld(sandbox_url) as world:
        await world.capture(NewCapture(id=payment.processor_reference, amount=payment.captured))
        if notice is not None:
            await world.open_dispute(
                NewPayPalDispute(
                    id=notice.dispute_id,
                    capture=payment.processor_reference,
                    amount=notice.amount,
                    reason=notice.reason_code,
                    stage=notice.stage.value.upper(),
                    due_by=_due_by(notice.received_at, notice.respond_by),
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
                due_by=_due_by(notice.received_at, notice.respond_by),
            )
        )


def _due_by(received_at: datetime, respond_by: datetime) -> datetime:
    now = datetime.now(UTC)
    return max(now + (respond_by - received_at), now + _LEAST_TIME)
