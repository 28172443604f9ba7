"""`AdyenSandbox`: the typed client of Adyen's part of the control interface, and the feed of what Adyen told."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from tools.ports import ProcessorError
from tools.processors.adyen.notification import Notification
from tools.processors.sandbox.adyen.messages import (
    AdyenLedger,
    CustomerAreaRefund,
    Delivery,
    Event,
    NewAdyenDispute,
    NewPayment,
    RefundEvent,
    Told,
)
from tools.processors.sandbox.control_client import ControlClient


def control_url(adyen_url: str) -> str:
    """Where the sandbox is controlled whose Adyen side is at `adyen_url`."""
    return adyen_url.rstrip("/").removesuffix("/adyen")


class AdyenSandbox(ControlClient):
    """Makes things happen at Adyen's side of the sandbox at `url`. RuntimeError says what it refused."""

    base = "/_sandbox/adyen"

    async def pay(self, new: NewPayment) -> str:
        """A payment that was captured; its reference. Asking again for the same id and amount is harmless."""
        return (await self._call("POST", "/payments", new))["id"]

    async def dispute(self, new: NewAdyenDispute) -> str:
        """The issuer opens a dispute; its reference. Asking again for the same id is harmless."""
        return (await self._call("POST", "/disputes", new))["id"]

    async def tell(self, dispute: str, event: Event) -> None:
        """What happens to a dispute next."""
        await self._call("POST", f"/disputes/{dispute}/events", event)

    async def refund_by_hand(self, new: CustomerAreaRefund) -> str:
        """Somebody refunds in the Customer Area; the refund's reference."""
        return (await self._call("POST", "/refunds", new))["id"]

    async def tell_refund(self, refund: str, event: RefundEvent) -> None:
        """What becomes of a refund."""
        await self._call("POST", f"/refunds/{refund}/events", event)

    async def deliver(self, delivery: Delivery) -> None:
        """How webhooks are delivered from now on."""
        await self._call("POST", "/delivery", delivery)

    async def ledger(self) -> AdyenLedger:
        """What really happened."""
        return AdyenLedger.model_validate(await self._call("GET", "/ledger"))

    async def told(self, reference: str) -> list[dict[str, Any]]:
        """The notification items about a payment, refund or dispute, as they travel."""
        items = await self._call("GET", f"/notifications?reference={quote(reference)}")
        return list(Told.model_validate(items).items)


class SandboxNotifications:
    """`AdyenNotifications` straight from the sandbox's control interface, for installations that play.

    Adyen itself has no such call: a connection to Adyen reads the notifications its webhook brought.
    """

    def __init__(self, sandbox: AdyenSandbox) -> None:
        self._sandbox = sandbox

    async def about(self, reference: str) -> Sequence[Notification]:
        """Every item whose pspReference or originalReference is `reference`."""
        try:
            items = await self._sandbox.told(reference)
        except httpx.TransportError as error:
            what = f"the sandbox did not answer: notifications about {reference}"
            raise ProcessorError(what, retry=True) from error
        return [Notification.read(item) for item in items]
