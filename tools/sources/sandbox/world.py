"""What the three stand-ins hold, and which requests broke an interface."""

from base64 import b64decode
from itertools import count
from typing import Any

from knowledge.base import Frozen
from knowledge.case import Author, CaseBundle, DocumentKind
from tools.sources.sandbox.shopify_orders import ShopifyOrders, Wire


class PlayedCase(Frozen):
    """A case whose parts the three shall hold."""

    bundle: CaseBundle
    files: dict[str, str] = {}
    """By path, in base64."""
    with_tracking: bool = True
    """False for an order whose parcels the shop knows nothing of."""

    def content(self) -> dict[str, bytes]:
        """The files' bytes."""
        return {path: b64decode(data) for path, data in self.files.items()}


class World:
    """Everything the stand-ins know; kept in memory."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.shop: Wire = {}
        self.orders = ShopifyOrders()
        self.trackings: dict[tuple[str, str], bytes] = {}
        self.tickets: dict[str, Wire] = {}
        self.comments: dict[str, Wire] = {}
        self.attachments: dict[str, bytes] = {}
        self.violations: list[dict[str, str]] = []
        self.asked: list[str] = []
        """Every request that was answered, as method and path."""
        self._numbers = count(9001)

    def play(self, case: PlayedCase) -> str:
        """Take the case's parts in; Shopify's number of its order."""
        bundle, files = case.bundle, case.content()
        self.shop = {"id": 1, "name": bundle.merchant.name, "country_code": bundle.merchant.country}
        for parcel in bundle.shipments:
            if parcel.tracking is not None and parcel.tracking_number is not None:
                self.trackings[parcel.carrier, parcel.tracking_number] = files[parcel.tracking]
        if bundle.messages:
            self._add_ticket(bundle, files)
        return self.orders.add(bundle, files, with_tracking=case.with_tracking)

    def _add_ticket(self, bundle: CaseBundle, files: dict[str, bytes]) -> None:
        ticket, buyer, agent = (str(next(self._numbers)) for _ in range(3))
        email = bundle.buyer.email
        self.tickets[ticket] = {"id": int(ticket), "external_id": bundle.order.id, "requester_email": email}
        sent: list[tuple[str, Author, bytes]] = [
            (document.path, document.author, files[document.path])
            for document in bundle.documents
            if document.kind is DocumentKind.CORRESPONDENCE
        ]
        sent += [(photo.path, photo.author, files[photo.path]) for photo in bundle.photos]
        comments: list[Wire] = []
        for message in bundle.messages:
            hanging = [each for each in sent if each[1] is message.author]
            sent = [each for each in sent if each not in hanging]
            comments.append(
                {
                    "id": next(self._numbers),
                    "type": "Comment",
                    "author_id": int(buyer if message.author is Author.BUYER else agent),
                    "body": message.text,
                    "plain_body": message.text,
                    "public": True,
                    "created_at": message.at.isoformat(),
                    "attachments": [self._attach(path, content) for path, _, content in hanging],
                }
            )
        note = {"id": next(self._numbers), "author_id": int(agent), "body": "Only for us.", "public": False}
        self.comments[ticket] = {
            "comments": [*comments, note | {"created_at": bundle.messages[0].at.isoformat(), "attachments": []}],
            "users": [{"id": int(buyer), "role": "end-user"}, {"id": int(agent), "role": "agent"}],
        }

    def _attach(self, path: str, content: bytes) -> dict[str, Any]:
        number, name = str(next(self._numbers)), path.rpartition("/")[2]
        self.attachments[number] = content
        return {
            "id": int(number),
            "file_name": name,
            "size": len(content),
            "content_url": f"{self.url}/attachments/token/{number}/?name={name}",
            "malware_scan_result": "malware_not_found",
        }
