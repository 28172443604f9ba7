"""Letters, proofs and packets of a month in one ZIP with an index, made piece by piece while it is sent."""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from typing import LiteralString

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.finance.month import Month
from knowledge.money import Money
from tools.finance_files.texts import safe_text
from tools.records.audit import append
from tools.records.canonical import canonical_json
from tools.records.crypto import open_sealed, unwrap_case_key
from tools.records.records import Records

_BATCH = 20
"""Documents in memory at once."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_OF_MONTH: LiteralString = (
    "select a.case_id, a.seq, a.kind, a.name, a.sha256, a.size, a.saved_at, a.sealed, k.wrapped, c.dispute, c.charge,"
    " p.processor, e.amount_minor, e.currency, e.state from amends.artifact a"
    " join amends.dispute_case c using (merchant, case_id)"
    " left join amends.case_key k using (merchant, case_id)"
    " left join amends.payment p on p.merchant = a.merchant and p.charge = c.charge"
    " left join lateral (select amount_minor, currency, state from amends.ledger_entry e"
    " where e.merchant = a.merchant and e.key = 'dispute:' || c.dispute limit 1) e on true"
    " where a.kind in ('letter', 'proof', 'packet') and a.saved_at >= %s and a.saved_at < %s"
    " and (a.case_id, a.seq) > (%s, %s) order by a.case_id, a.seq limit %s"
)


class IndexEntry(Frozen):
    """A document of the archive."""

    path: str
    """In the archive; empty for a case that was erased, whose documents cannot be read any more."""
    kind: str
    """`letter`, `proof` or `packet`."""
    sha256: str
    size: int
    """Bytes."""
    case: str
    dispute: str | None
    processor: str | None
    payment: str
    amount: str | None
    """Disputed, as decimal text."""
    currency: str | None
    ledger: str | None
    """The dispute's state in the ledger when the archive was made."""
    saved_at: AwareDatetime


class _Sent:
    """What the archive wrote and nobody took yet. It cannot be sought in, so sizes stand behind each file."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


async def letters_zip(records: Records, merchant: str, month: Month, *, by: str) -> AsyncGenerator[bytes]:
    """The archive in pieces: documents by case, then `index.csv` and `index.json`.

    Its beginning is chained before the first byte leaves, and its end with the digest of `index.json`, which holds the
    digest of every document: an archive that was broken off has a beginning only.
    """
    begun = f"export.letters.begun.{month}"
    async with records.merchant(merchant) as scope:
        await append(scope, actor=by, action=begun)
    sent = _Sent()
    index: list[IndexEntry] = []
    last = ("", 0)
    with zipfile.ZipFile(sent, "w") as archive:  # pyright: ignore[reportArgumentType, reportCallIssue]
        while True:
            async with records.merchant(merchant) as scope:
                cursor = await scope.execute(_OF_MONTH, (month.begins, month.ends, *last, _BATCH))
                rows = await cursor.fetchall()
            for row in rows:
                entry, content = _document(records.master_key, merchant, row)
                index.append(entry)
                if content is not None:
                    archive.writestr(_file(entry.path, entry.saved_at), content)
                last = (row[0], row[1])
            yield sent.taken()
            if len(rows) < _BATCH:
                break
        told = canonical_json([entry.model_dump(mode="json") for entry in index])
        archive.writestr(_file("index.csv", month.begins), _index_csv(index))
        archive.writestr(_file("index.json", month.begins), told)
    async with records.merchant(merchant) as scope:
        await append(scope, actor=by, action=f"export.letters.{month}", digest=hashlib.sha256(told).hexdigest())
    yield sent.taken()


def _document(master_key: bytes, merchant: str, row: Sequence[object]) -> tuple[IndexEntry, bytes | None]:
    case_id, seq, kind, name, digest, size, saved_at, sealed, wrapped, dispute, charge, processor = row[:12]
    minor, currency, state = row[12:]
    assert isinstance(case_id, str)
    assert isinstance(digest, str)
    content = None
    if isinstance(wrapped, bytes) and isinstance(sealed, bytes):
        key = unwrap_case_key(master_key, wrapped, merchant, case_id)
        content = open_sealed(key, sealed, merchant, case_id, "artifact", digest)
    amount = Money(minor=minor, currency=currency) if isinstance(minor, int) and isinstance(currency, str) else None
    entry = IndexEntry.model_validate(
        {
            "path": "" if content is None else f"{_safe(case_id)}/{seq}-{_safe(str(name))}",
            "kind": kind,
            "sha256": digest,
            "size": size,
            "case": case_id,
            "dispute": dispute,
            "processor": processor,
            "payment": charge,
            "amount": amount.decimal_text() if amount else None,
            "currency": currency,
            "ledger": state,
            "saved_at": saved_at,
        }
    )
    return entry, content


def _safe(name: str) -> str:
    """A name for a file on any system; what was changed is told apart by a digest."""
    plain = _UNSAFE.sub("_", name).lstrip(".") or "_"
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _file(path: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, at.astimezone(UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if path.endswith(".pdf") else zipfile.ZIP_DEFLATED
    return info


def _index_csv(index: Sequence[IndexEntry]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(IndexEntry.model_fields)
    for entry in index:
        writer.writerow(
            safe_text(None if value is None else str(value)) for value in entry.model_dump(mode="json").values()
        )
    return text.getvalue().encode()
