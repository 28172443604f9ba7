"""Reading ports of the sources, and how they fail."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from knowledge.base import Frozen
from knowledge.case import Author, DocumentKind, Message, ProcessorName
from knowledge.money import Money
from knowledge.order_snapshot import OrderSnapshot


class SourceName(StrEnum):
    """Who can be asked."""

    SHOP = "shop"
    CARRIER = "carrier"
    HELPDESK = "helpdesk"


class SourceError(Exception):
    """A source could not be asked or refused; the message says which and how to mend it.

    `retry` is True when asking again can help by itself: no answer, 408, 429 and any 5xx.
    """

    def __init__(self, what: str, *, retry: bool) -> None:
        super().__init__(what)
        self.retry = retry


class SourceFile(Frozen):
    """A file as a source gave it, to be kept as evidence."""

    path: str
    """Within the case, for example `sources/shop/order.json`."""
    title: str
    kind: DocumentKind
    author: Author
    at: datetime
    """When it was fetched, or sent by its author."""
    content: bytes


class PaymentAsked(Frozen):
    """The payment whose order is looked for, as its processor tells it."""

    processor: ProcessorName
    reference: str
    captured: Money
    captured_at: datetime | None = None
    order_reference: str | None = None
    """What the shop wrote into the payment: the order's id or name."""


class ShopAnswer(Frozen):
    """An order, and the raw answers it was read from."""

    snapshot: OrderSnapshot
    files: tuple[SourceFile, ...] = ()


class Threads(Frozen):
    """What was written between buyer and merchant, with attachments and raw answers."""

    messages: tuple[Message, ...] = ()
    files: tuple[SourceFile, ...] = ()


class ShopReading(Protocol):
    """Reading port: one merchant's shop."""

    async def order(self, payment: PaymentAsked) -> ShopAnswer | None:
        """The order that was paid by exactly this payment; None when the shop has none. Raises SourceError."""
        ...


class CarrierReading(Protocol):
    """Reading port: carriers' raw answers."""

    async def tracking(self, carrier: str, number: str) -> bytes | None:
        """The carrier's own answer about a parcel, as it came; None when it knows no such parcel.

        `carrier` is a name as in `amends carriers`. Raises SourceError.
        """
        ...


class HelpdeskReading(Protocol):
    """Reading port: one merchant's helpdesk."""

    async def threads(self, order_id: str, email: str | None) -> Threads:
        """Everything written about the order or by its buyer, oldest first. Raises SourceError."""
        ...
