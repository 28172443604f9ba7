"""Canonical JSON, the one byte form that is sealed and digested: keys sorted, no blanks, UTF-8."""

import hashlib
import json

from pydantic import BaseModel


def canonical_json(value: object) -> bytes:
    """`value` (plain JSON values, or a model by its JSON form) as canonical bytes."""
    plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(value: object) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
