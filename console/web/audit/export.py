"""The chain as a file to take away: JSON Lines or CSV, and the description by which anybody can verify it."""

import csv
import io
from collections.abc import AsyncGenerator
from enum import StrEnum
from pathlib import Path

from tools.records.audit import AuditEntry, AuditTrail
from tools.records.canonical import canonical_json

DESCRIPTION = Path(__file__).parent / "how_to_verify.txt"
"""Plain text with a program of the standard library alone; it goes with every copy."""
_FIELDS = tuple(AuditEntry.model_fields)


class Format(StrEnum):
    """What the file is written in."""

    JSON_LINES = "jsonl"
    CSV = "csv"


async def exported(trail: AuditTrail, merchant: str, form: Format) -> AsyncGenerator[bytes]:
    """The whole chain up to its head of now, in pieces of at most a thousand entries."""
    last, _ = await trail.head(merchant)
    after = 0
    if form is Format.CSV:
        yield _rows([_FIELDS])
    while after < last:
        entries = [entry for entry in await trail.entries(merchant, after=after) if entry.seq <= last]
        if not entries:
            return  # entries are missing: whoever verifies the copy finds that it ends before its head
        after = entries[-1].seq
        if form is Format.CSV:
            yield _rows([tuple(_plain(entry).values()) for entry in entries])
        else:
            yield b"".join(canonical_json(_plain(entry)) + b"\n" for entry in entries)


def _plain(entry: AuditEntry) -> dict[str, str | int]:
    """The entry with its time as it was hashed."""
    return entry.model_dump() | {"at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}


def _rows(rows: list[tuple[str | int, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
