"""From what the sources gave to a case: pieces as they are kept, and the bundle made of them. Pure."""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime

from knowledge.base import Frozen
from knowledge.case import (
    FORMAT,
    Author,
    CaseBundle,
    CaseKind,
    ChargebackNotice,
    Document,
    DocumentKind,
    Message,
    Shipment,
)
from knowledge.facts import FactName, MissingFact, Reading
from knowledge.order_snapshot import OrderSnapshot
from tools.bundles.content import NamedFile, content_problems, document_text
from tools.files.card_numbers import mask_card_numbers
from tools.records.case_words import EvidenceAddition
from tools.sources.ports import ShopAnswer, SourceFile, SourceName, Threads
from workflows.gathering_messages import SourceAsked, SourceState

_MOST_MESSAGES = 500
_MOST_DOCUMENTS = 50
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# What nobody could read because the source that knows it was not heard: shown beside the facts.
_UNKNOWN = {SourceName.CARRIER: FactName.ROUTE_DELIVERED_AT, SourceName.HELPDESK: FactName.CLAIM_FIRST_AT}


class Piece(Frozen):
    """What one source gave, as it is kept until the case opens: `files` in base64 by path."""

    source: SourceName
    snapshot: OrderSnapshot | None = None
    messages: tuple[Message, ...] = ()
    documents: tuple[Document, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    files: dict[str, str] = {}
    left_out: tuple[str, ...] = ()
    """Files that no case can hold, and why."""

    def content(self) -> dict[str, bytes]:
        """The files' bytes."""
        return {path: b64decode(data) for path, data in self.files.items()}


def case_id_of(dispute: str) -> str:
    """A dispute's own id serves its case; one that is no case id is replaced by a digest of it."""
    if _IDENTIFIER.fullmatch(dispute):
        return dispute
    return f"dispute-{hashlib.sha256(dispute.encode()).hexdigest()[:24]}"


def shop_piece(answer: ShopAnswer) -> Piece:
    """The order, its raw answers and the access log as documents."""
    kept = list(answer.files)
    log = answer.snapshot.access_log
    if log:
        kept.append(
            SourceFile(
                path="sources/shop/access-log.txt",
                title="Access log of the buyer's account",
                kind=DocumentKind.ACCESS_LOG,
                author=Author.MERCHANT,
                at=answer.files[0].at if answer.files else answer.snapshot.order.placed_at,
                content=log.encode(),
            )
        )
    return _with_files(Piece(source=SourceName.SHOP, snapshot=answer.snapshot), kept)


def helpdesk_piece(threads: Threads) -> Piece:
    """The thread, the newest 500 messages of it. A card number somebody wrote keeps its last four digits alone."""
    messages = tuple(
        message.model_copy(update={"text": mask_card_numbers(message.text)})
        for message in threads.messages[-_MOST_MESSAGES:]
    )
    return _with_files(Piece(source=SourceName.HELPDESK, messages=messages), threads.files)


def carrier_piece(answers: Sequence[tuple[Shipment, bytes | None]], at: datetime) -> Piece:
    """Each parcel with the carrier's raw answer, where there is a readable one."""
    shipments: list[Shipment] = []
    files: dict[str, str] = {}
    left_out: list[str] = []
    for shipment, raw in answers:
        path = f"tracking/{shipment.id}"
        problem = None if raw is None else _problem("tracking", path, raw)
        if raw is None or problem is not None:
            left_out += [f"the answer about {shipment.tracking_number}: {problem}"] if problem else []
            shipments.append(shipment)
            continue
        files[path] = b64encode(raw).decode()
        shipments.append(shipment.model_copy(update={"tracking": path, "fetched_at": at}))
    return Piece(source=SourceName.CARRIER, shipments=tuple(shipments), files=files, left_out=tuple(left_out))


def gathered_case(
    case_id: str, notice: ChargebackNotice, pieces: Mapping[SourceName, Piece], at: datetime, *, carrier_comes: bool
) -> tuple[CaseBundle, dict[str, bytes]]:
    """The case of the pieces; LookupError without the shop's.

    With `carrier_comes`, parcels whose carrier is still to be heard are left out: they come with its answer.
    """
    shop = pieces.get(SourceName.SHOP)
    if shop is None or shop.snapshot is None:
        raise LookupError("no case without its order")
    snapshot = shop.snapshot
    carrier, helpdesk = pieces.get(SourceName.CARRIER), pieces.get(SourceName.HELPDESK)
    shipments = carrier.shipments if carrier else () if carrier_comes else snapshot.shipments
    documents = [*shop.documents, *(helpdesk.documents if helpdesk else ())][:_MOST_DOCUMENTS]
    named = {document.path for document in documents} | {parcel.tracking for parcel in shipments}
    bundle = CaseBundle(
        format=FORMAT,
        case_id=case_id,
        kind=CaseKind.CHARGEBACK,
        opened_at=at,
        merchant=snapshot.merchant,
        order=snapshot.order,
        buyer=snapshot.buyer,
        messages=helpdesk.messages if helpdesk else (),
        documents=tuple(documents),
        shipments=shipments,
        earlier_refunds=snapshot.earlier_refunds,
        chargeback=notice.model_copy(update={"prior_transactions": snapshot.prior_transactions}),
    )
    files = {path: data for piece in pieces.values() for path, data in piece.content().items() if path in named}
    return bundle, files


def late_evidence(piece: Piece) -> tuple[EvidenceAddition, dict[str, bytes]]:
    """What a source gave after the case was opened."""
    addition = EvidenceAddition(messages=piece.messages, documents=piece.documents, shipments=piece.shipments)
    return addition, piece.content()


def gaps(asked: Sequence[SourceAsked], snapshot: OrderSnapshot) -> Reading:
    """What was asked for and not given, each with the fact it hides and the words for a person."""
    missing = [
        MissingFact(name=_UNKNOWN[each.source], why=each.why)
        for each in asked
        if each.source in _UNKNOWN and each.why and each.state is not SourceState.HELD
    ]
    goods = [line for line in snapshot.order.lines if not line.digital]
    if goods and not any(parcel.tracking_number for parcel in snapshot.shipments):
        why = "the order names no tracking number; supply the carrier's proof of delivery"
        missing.append(MissingFact(name=FactName.ROUTE_DELIVERED_AT, why=why))
    return Reading(missing=tuple(missing))


def _with_files(piece: Piece, kept: Sequence[SourceFile]) -> Piece:
    documents: list[Document] = []
    files: dict[str, str] = {}
    left_out: list[str] = []
    for file in kept:
        content = _masked(file.content)
        problem = _problem("document", file.path, content)
        if problem is not None or file.path in files:
            left_out.append(f"{file.title}: {problem or 'another file has its name'}")
            continue
        files[file.path] = b64encode(content).decode()
        documents.append(
            Document(
                id=f"{piece.source.value}-{len(documents) + 1}",
                path=file.path,
                kind=file.kind,
                author=file.author,
                title=mask_card_numbers(file.title)[:300],
                at=file.at,
            )
        )
    return piece.model_copy(update={"documents": tuple(documents), "files": files, "left_out": tuple(left_out)})


def _masked(content: bytes) -> bytes:
    """The bytes as they came; only a text that holds a full card number loses its digits, which may not be kept."""
    text = document_text(content)
    return content if text is None else mask_card_numbers(text).encode()


def _problem(slot: str, path: str, content: bytes) -> str | None:
    """Why no case may hold the file, by the same rules as a submitted one's; None when one may."""
    named = (
        NamedFile("", "tracking", path, None, "tracking")
        if slot == "tracking"
        else NamedFile("", "path", path, None, "document")
    )
    found = next(iter(content_problems([named], {path: content}, closed=False)), None)
    return None if found is None else found.problem
