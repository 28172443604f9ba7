"""The one shape that every processor's webhook is read into, and the two ways a body is refused."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import AwareDatetime, Field

from knowledge.base import Frozen

# Printable ASCII without blanks: what processors' references are made of, and nothing a database cannot hold.
Reference = Annotated[str, Field(pattern=r"^[!-~]{1,255}$")]


class WebhookProcessor(StrEnum):
    """Who sends webhooks."""

    STRIPE = "stripe"
    PAYPAL = "paypal"
    ADYEN = "adyen"


class NoticeKind(StrEnum):
    """What a notice is about. A hint for where to look, never the state itself: that is asked of the processor."""

    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_CHANGED = "dispute_changed"
    DISPUTE_CLOSED = "dispute_closed"
    REFUND_CHANGED = "refund_changed"
    FRAUD_WARNING = "fraud_warning"
    OTHER = "other"
    """Everything we do not know or need; kept all the same."""


class WebhookNotice(Frozen):
    """One event of a webhook."""

    processor: WebhookProcessor
    event_id: Reference
    """The processor's key of the event: the same again is the same event."""
    event_type: Reference
    """As the processor names it."""
    kind: NoticeKind
    at: AwareDatetime
    """When it happened, by the processor's clock; notices may arrive in any order."""
    account: Reference | None = None
    """The processor's account the event says it is of; None where the body does not name one."""
    live: bool | None = None
    """False for test events, None where the body does not tell."""
    dispute: Reference | None = None
    """The processor's id of the dispute."""
    charge: Reference | None = None
    """The payment the processor knows: Stripe's charge, PayPal's capture, Adyen's payment pspReference."""


class BadSignature(Exception):
    """The body is not proved to be the processor's. `reason` names the header or field; it holds no secret."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class UnreadableNotice(ValueError):
    """The body is signed but not a webhook of this processor; the message names the field."""


def read_object(raw: bytes) -> dict[str, Any]:
    """The body as a JSON object; UnreadableNotice otherwise."""
    try:
        tree: object = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnreadableNotice("the body is not JSON in UTF-8") from None
    return mapping(tree, "the body")


def mapping(value: object, name: str) -> dict[str, Any]:
    """`value` as a JSON object; UnreadableNotice with `name` otherwise."""
    if not isinstance(value, dict):
        raise UnreadableNotice(f"{name} must be an object")
    return cast("dict[str, Any]", value)


def text(within: Mapping[str, Any], name: str) -> str:
    """A field that must be a text with something in it; UnreadableNotice otherwise."""
    value = within.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableNotice(f"{name} must be a text that is not empty")
    return value


def optional_text(within: Mapping[str, Any], name: str) -> str | None:
    """A field that may be left out; None also when it is empty or of another type."""
    value = within.get(name)
    return value if isinstance(value, str) and value else None


def moment(written: str, name: str) -> datetime:
    """An ISO 8601 time with its offset; UnreadableNotice otherwise."""
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise UnreadableNotice(f"{name} must be an ISO 8601 time with its offset")
    return read


def notice(**fields: Any) -> WebhookNotice:
    """The notice, UnreadableNotice where a field has another form."""
    try:
        return WebhookNotice(**fields)
    except ValueError as wrong:
        raise UnreadableNotice(f"the notice cannot be kept: {wrong}") from None
