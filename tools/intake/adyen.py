"""Adyen's standard webhooks: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>.

Each item of a notification is signed by itself. Only eight fields are signed; references are taken from those alone,
while `eventDate` and `live` are not among them and decide nothing about money.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

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

_OPENED, _CHANGED, _CLOSED = NoticeKind.DISPUTE_OPENED, NoticeKind.DISPUTE_CHANGED, NoticeKind.DISPUTE_CLOSED
_KINDS = {
    "REQUEST_FOR_INFORMATION": _OPENED,
    "NOTIFICATION_OF_CHARGEBACK": _OPENED,
    "CHARGEBACK": _CHANGED,
    # Won for now: the issuer may present a second chargeback.
    "CHARGEBACK_REVERSED": _CHANGED,
    "SECOND_CHARGEBACK": _CHANGED,
    "INFORMATION_SUPPLIED": _CHANGED,
    "ISSUER_COMMENTS": _CHANGED,
    "DISPUTE_DEFENSE_PERIOD_ENDED": _CHANGED,
    "PREARBITRATION_OPEN": _CHANGED,
    "PREARBITRATION_ACCEPTED": _CHANGED,
    "PREARBITRATION_DECLINED": _CHANGED,
    "PREARBITRATION_ISSUER_WITHDRAWN": _CHANGED,
    "SCHEME_ARBITRATION": _CHANGED,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": _CLOSED,
    "PREARBITRATION_WON": _CLOSED,
    "PREARBITRATION_LOST": _CLOSED,
    "SCHEME_ARBITRATION_WON": _CLOSED,
    "SCHEME_ARBITRATION_LOST": _CLOSED,
    "NOTIFICATION_OF_FRAUD": NoticeKind.FRAUD_WARNING,
    "REFUND": NoticeKind.REFUND_CHANGED,
    "REFUND_FAILED": NoticeKind.REFUND_CHANGED,
    "REFUNDED_REVERSED": NoticeKind.REFUND_CHANGED,
    "REFUND_WITH_DATA": NoticeKind.REFUND_CHANGED,
    "CANCEL_OR_REFUND": NoticeKind.REFUND_CHANGED,
}
_DISPUTES = frozenset({_OPENED, _CHANGED, _CLOSED})


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
    """Check the signature of every item with any of the webhook's HMAC keys (hex digits, as Adyen shows them).

    `headers` and `now` play no part: Adyen signs no time, so replays are caught by the unique event id. Raises
    BadSignature when one item is unsigned or altered, whatever the others are.
    """
    keys = [bytes.fromhex(secret) for secret in secrets]
    try:
        items = items_of(read_object(raw))
        for index, item in enumerate(items):
            given = optional_text(mapping(item.get("additionalData"), "additionalData"), "hmacSignature") or ""
            _check(index, signed_text(item), given, keys)
    except UnreadableNotice as unreadable:
        raise BadSignature(f"no signature can be read: {unreadable}") from None


def signed_text(item: Mapping[str, Any]) -> str:
    """The text that is signed: eight values joined by colons, a missing one empty; UnreadableNotice otherwise."""
    amount = mapping(item.get("amount") or {}, "amount")
    values = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        amount.get("value"),
        amount.get("currency"),
        item.get("eventCode"),
        item.get("success"),
    )
    return ":".join(_written(value) for value in values)


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise UnreadableNotice("signed values must be texts or whole numbers")


def _check(index: int, signed: str, given: str, keys: Sequence[bytes]) -> None:
    try:
        signature, content = base64.b64decode(given, validate=True), signed.encode()
    except ValueError:
        signature, content = b"", b""
    # Every key is tried, so that the time taken does not tell which one matched.
    matches = [hmac.compare_digest(hmac.new(key, content, hashlib.sha256).digest(), signature) for key in keys]
    if not any(matches):
        raise BadSignature(f"additionalData.hmacSignature of item {index} is not of that item and one of the keys")


def parse(raw: bytes) -> tuple[WebhookNotice, ...]:
    """Every item of the notification; UnreadableNotice when one is none of Adyen's."""
    notification = read_object(raw)
    live = {"true": True, "false": False}.get(str(notification.get("live")).lower())
    return tuple(notice_of(item, live) for item in items_of(notification))


def items_of(notification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a notification; UnreadableNotice when there are none."""
    wrapped = notification.get("notificationItems")
    if not isinstance(wrapped, list) or not wrapped:
        raise UnreadableNotice("notificationItems must hold at least one item")
    named = "NotificationRequestItem"
    return [mapping(mapping(each, "an item").get(named), named) for each in cast("list[object]", wrapped)]


def notice_of(item: Mapping[str, Any], live: bool | None) -> WebhookNotice:
    """One item as a notice; UnreadableNotice when it is none of Adyen's.

    The date belongs to the event's id: a dispute that is answered in two stages is told INFORMATION_SUPPLIED twice, and
    what stands at Adyen is only known from all that it told.
    """
    code, reference = text(item, "eventCode"), text(item, "pspReference")
    kind, at = _KINDS.get(code, NoticeKind.OTHER), moment(text(item, "eventDate"), "eventDate")
    return notice(
        processor=WebhookProcessor.ADYEN,
        event_id=f"{reference}:{code}:{_written(item.get('success'))}:{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}",
        event_type=code,
        kind=kind,
        at=at,
        account=text(item, "merchantAccountCode"),
        live=live,
        dispute=reference if kind in _DISPUTES else None,
        charge=optional_text(item, "originalReference"),
    )
