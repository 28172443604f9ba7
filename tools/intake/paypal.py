"""PayPal's webhooks: <https://developer.paypal.com/api/rest/webhooks/rest/>, checked here without asking PayPal."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tools.intake.notice import (
    BadSignature,
    NoticeKind,
    UnreadableNotice,
    WebhookNotice,
    WebhookProcessor,
    mapping,
    moment,
    notice,
    optional_text,
    read_object,
    text,
)
from tools.intake.paypal_certificates import PayPalCertificates

ALGORITHM = "SHA256withRSA"
OLDEST = timedelta(days=4)
"""PayPal tries a delivery again up to 25 times over three days, and does not say that a later attempt is signed with a
new time: a shorter bound could refuse news for good. A replay within it meets the unique event id."""
AHEAD = timedelta(minutes=5)
"""How far PayPal's clock may be before ours."""

_KINDS = {
    "CUSTOMER.DISPUTE.CREATED": NoticeKind.DISPUTE_OPENED,
    "CUSTOMER.DISPUTE.UPDATED": NoticeKind.DISPUTE_CHANGED,
    "CUSTOMER.DISPUTE.RESOLVED": NoticeKind.DISPUTE_CLOSED,
    "RISK.DISPUTE.CREATED": NoticeKind.DISPUTE_OPENED,
    "PAYMENT.CAPTURE.REFUNDED": NoticeKind.REFUND_CHANGED,
    "PAYMENT.CAPTURE.REVERSED": NoticeKind.REFUND_CHANGED,
    "PAYMENT.REFUND.PENDING": NoticeKind.REFUND_CHANGED,
    "PAYMENT.REFUND.FAILED": NoticeKind.REFUND_CHANGED,
}
_CAPTURES = "/v2/payments/captures/"


async def verify(
    raw: bytes, headers: Mapping[str, str], webhook_ids: Sequence[str], now: datetime, certificates: PayPalCertificates
) -> None:
    """Check RSA-SHA256 over `transmission id|time|webhook id|CRC-32 of the body` (names of `headers` in lower case).

    Several webhook ids hold while a webhook is replaced. Raises BadSignature, and CertificateUnavailable when PayPal's
    certificate cannot be fetched now.
    """
    given = {name: headers.get(f"paypal-{name}", "") for name in _HEADERS}
    for name, value in given.items():
        if not value or not value.isascii():
            raise BadSignature(f"the header PAYPAL-{name.upper()} is missing or not ASCII")
    if given["auth-algo"] != ALGORITHM:
        raise BadSignature(f"PAYPAL-AUTH-ALGO must be {ALGORITHM}")
    _refuse_stale(given["transmission-time"], now)
    try:
        signature = base64.b64decode(given["transmission-sig"], validate=True)
    except ValueError:
        raise BadSignature("PAYPAL-TRANSMISSION-SIG is not base64") from None
    key = await certificates.key(given["cert-url"], now)
    for webhook_id in webhook_ids:
        signed = f"{given['transmission-id']}|{given['transmission-time']}|{webhook_id}|{zlib.crc32(raw)}"
        try:
            key.verify(signature, signed.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return
    raise BadSignature("PAYPAL-TRANSMISSION-SIG is not of this body and one of the webhook ids")


_HEADERS = ("transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo")


def _refuse_stale(written: str, now: datetime) -> None:
    try:
        sent = moment(written, "PAYPAL-TRANSMISSION-TIME")
    except UnreadableNotice as unreadable:
        raise BadSignature(str(unreadable)) from None
    if not now - OLDEST <= sent <= now + AHEAD:
        raise BadSignature(f"PAYPAL-TRANSMISSION-TIME must be at most {OLDEST.days} days ago and not ahead of now")


def parse(raw: bytes) -> tuple[WebhookNotice, ...]:
    """The one event of the body; UnreadableNotice when it is none of PayPal's."""
    event = read_object(raw)
    event_type = text(event, "event_type")
    kind = _KINDS.get(event_type, NoticeKind.OTHER)
    about = {} if kind is NoticeKind.OTHER else mapping(event.get("resource"), "resource")
    refund = kind is NoticeKind.REFUND_CHANGED
    return (
        notice(
            processor=WebhookProcessor.PAYPAL,
            event_id=text(event, "id"),
            event_type=event_type,
            kind=kind,
            at=moment(text(event, "create_time"), "create_time"),
            dispute=optional_text(about, "dispute_id"),
            charge=_refunded_capture(about) if refund else _disputed_capture(about),
        ),
    )


def _objects(within: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = within.get(name)
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", each) for each in listed if isinstance(each, dict)]


def _disputed_capture(dispute: Mapping[str, Any]) -> str | None:
    transactions = _objects(dispute, "disputed_transactions")
    return optional_text(transactions[0], "seller_transaction_id") if transactions else None


def _refunded_capture(refund: Mapping[str, Any]) -> str | None:
    """The capture is only linked: `rel` is `up` in a refund."""
    for link in _objects(refund, "links"):
        before, found, capture = (optional_text(link, "href") or "").partition(_CAPTURES)
        if link.get("rel") == "up" and before and found:
            return capture or None
    return None
