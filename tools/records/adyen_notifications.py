"""What Adyen told by webhook, as the inbox keeps it: `AdyenNotifications` on PostgreSQL, one merchant's own rows."""

from collections.abc import Sequence

from tools.intake.adyen import items_of
from tools.intake.notice import WebhookProcessor, read_object
from tools.processors.adyen.notification import Notification
from tools.records.inbox import WebhookInbox


class RecordedAdyenNotifications:
    """The notifications of the merchant whose Adyen account it is; RecordsUnavailable when the database is down."""

    def __init__(self, inbox: WebhookInbox, merchant: str) -> None:
        self._inbox = inbox
        self._merchant = merchant

    async def about(self, reference: str) -> Sequence[Notification]:
        """Every item whose pspReference or originalReference is `reference`; the door checked their signatures."""
        bodies = await self._inbox.bodies_about(self._merchant, WebhookProcessor.ADYEN, reference)
        told = [Notification.read(item) for body in set(bodies) for item in items_of(read_object(body))]
        return [one for one in told if reference in (one.reference, one.payment)]
