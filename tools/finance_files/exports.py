"""The files a month can be taken out as, each chained with its digest before it is handed over."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from knowledge.finance.lines import Line
from knowledge.finance.month import Month
from knowledge.rules.policy import MerchantPolicy
from tools.finance_files.texts import journal_csv, lines_csv, totals_csv
from tools.finance_files.workbook import month_workbook
from tools.records.audit import AuditTrail
from tools.records.month_close import Books, MonthRefused
from tools.records.records import Records

_CSV, _XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Make = Callable[[Month, Sequence[Line], Mapping[str, str]], bytes]
KINDS: Mapping[str, tuple[str, str, _Make]] = {
    "lines": ("csv", _CSV, lambda month, lines, _: lines_csv(month, lines)),
    "totals": ("csv", _CSV, lambda month, lines, _: totals_csv(month, lines)),
    "journal": ("csv", _CSV, journal_csv),
    "workbook": ("xlsx", _XLSX, month_workbook),
}
"""By the name a person asks for: the file's ending, its media type, and how it is made."""


class ExportedFile(NamedTuple):
    """A file, ready to be handed over."""

    name: str
    media_type: str
    content: bytes
    sha256: str


class FinanceExports:
    """Makes the files of a month."""

    def __init__(self, records: Records, policy: MerchantPolicy) -> None:
        self._books = Books(records, policy)
        self._audit = AuditTrail(records)
        self._policy = policy

    async def make(self, merchant: str, month: Month, kind: str, *, by: str) -> ExportedFile:
        """The month as such a file. LookupError for an unknown kind; MonthRefused when a closed month was altered."""
        if kind not in KINDS:
            raise LookupError(f"kind: {kind[:40]!r} is not exported; take one of {', '.join(KINDS)}")
        books = await self._books.month(merchant, month)
        if not books.intact:
            raise MonthRefused(f"month: the lines of {month} are not those that were closed; verify the audit chain")
        ending, media_type, make = KINDS[kind]
        # A workbook of a busy month takes seconds, in which others are not to wait.
        content = await asyncio.to_thread(make, month, books.lines, self._policy.account_numbers)
        digest = hashlib.sha256(content).hexdigest()
        await self._audit.record(merchant, actor=by, action=f"export.{kind}.{month}", digest=digest)
        standing = "" if books.closing else "-open"
        return ExportedFile(f"amends-{merchant}-{month}-{kind}{standing}.{ending}", media_type, content, digest)
