"""Citations on the page: each place in the evidence has a number, and whatever rests on it leads there."""

from typing import NamedTuple

from console.web.case.veil import Veil
from knowledge.facts import (
    Citation,
    DocumentPlace,
    LedgerEntry,
    MessageSpan,
    OrderField,
    PersonStatement,
    PhotoBox,
    ScanEvent,
)


class Place(NamedTuple):
    """Where a citation leads: what the page's script finds it by, and words for people."""

    number: int
    kind: str
    target: str
    """The message's, photo's, shipment's or document's id; empty for a field."""
    pointer: str
    """The event's or field's pointer, or the page of a document."""
    box: str
    """`left,top,right,bottom` in fractions of the picture."""
    words: str


class Citations:
    """Numbers citations in the order in which the page first names them."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self._places: dict[Citation, Place] = {}

    def place(self, citation: Citation) -> Place:
        """The place of a citation; the same one for the same citation."""
        if citation not in self._places:
            self._places[citation] = _place(citation, len(self._places) + 1, self._veil)
        return self._places[citation]

    def spans(self, message_id: str) -> list[tuple[int, int, int]]:
        """Start, end and number of every cited stretch of a message."""
        return [
            (citation.start, citation.end, place.number)
            for citation, place in self._places.items()
            if isinstance(citation, MessageSpan) and citation.message_id == message_id
        ]


def _place(citation: Citation, number: int, veil: Veil) -> Place:
    match citation:
        case MessageSpan():
            return Place(number, "message", citation.message_id, "", "", f"message {citation.message_id}")
        case PhotoBox():
            box = ",".join(f"{side:g}" for side in (citation.left, citation.top, citation.right, citation.bottom))
            return Place(number, "photo", citation.photo_id, "", box, f"photo {citation.photo_id}")
        case ScanEvent():
            return Place(number, "scan", citation.shipment_id, citation.pointer, "", f"scan of {citation.shipment_id}")
        case OrderField():
            return Place(number, "field", "", citation.pointer, "", citation.pointer.strip("/").replace("/", " › "))
        case DocumentPlace():
            page = f"document {citation.document_id}, page {citation.page}"
            return Place(number, "document", citation.document_id, str(citation.page), "", page)
        case PersonStatement():
            said = f"{citation.person}, {citation.at:%Y-%m-%d %H:%M}: {veil.over(citation.note)}"
            return Place(number, "person", "", "", "", said)
        case LedgerEntry():
            return Place(number, "ledger", "", "", "", f"ledger entry {citation.entry_id}")
