"""Lettered exhibits built from the case's own records: order, payment, notice, listing, policies, refunds."""

from collections.abc import Callable, Iterator
from string import ascii_uppercase

from knowledge.base import Frozen
from knowledge.case import Author, DocumentKind
from knowledge.facts import DocumentPlace, LedgerEntry, MessageSpan, OrderField, PhotoBox
from knowledge.letter.claims import Exhibit, ExhibitKind, ExhibitRow
from knowledge.letter.dossier import CannotComposeError, DefenceDossier
from knowledge.letter.tracking_exhibit import tracking_rows
from knowledge.letter.wording import NETWORK_NAMES, printed_address, quoted
from knowledge.rules.reason_codes import ReasonCode

TITLES = {
    ExhibitKind.NOTICE: "Dispute notice",
    ExhibitKind.ORDER: "Order as sold",
    ExhibitKind.PAYMENT: "Payment",
    ExhibitKind.LISTING: "Listing at purchase",
    ExhibitKind.TRACKING: "Carrier record",
    ExhibitKind.CORRESPONDENCE: "Correspondence",
    ExhibitKind.REFUNDS: "Refunds, offers and balance",
    ExhibitKind.POLICY: "Policy sections shown",
    ExhibitKind.PRIOR_TRANSACTIONS: "Earlier transactions",
    ExhibitKind.PHOTO: "Photograph",
    ExhibitKind.DOCUMENT: "Document",
}
CAPTIONS = {
    ExhibitKind.NOTICE: "The processor's notice of the dispute.",
    ExhibitKind.ORDER: "The merchant's order snapshot, taken at purchase.",
    ExhibitKind.PAYMENT: "The processor's record of the charge.",
    ExhibitKind.LISTING: "The listing as stored with the order.",
    ExhibitKind.TRACKING: "The carrier's answer for the parcel, in its order; its own words are in quotation marks.",
    ExhibitKind.CORRESPONDENCE: "Messages of the case, oldest first, each with its author. Translations are marked.",
    ExhibitKind.REFUNDS: "Money given back or offered before this answer, and what remains in dispute.",
    ExhibitKind.POLICY: "The sections as the buyer was shown them.",
    ExhibitKind.PRIOR_TRANSACTIONS: "Other transactions on the same credential, from the merchant's records.",
    ExhibitKind.PHOTO: "Reproduced in grey; the file's digest is below.",
    ExhibitKind.DOCUMENT: "Reproduced in grey, white margins left out; the file's digest is below.",
}

MESSAGES_SHOWN = 30
"""The latest messages; more would push the packet past the page limits processors set."""
MESSAGE_LENGTH = 600
POLICY_LENGTH = 1500

SHOWN_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".pdf")
"""Kinds of documents a packet can show, a PDF page by page."""

AUTHOR_NAMES = {
    Author.BUYER: "Buyer",
    Author.MERCHANT: "Merchant",
    Author.CARRIER: "Carrier",
    Author.PLATFORM: "Platform",
}


class Relevance(Frozen):
    """What this dispute's exhibits are chosen by."""

    reason: ReasonCode
    kinds: frozenset[ExhibitKind]
    keys: frozenset[str]
    """Keys of the statements this family makes."""


class _Draft(Frozen):
    kind: ExhibitKind
    rows: tuple[ExhibitRow, ...]
    evidence_sha256: str | None = None


def _field(locator: str, label: str, value: str, pointer: str, **more: object) -> ExhibitRow:
    return ExhibitRow.model_validate(
        {"locator": locator, "label": label, "value": value, "citation": OrderField(pointer=pointer), **more}
    )


def _notice(dossier: DefenceDossier, relevance: Relevance) -> Iterator[_Draft]:
    notice, reason = dossier.notice, relevance.reason
    rows = [
        _field("case", "Case", dossier.bundle.case_id, "/case_id"),
        _field("dispute", "Dispute", notice.dispute_id, "/chargeback/dispute_id"),
        _field("amount", "Disputed amount", str(notice.amount), "/chargeback/amount"),
        _field("opened", "Dispute opened", notice.dispute_id, "/chargeback/received_at", at=notice.received_at),
        _field("code", "Reason code", f"{NETWORK_NAMES[notice.network]} {reason.code}", "/chargeback/reason_code"),
        _field("reason", "Reason", reason.title, "/chargeback/reason_code"),
    ]
    if notice.cardholder_statement:
        statement = quoted(notice.cardholder_statement, MESSAGE_LENGTH)
        rows.append(_field("statement", "Cardholder's statement", statement, "/chargeback/cardholder_statement"))
    yield _Draft(kind=ExhibitKind.NOTICE, rows=tuple(rows))


