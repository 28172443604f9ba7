"""One case inside a transaction, with its key: what every part of the case records begins with."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import LiteralString, NamedTuple

from tools.records.audit import append
from tools.records.case_words import CaseErased, CaseUnknown
from tools.records.crypto import open_sealed, seal, unwrap_case_key
from tools.records.records import Records, Scope, at_once

_ROW: LiteralString = (
    "select k.wrapped, c.status, c.sealed_detail, c.sealed_bundle, c.latest_decision"
    " from amends.dispute_case c left join amends.case_key k using (merchant, case_id) where c.case_id = %s"
)
# Read after the lock, by a statement of its own: a writer that waited sees what the one before it wrote, or that the
# key is gone.
_LOCKED_ROW: LiteralString = f"select from amends.dispute_case where case_id = %s for no key update; {_ROW}"


class CaseRow(NamedTuple):
    """A case's own row as the transaction found it: what nearly every step needs comes with the key, at once."""

    status: str
    sealed_detail: bytes | None
    sealed_bundle: bytes
    latest_decision: str | None


class CaseScope:
    """A case's rows and its key, until the transaction ends. `row` is None while the case is being opened."""

    def __init__(self, scope: Scope, key: bytes, merchant: str, case_id: str, row: CaseRow | None = None) -> None:
        self.scope = scope
        self._row = row
        self.merchant = merchant
        self.case_id = case_id
        self._key = key

    @property
    def row(self) -> CaseRow:
        """The case's own row, read when the transaction began and after any writer before it."""
        if self._row is None:
            raise LookupError(f"case {self.case_id} is being opened; it has no row yet")
        return self._row

    def seal(self, content: bytes, *place: str) -> bytes:
        """Seal under the case's key, bound to merchant, case and place (table and name of the row)."""
        return seal(self._key, content, self.merchant, self.case_id, *place)

    def open(self, sealed: bytes, *place: str) -> bytes:
        """The content sealed for that place."""
        return open_sealed(self._key, sealed, self.merchant, self.case_id, *place)

    async def chain(self, action: str, digest: str, *, actor: str = "amends") -> None:
        """Chain an audit entry about this case; last in the transaction."""
        await append(self.scope, actor=actor, action=action, case_id=self.case_id, digest=digest)


class KeepsCases:
    """The base of the parts of `CaseRecords`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @asynccontextmanager
    async def _case(self, merchant: str, case_id: str, *, write: bool = False) -> AsyncGenerator[CaseScope, None]:
        """The case in a transaction of its own; writers of one case queue.

        Raises CaseUnknown for an absent case or another merchant's, CaseErased when its key is gone.
        """
        async with self._records.merchant(merchant) as scope:
            if write:
                row = await (await at_once(scope, _LOCKED_ROW, (case_id, case_id))).fetchone()
            else:
                row = await (await scope.execute(_ROW, (case_id,))).fetchone()
            if row is None:
                raise CaseUnknown(f"merchant {merchant} has no case {case_id}")
            if row[0] is None:
                raise CaseErased(f"case {case_id} was erased; only its digests are left")
            key = unwrap_case_key(self._records.master_key, bytes(row[0]), merchant, case_id)
            yield CaseScope(scope, key, merchant, case_id, CaseRow(*row[1:]))
