"""Which processors an installation is connected to, by its settings and the local sandbox's addresses."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from knowledge.case import ProcessorName
from tools.embedded import Addresses
from tools.ports import Processor
from tools.processors.connected import ConnectedProcessors
from tools.processors.paypal import PayPalClient, PayPalProcessor
from tools.processors.paypal.client import LIVE
from tools.processors.stripe.client import StripeClient
from tools.processors.stripe.processor import StripeProcessor
from tools.records.records import Records
from tools.settings import Settings
from workflows.adyen_connection import adyen_connection

SANDBOX_KEY = SecretStr("sk_test_sandbox")
"""What our own local processor is called with; it is no secret and opens nothing else."""


@asynccontextmanager
async def open_processors(
    settings: Settings, addresses: Addresses, records: Records
) -> AsyncGenerator[ConnectedProcessors, None]:
    """A client for each processor that credentials or a sandbox are known of; closed at the end.

    `records` keep what Adyen told and was asked: it answers no questions about a dispute.
    """
    connected: dict[ProcessorName, Processor] = {}
    async with AsyncExitStack() as clients:
        if settings.stripe_key is not None or addresses.stripe_url is not None:
            stripe = StripeClient(
                settings.stripe_key or SANDBOX_KEY,
                url=addresses.stripe_url,
                timeout_seconds=settings.processor_timeout_seconds,
            )
            clients.push_async_callback(stripe.close)
            connected[ProcessorName.STRIPE] = StripeProcessor(stripe)
        paypal = _paypal(settings, addresses)
        if paypal is not None:
            clients.push_async_callback(paypal.close)
            connected[ProcessorName.PAYPAL] = PayPalProcessor(paypal)
        adyen = await clients.enter_async_context(adyen_connection(settings, addresses.adyen_url, records))
        if adyen is not None:
            connected[ProcessorName.ADYEN] = adyen
        yield ConnectedProcessors(connected)


def _paypal(settings: Settings, addresses: Addresses) -> PayPalClient | None:
    """Credentials go to PayPal, or where the settings say, and never to a sandbox that happens to run."""
    patience = settings.processor_timeout_seconds
    if settings.paypal_client_id is not None and settings.paypal_secret is not None:
        address = settings.paypal_url or LIVE
        return PayPalClient(settings.paypal_client_id, settings.paypal_secret, url=address, timeout_seconds=patience)
    if addresses.paypal_url is not None:
        return PayPalClient("sandbox", SANDBOX_KEY, url=addresses.paypal_url, timeout_seconds=patience)
    return None
