"""Adyen as an installation is connected to it: Adyen itself with its webhook's inbox, or the sandbox that plays it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from tools.processors.adyen import AdyenClient, AdyenProcessor, addresses
from tools.processors.sandbox.adyen.control import AdyenSandbox, SandboxNotifications, control_url
from tools.processors.sandbox.adyen.notices import ACCOUNT
from tools.records.adyen_notifications import RecordedAdyenNotifications
from tools.records.adyen_requests import RecordedAdyenRequests
from tools.records.inbox import WebhookInbox
from tools.records.records import Records
from tools.settings import Settings

_SANDBOX_KEY = SecretStr("key-of-the-sandbox")
"""What our own stand-in is called with; it is no secret and opens nothing else."""


@asynccontextmanager
async def adyen_connection(
    settings: Settings, sandbox: str | None, records: Records
) -> AsyncGenerator[AdyenProcessor | None, None]:
    """The connected account, closed at the end; None when neither a key nor a sandbox is there.

    What we ask of Adyen is kept under the merchant whose account it is, and with the sandbox under its own account.
    """
    webhook, patience = settings.adyen_webhook, settings.processor_timeout_seconds
    if settings.adyen_key is not None and webhook is not None:
        where = addresses(settings.adyen_live_prefix)
        client = AdyenClient(settings.adyen_key, webhook.account, where, timeout_seconds=patience)
        told = RecordedAdyenNotifications(WebhookInbox(records), webhook.merchant)
        try:
            yield AdyenProcessor(client, told, RecordedAdyenRequests(records, webhook.merchant))
        finally:
            await client.close()
    elif sandbox is not None:
        client = AdyenClient(_SANDBOX_KEY, ACCOUNT, addresses(None, sandbox), timeout_seconds=patience)
        try:
            async with AdyenSandbox(control_url(sandbox)) as world:
                yield AdyenProcessor(client, SandboxNotifications(world), RecordedAdyenRequests(records, ACCOUNT))
        finally:
            await client.close()
    else:
        yield None
