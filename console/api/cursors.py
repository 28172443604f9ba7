"""Cursors of pages: the key of the last item, opaque to whoever pages."""

import base64
import binascii
import json
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import TypeAdapter, ValidationError

from console.api.problems import refused_parameter

_Key = TypeVar("_Key")
Cursor = Annotated[
    str | None,
    Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."),
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page may have.")]


def cursor_of(key: object) -> str:
    """The key as text that fits into an address."""
    plain = TypeAdapter[object](object).dump_json(key)
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def key_of(cursor: str | None, adapter: TypeAdapter[_Key]) -> _Key | None:
    """The key a cursor stands for, None without one; Refused (422) when it is no cursor of this list."""
    if cursor is None:
        return None
    try:
        return adapter.validate_python(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
    except (ValidationError, ValueError, binascii.Error):
        raise refused_parameter("cursor", "is no cursor of this list", "give `next_cursor` of the page before") from (
            None
        )