def _order(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    order = dossier.bundle.order
    rows = [
        _field("merchant", "Merchant", quoted(dossier.bundle.merchant.name, 300), "/merchant/name"),
        _field("order", "Order", order.id, "/order/id"),
        _field("buyer", "Buyer", quoted(dossier.bundle.buyer.name, 300), "/buyer/name"),
        _field("placed", "Order placed", order.id, "/order/placed_at", at=order.placed_at),
    ]
    for index, line in enumerate(order.lines):
        text = f"{line.quantity} × {quoted(line.title, 200)}, {line.unit_price} each"
        rows.append(_field(f"item-{index + 1}", "Item", text, f"/order/lines/{index}"))
    rows += [
        _field("shipping", "Shipping", str(order.shipping), "/order/shipping"),
        _field("tax", "Tax", str(order.tax), "/order/tax"),
        _field("discount", "Discount", str(order.discount), "/order/discount"),
        _field("total", "Order total", str(order.total), "/order/total"),
        _field("ship-to", "Ship-to address", printed_address(order.ship_to), "/order/ship_to"),
    ]
    if order.bill_to:
        rows.append(_field("bill-to", "Billing address", printed_address(order.bill_to), "/order/bill_to"))
    if order.device:
        for name, label in _DEVICE_LABELS.items():
            value = getattr(order.device, name)
            if value:
                rows.append(_field(name.replace("_", "-"), label, quoted(value, 120), f"/order/device/{name}"))
    yield _Draft(kind=ExhibitKind.ORDER, rows=tuple(rows))


_DEVICE_LABELS = {
    "ip": "IP address",
    "device_id": "Device id",
    "fingerprint": "Device fingerprint",
    "account_id": "Account",
}


def _payment(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    payment = dossier.bundle.order.payment
    at = "/order/payment"
    rows = [
        _field("reference", "Charge", payment.processor_reference, f"{at}/processor_reference"),
        _field("captured", "Amount charged", str(payment.captured), f"{at}/captured", at=payment.captured_at),
    ]
    if payment.network:
        rows.append(_field("network", "Network", NETWORK_NAMES[payment.network], f"{at}/network"))
    if payment.last4:
        rows.append(_field("card", "Card", f"ending {payment.last4}", f"{at}/last4"))
    if payment.descriptor:
        rows.append(_field("descriptor", "Descriptor", quoted(payment.descriptor, 60), f"{at}/descriptor"))
    if payment.authorization_code:
        code = quoted(payment.authorization_code, 40)
        rows.append(_field("authorization", "Authorization code", code, f"{at}/authorization_code"))
    rows.append(_field("avs", "Address verification result", payment.avs.replace("_", " "), f"{at}/avs"))
    rows.append(_field("cvc", "Card verification code result", payment.cvc, f"{at}/cvc"))
    secure = payment.three_d_secure
    if secure:
        rows.append(
            _field("3ds", "3-D Secure result", secure.outcome.replace("_", " "), f"{at}/three_d_secure/outcome")
        )
        if secure.version:
            version = quoted(secure.version, 20)
            rows.append(_field("3ds-version", "3-D Secure version", version, f"{at}/three_d_secure/version"))
        if secure.eci:
            rows.append(_field("eci", "ECI", secure.eci, f"{at}/three_d_secure/eci"))
    yield _Draft(kind=ExhibitKind.PAYMENT, rows=tuple(rows))


def _listing(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    rows: list[ExhibitRow] = []
    for index, line in enumerate(dossier.bundle.order.lines):
        at = f"/order/lines/{index}"
        rows.append(_field(f"title-{index + 1}", "Listing title", quoted(line.title, 300), f"{at}/title"))
        if line.description:
            text = quoted(line.description, POLICY_LENGTH)
            rows.append(_field(f"description-{index + 1}", "Listing text", text, f"{at}/description"))
        for number, (name, value) in enumerate(sorted(line.attributes.items())):
            locator, pointer = f"attribute-{index + 1}-{number + 1}", f"{at}/attributes/{name}"
            rows.append(_field(locator, f"Listed {quoted(name, 60)}", quoted(value, 300), pointer))
    yield _Draft(kind=ExhibitKind.LISTING, rows=tuple(rows))


def _tracking(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    for shipment_id, route, sha256 in dossier.routes:
        if route.events:
            rows = tracking_rows(shipment_id, route, sha256)
            yield _Draft(kind=ExhibitKind.TRACKING, rows=rows)


def _correspondence(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    messages = sorted(dossier.bundle.messages, key=lambda message: message.at)
    shown = messages[-MESSAGES_SHOWN:]
    if not shown:
        return
    rows = [
        ExhibitRow(
            locator=f"message-{number + 1}",
            label=f"{AUTHOR_NAMES[message.author]} wrote",
            value=quoted(message.translation or message.text, MESSAGE_LENGTH) or "(no text)",
            original=quoted(message.text, MESSAGE_LENGTH) if message.translation else None,
            at=message.at,
            citation=MessageSpan(message_id=message.id, start=0, end=len(message.text)),
        )
        for number, message in enumerate(shown)
    ]
    if len(shown) < len(messages):
        count = f"the latest {len(shown)} of {len(messages)}"
        rows.append(_field("shown", "Messages shown", count, "/messages"))
    yield _Draft(kind=ExhibitKind.CORRESPONDENCE, rows=tuple(rows))


def _refunds(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    if not dossier.credits and not dossier.offers:
        return
    rows: list[ExhibitRow] = []
    held = {refund.reference: index for index, refund in enumerate(dossier.bundle.earlier_refunds)}
    states = {"succeeded": "Credit posted", "pending": "Refund pending", "failed": "Refund failed"}
    for number, refund in enumerate(dossier.credits):
        channel = refund.channel.replace("_", " ")
        index = held.get(refund.reference)
        rows.append(
            ExhibitRow(
                locator=f"refund-{number + 1}",
                label=states[refund.state],
                value=f"{refund.amount}, {channel}, reference {quoted(refund.reference, 80)}",
                at=refund.at,
                citation=LedgerEntry(entry_id=refund.reference)
                if index is None
                else OrderField(pointer=f"/earlier_refunds/{index}"),
            )
        )
    for number, offer in enumerate(dossier.offers):
        citation = LedgerEntry(entry_id=offer.reference)
        text = f"{offer.amount}, reference {quoted(offer.reference, 80)}"
        rows.append(
            ExhibitRow(
                locator=f"offer-{number + 1}", label="Offer made", value=text, at=offer.offered_at, citation=citation
            )
        )
        if offer.accepted_at:
            rows.append(
                ExhibitRow(
                    locator=f"acceptance-{number + 1}",
                    label="Offer accepted",
                    value=f"{offer.amount}, accepted by the buyer",
                    at=offer.accepted_at,
                    citation=citation,
                )
            )
    rows += [
        _field("credited", "Credits posted, total", str(dossier.posted), "/earlier_refunds"),
        _field("balance", "Contested balance", str(dossier.decision.contested), "/chargeback/amount"),
    ]
    yield _Draft(kind=ExhibitKind.REFUNDS, rows=tuple(rows))


def _policy(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    rows: list[ExhibitRow] = []
    for index, policy in enumerate(dossier.bundle.order.policies):
        at = f"/order/policies/{index}"
        text = quoted(policy.text, POLICY_LENGTH)
        label = f"{policy.kind.capitalize()} policy shown"
        rows.append(_field(f"policy-{index + 1}", label, text, f"{at}/text", at=policy.shown_at))
        accepted = "yes, accepted" if policy.accepted else "no"
        rows.append(_field(f"accepted-{index + 1}", "Acceptance recorded", accepted, f"{at}/accepted"))
    if rows:
        yield _Draft(kind=ExhibitKind.POLICY, rows=tuple(rows))


def _priors(dossier: DefenceDossier, _: Relevance) -> Iterator[_Draft]:
    rows: list[ExhibitRow] = []
    for index, prior in dossier.named_priors:
        name, at = f"prior-{index + 1}", f"/chargeback/prior_transactions/{index}"
        text = f"{quoted(prior.processor_reference, 100)}, {prior.amount}, {quoted(prior.description, 160)}"
        rows.append(_field(name, "Transaction", text, at, at=prior.at))
        if prior.device:
            for field, label in _DEVICE_LABELS.items():
                value = getattr(prior.device, field)
                if value:
                    locator = f"{name}-{field.replace('_', '-')}"
                    rows.append(_field(locator, label, quoted(value, 120), f"{at}/device/{field}"))
        if prior.ship_to:
            address = printed_address(prior.ship_to)
            rows.append(_field(f"{name}-ship-to", "Ship-to address", address, f"{at}/ship_to"))
        rows.append(_field(f"{name}-disputed", "Dispute recorded", "yes" if prior.disputed else "no", f"{at}/disputed"))
        rows.append(_field(f"{name}-refunded", "Refund recorded", "yes" if prior.refunded else "no", f"{at}/refunded"))
    if rows:
        yield _Draft(kind=ExhibitKind.PRIOR_TRANSACTIONS, rows=tuple(rows))


def _photos(dossier: DefenceDossier, relevance: Relevance) -> Iterator[_Draft]:
    for photo in dossier.bundle.photos:
        if photo.sha256 is None or f"photo_{photo.author.value}" not in relevance.keys:
            continue
        citation = PhotoBox(photo_id=photo.id, sha256=photo.sha256)
        author = AUTHOR_NAMES[photo.author]
        rows = [ExhibitRow(locator="author", label="Supplied by", value=author, at=photo.at, citation=citation)]
        if photo.caption:
            caption = quoted(photo.caption, 300)
            rows.append(ExhibitRow(locator="caption", label="Caption", value=caption, citation=citation))
        rows.append(ExhibitRow(locator="file", label="SHA-256", value=photo.sha256, citation=citation))
        yield _Draft(kind=ExhibitKind.PHOTO, rows=tuple(rows), evidence_sha256=photo.sha256)


DOCUMENT_KEYS = {
    DocumentKind.INVOICE: "invoice",
    DocumentKind.LISTING: "listing_document",
    DocumentKind.POLICY: "policy_document",
    DocumentKind.PROOF_OF_DELIVERY: "carrier_document",
    DocumentKind.CUSTOMS: "customs_document",
    DocumentKind.ACCESS_LOG: "access_log",
    DocumentKind.QUALITY_CHECK: "quality_check",
}
"""Which statement exhibits a document; kinds that are not here prove nothing a letter says."""
DOCUMENT_LABELS = {
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.LISTING: "Listing document",
    DocumentKind.POLICY: "Policy document",
    DocumentKind.PROOF_OF_DELIVERY: "Carrier document",
    DocumentKind.CUSTOMS: "Customs document",
    DocumentKind.ACCESS_LOG: "Access log",
    DocumentKind.QUALITY_CHECK: "Pre-shipment check",
}


def _documents(dossier: DefenceDossier, relevance: Relevance) -> Iterator[_Draft]:
    for document in dossier.bundle.documents:
        printable = document.path.lower().endswith(SHOWN_ENDINGS) and document.id not in dossier.unshown
        if document.sha256 is None or document.author is Author.BUYER or not printable:
            continue
        if document.kind not in DOCUMENT_KEYS or DOCUMENT_KEYS[document.kind] not in relevance.keys:
            continue
        citation = DocumentPlace(document_id=document.id, sha256=document.sha256)
        title = quoted(document.title, 200)
        label, author = DOCUMENT_LABELS[document.kind], AUTHOR_NAMES[document.author]
        rows = (
            ExhibitRow(locator="title", label=label, value=title, at=document.at, citation=citation),
            ExhibitRow(locator="author", label="Supplied by", value=author, citation=citation),
            ExhibitRow(locator="file", label="SHA-256", value=document.sha256, citation=citation),
        )
        yield _Draft(kind=ExhibitKind.DOCUMENT, rows=rows, evidence_sha256=document.sha256)


_Builder = Callable[[DefenceDossier, Relevance], Iterator[_Draft]]
_BUILDERS: tuple[_Builder, ...] = (
    _notice,
    _order,
    _payment,
    _tracking,
    _refunds,
    _priors,
    _listing,
    _policy,
    _correspondence,
    _documents,
    _photos,
)


def build_exhibits(dossier: DefenceDossier, relevance: Relevance) -> tuple[Exhibit, ...]:
    """Every relevant exhibit the records carry, lettered A onwards; CannotComposeError beyond Z."""
    drafts = [draft for build in _BUILDERS for draft in build(dossier, relevance) if draft.kind in relevance.kinds]
    if len(drafts) > len(ascii_uppercase):
        raise CannotComposeError(
            f"exhibits: the case has {len(drafts)} but letters end at Z; take out pictures that prove nothing"
        )
    return tuple(
        Exhibit(
            letter=letter,
            kind=draft.kind,
            title=TITLES[draft.kind],
            caption=CAPTIONS[draft.kind],
            rows=draft.rows,
            evidence_sha256=draft.evidence_sha256,
        )
        for letter, draft in zip(ascii_uppercase, drafts, strict=False)
    )
