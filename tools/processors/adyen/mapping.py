"""Pure mapping between our words and Adyen's calls: keys, documents and refunds."""

import base64
import hashlib
from collections.abc import Iterable

from knowledge.money import Money
from tools.ports import EvidencePackage
from tools.processors.adyen.amounts import from_adyen
from tools.processors.adyen.capabilities import Document, document
from tools.processors.adyen.client import Reasons, RefundReceived
from tools.processors.adyen.reasons import DefenceReason, DocumentType


def key_to_adyen(key: str) -> str:
    """A key of ours as Adyen takes it: 64 characters at most
    (https://docs.adyen.com/development-resources/api-idempotency)."""
    return hashlib.sha256(key.encode()).hexdigest()


def reasons_from_adyen(offered: Reasons) -> tuple[DefenceReason, ...]:
    """The defence reasons on offer, in Adyen's order."""
    return tuple(
        DefenceReason(
            code=reason.defenseReasonCode,
            documents=tuple(
                DocumentType(code=kind.defenseDocumentTypeCode, level=kind.requirementLevel, available=kind.available)
                for kind in reason.defenseDocumentTypes
            ),
        )
        for reason in offered.defenseReasons
    )


def document_to_adyen(package: EvidencePackage, packet: bytes) -> Document:
    """The packet within Adyen's limits; ValueError naming each one it breaks."""
    return document(packet, package.network)


def documents_to_adyen(supplied: Document, codes: Iterable[str]) -> list[dict[str, str]]:
    """The one packet under each document type, base64."""
    content = base64.b64encode(supplied.content).decode()
    return [
        {"defenseDocumentTypeCode": code, "contentType": supplied.content_type, "content": content} for code in codes
    ]


def refunded(received: RefundReceived, payment: str, amount: Money) -> str:
    """Adyen's reference of the refund; ValueError when it acknowledges another one than was asked for."""
    told = from_adyen(received.amount.value, received.amount.currency)
    if (received.paymentPspReference, told) != (payment, amount):
        raise ValueError(
            f"refund: Adyen acknowledges {told} on {received.paymentPspReference}, asked was {amount} on {payment}"
        )
    return received.pspReference
