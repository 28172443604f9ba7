"""The queue's address: a view, its filters and a place in it, so that what somebody sees can be kept and sent on."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.exceptions import HTTPException

from tools.records.queue_filter import QueueCursor, QueueFilter

_FIELDS = {
    "view": "view",
    "order": "order",
    "kind": "kind",
    "stage": "stage",
    "reason": "reason",
    "network": "network",
    "language": "language",
    "flag": "flag",
    "from": "at_least_eur",
    "to": "at_most_eur",
    "holder": "holder",
    "q": "search",
}
"""Names in the address, and the filter's fields."""


def asked_of(query: Mapping[str, str]) -> QueueFilter:
    """The filter an address asks for; 400 that names the field when it means nothing."""
    given = {field: query[name].strip() for name, field in _FIELDS.items() if query.get(name, "").strip()}
    try:
        return QueueFilter.model_validate(given)
    except ValidationError as refused:
        named = {str(error["loc"][0]) for error in refused.errors()}
        names = ", ".join(name for name, field in _FIELDS.items() if field in named)
        raise HTTPException(400, f"{names}: not something the queue can be narrowed by; take it out") from None


def address_of(asked: QueueFilter, **changed: object) -> str:
    """The address of a filter, with fields changed; what does not narrow is left out."""
    fields = asked.model_copy(update=changed).model_dump(mode="json", exclude_defaults=True)
    named = {name: fields[field] for name, field in _FIELDS.items() if fields.get(field) not in (None, "")}
    return f"/?{urlencode(named)}" if named else "/"


def place_after(asked: QueueFilter, cursor: QueueCursor) -> str:
    """The address of the page that begins after the cursor."""
    packed = base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")
    address = address_of(asked)
    return f"{address}{'&' if '?' in address else '?'}after={packed}"


def cursor_of(query: Mapping[str, str]) -> QueueCursor | None:
    """The place an address names; None for the beginning, 400 for one that is none."""
    packed = query.get("after", "")
    if not packed:
        return None
    try:
        return QueueCursor.model_validate_json(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (ValueError, binascii.Error):
        raise HTTPException(400, "after: not a place in the queue; begin at its first page") from None
