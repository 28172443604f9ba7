"""Stripe's webhooks: <https://docs.stripe.com/webhooks>, signature scheme v1."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from stripe import SignatureVerificationError, WebhookSignature

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

SIGNATURE = "stripe-signature"
TOLERANCE = timedelta(seconds=300)
"""Stripe signs each attempt anew, so an old time is a replay; 300 s is the official libraries' default."""

_KINDS = {
    "charge.dispute.created": NoticeKind.DISPUTE_OPENED,
    "charge.dispute.updated": NoticeKind.DISPUTE_CHANGED,
    "charge.dispute.funds_withdrawn": NoticeKind.DISPUTE_CHANGED,
    "charge.dispute.funds_reinstated": NoticeKind.DISPUTE_CHANGED,
    "charge.dispute.closed": NoticeKind.DISPUTE_CLOSED,
    "refund.created": NoticeKind.REFUND_CHANGED,
    "refund.updated": NoticeKind.REFUND_CHANGED,
    "refund.failed": NoticeKind.REFUND_CHANGED,
    "charge.refunded": NoticeKind.REFUND_CHANGED,
    "charge.refund.updated": NoticeKind.REFUND_CHANGED,
    "radar.early_fraud_warning.created": NoticeKind.FRAUD_WARNING,
    "radar.early_fraud_warning.updated": NoticeKind.FRAUD_WARNING,
}
_DISPUTES = frozenset({NoticeKind.DISPUTE_OPENED, NoticeKind.DISPUTE_CHANGED, NoticeKind.DISPUTE_CLOSED})


def verify(raw: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
    """Check `Stripe-Signature` (names of `headers` in lower case) with any of the endpoint's secrets (`whsec_…`).

    Several secrets hold while one is rolled over, and Stripe then sends several `v1`: one match is enough. Raises
    BadSignature, also for a time more than `TOLERANCE` away from `now` in either direction.
    """
    header = headers.get(SIGNATURE, "")
    if not header or not header.isascii():
        raise BadSignature("the header Stripe-Signature is missing or not ASCII")
    if not any(_signed(raw, header, secret) for secret in secrets):
        raise BadSignature("no v1 of Stripe-Signature is of this body and one of the endpoint's secrets")
    if abs(now.timestamp() - _time(header)) > TOLERANCE.total_seconds():
        raise BadSignature(f"t of Stripe-Signature is more than {TOLERANCE.total_seconds():.0f} s away from now")


def _signed(raw: bytes, header: str, secret: str) -> bool:
    try:
        # The time is judged by `verify`, against a clock that is given.
        return WebhookSignature.verify_header(raw, header, secret, tolerance=None)  # pyright: ignore[reportUnknownMemberType]
    except (SignatureVerificationError, UnicodeDecodeError):
        return False


def _time(header: str) -> int:
    """The `t` that was signed: the first one, as the library reads it. Only for a header that verified."""
    return int(next(item for item in header.split(",") if item.startswith("t=")).split("=")[1])


def parse(raw: bytes) -> tuple[WebhookNotice, ...]:
    """The one event of the body; UnreadableNotice when it is none of Stripe's."""
    event = read_object(raw)
    event_type = text(event, "type")
    kind = _KINDS.get(event_type, NoticeKind.OTHER)
    about = {} if kind is NoticeKind.OTHER else mapping(mapping(event.get("data"), "data").get("object"), "data.object")
    live = event.get("livemode")
    return (
        notice(
            processor=WebhookProcessor.STRIPE,
            event_id=text(event, "id"),
            event_type=event_type,
            kind=kind,
            at=_created(event.get("created")),
            account=optional_text(event, "account"),
            live=live if isinstance(live, bool) else None,
            dispute=optional_text(about, "id") if kind in _DISPUTES else None,
            charge=optional_text(about, "id") if event_type == "charge.refunded" else _reference(about.get("charge")),
        ),
    )


def _reference(value: object) -> str | None:
    """An id, or the id of the object it was expanded to."""
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("id")
    return value if isinstance(value, str) and value else None


def _created(value: object) -> datetime:
    if isinstance(value, str):  # thin events of the v2 interface
        return moment(value, "created")
    if isinstance(value, int):
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise UnreadableNotice("created must be a time in seconds")
