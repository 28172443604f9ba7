"""Reading what sources answer: JSON whose every field may be missing, null or of another type."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from tools.sources.ports import SourceError

Wire = Mapping[str, Any]
_NO_IDENTIFIER = re.compile(r"[^A-Za-z0-9._-]+")
_SHORT = 300


def document(body: bytes, what: str) -> Wire:
    """The body as a JSON object; SourceError otherwise, because a broken answer is asked for again."""
    try:
        tree: object = json.loads(body)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise SourceError(f"the answer about {what} is no JSON object", retry=True)
    return cast("Wire", tree)


def part(within: Wire, name: str) -> Wire:
    """A field that is an object; empty when it is anything else."""
    value = within.get(name)
    return cast("Wire", value) if isinstance(value, dict) else {}


def parts(within: Wire, name: str) -> Sequence[Wire]:
    """The objects of a list; empty when it is anything else."""
    value = within.get(name)
    if not isinstance(value, list):
        return ()
    return [cast("Wire", each) for each in cast("list[object]", value) if isinstance(each, dict)]


def text(within: Wire, name: str) -> str | None:
    """A text with something in it, or a number as text; None otherwise."""
    value = within.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def short(written: str | None) -> str | None:
    """A text as a bundle's short fields take it: cut at 300 characters."""
    return written[:_SHORT].strip() if written else None


def moment(within: Wire, name: str) -> datetime | None:
    """An ISO 8601 time with its offset, in UTC; None otherwise."""
    try:
        read = datetime.fromisoformat(text(within, name) or "")
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo is not None else None


def identifier(written: str | None, otherwise: str) -> str:
    """`written` as an id that is safe in file names: other characters become dashes; `otherwise` when none is left."""
    cleaned = _NO_IDENTIFIER.sub("-", written or "").strip("-._")[:64]
    return cleaned or otherwise
