"""The books by months: open ones are read from what happened, closed ones stand as a person closed them.

Months are closed one after the other, each once. What is known later goes into the first open month as a correction
that names the closed one. The month closed last can be opened again, with a reason; its lines of then are kept.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import LiteralString, NamedTuple

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.finance.lines import Line
from knowledge.finance.month import Month
from knowledge.rules.policy import MerchantPolicy
from tools.records.audit import append
from tools.records.book_events import LINE_FIELDS, first_event, read_line, unbooked_lines
from tools.records.canonical import canonical_json
from tools.records.crypto import open_sealed, seal
from tools.records.records import Records, Scope

_AT_ONCE = 2000
"""Lines in one statement."""
_SHORTEST_REASON, _LONGEST_REASON = 10, 500
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_CLOSINGS: LiteralString = (
    "select month, revision, closed_by, closed_at, lines, digest, previous, reopened_by, reopened_at, sealed_reason"
    " from amends.month_close order by month desc, revision desc"
)
_LINES: LiteralString = (
    "select " + LINE_FIELDS + " from amends.month_line"  # noqa: S608 -- a constant
    " where month = %s and revision = %s order by number"
)
_KEEP: LiteralString = (
    "insert into amends.month_line (merchant, month, revision, number, " + LINE_FIELDS + ")"  # noqa: S608 -- a constant
    " select %s, %s, %s, * from unnest(%s::int[], %s::text[], %s::text[], %s::boolean[], %s::bigint[], %s::text[],"
    " %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::text[])"
)


class MonthRefused(ValueError):
    """The month cannot be closed or opened again; the message says why and what to do."""


class Closing(Frozen):
    """A closing of a month."""

    month: Month
    revision: int
    """From 1; another one for each time the month was opened again."""
    by: str
    """The account's id."""
    at: AwareDatetime
    lines: int
    digest: str
    """Over merchant, month, revision, the closing before and every line."""
    previous: str
    """The digest of the month closed before, or of this month's closing that was opened again; empty for the first."""
    reopened_by: str | None = None
    reopened_at: AwareDatetime | None = None
    reason: str | None = None
    """Why it was opened again."""

    @property
    def holds(self) -> bool:
        """Whether it was not opened again."""
        return self.reopened_at is None


class BookMonth(NamedTuple):
    """A month of the books."""

    month: Month
    lines: Sequence[Line]
    closing: Closing | None
    """None while it is open."""
    earlier: Sequence[Closing]
    """Closings that were opened again, newest first."""
    first_open: bool
    """Whether it is the one that is closed next and takes late news."""
    intact: bool
    """Whether the lines of a closed month are those that were closed, by their digest."""


class Shelf(NamedTuple):
    """Which months there are."""

    closings: Sequence[Closing]
    """Newest first, those that were opened again as well."""
    first_open: Month | None
    """The month that is closed next; None before any money moved."""

    @property
    def closed_until(self) -> Month | None:
        """The last month that is closed."""
        return next((one.month for one in self.closings if one.holds), None)


class Books:
    """The books of every merchant; each call names one and sees no other's."""

    def __init__(self, records: Records, policy: MerchantPolicy) -> None:
        self._records = records
        self._policy = policy

    async def shelf(self, merchant: str) -> Shelf:
        """The closings and the month that is open first."""
        async with self._records.merchant(merchant) as scope:
            return await self._shelf(scope, merchant)

    async def month(self, merchant: str, month: Month) -> BookMonth:
        """The month with its lines, oldest first; a closed one as it was closed."""
        async with self._records.merchant(merchant) as scope:
            return await self._month(scope, merchant, month)

    async def close(self, merchant: str, month: Month, *, by: str, now: datetime) -> Closing:
        """Freeze the month's lines. MonthRefused when it is closed, not over, or an earlier one is open."""
        async with self._records.merchant(merchant) as scope:
            await _lock(scope, merchant)
            books = await self._month(scope, merchant, month)
            if books.closing is not None:
                raise MonthRefused(f"month: {month} is closed already; open it again with a reason to close it anew")
            if now < month.ends:
                raise MonthRefused(f"month: {month} is not over; close it from {month.ends:%Y-%m-%d} on (UTC)")
            shelf = await self._shelf(scope, merchant)
            if shelf.first_open is not None and month != shelf.first_open:
                raise MonthRefused(f"month: close {shelf.first_open} first; months are closed one after the other")
            earlier = [one for one in shelf.closings if one.month == month]
            revision = 1 + max((one.revision for one in earlier), default=0)
            before = earlier[0] if earlier else next((one for one in shelf.closings if one.holds), None)
            previous = before.digest if before else ""
            digest = books_digest(merchant, month, revision, previous, books.lines)
            await scope.execute(
                "insert into amends.month_close (merchant, month, revision, closed_by, lines, digest, previous)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                (merchant, str(month), revision, by, len(books.lines), digest, previous),
            )
            for begin in range(0, len(books.lines), _AT_ONCE):
                await _keep(scope, merchant, month, revision, begin, books.lines[begin : begin + _AT_ONCE])
            closing = next(one for one in (await self._shelf(scope, merchant)).closings if one.month == month)
            await append(scope, actor=by, action=f"month.closed.{month}", digest=digest)
            return closing

    async def reopen(self, merchant: str, month: Month, *, by: str, reason: str) -> None:
        """Open the month closed last again; MonthRefused for another month, or without a reason."""
        why = reason.strip()
        if not _SHORTEST_REASON <= len(why) <= _LONGEST_REASON:
            raise MonthRefused(f"reason: write why, in {_SHORTEST_REASON} to {_LONGEST_REASON} characters")
        async with self._records.merchant(merchant) as scope:
            await _lock(scope, merchant)
            shelf = await self._shelf(scope, merchant)
            last = next((one for one in shelf.closings if one.holds), None)
            if last is None or last.month != month:
                told = f"only {last.month}, the month closed last, can be" if last else "no month is closed that can be"
                raise MonthRefused(f"month: {told} opened again; what came later is in the months after it")
            await scope.execute(
                "update amends.month_close set reopened_by = %s, reopened_at = clock_timestamp(), sealed_reason = %s"
                " where month = %s and revision = %s",
                (by, self._seal(why, merchant, month, last.revision), str(month), last.revision),
            )
            await append(scope, actor=by, action=f"month.reopened.{month}", digest=last.digest)

    async def _month(self, scope: Scope, merchant: str, month: Month) -> BookMonth:
        shelf = await self._shelf(scope, merchant)
        closing = next((one for one in shelf.closings if one.month == month and one.holds), None)
        earlier = [one for one in shelf.closings if one.month == month and not one.holds]
        if closing is not None:
            rows = await (await scope.execute(_LINES, (str(month), closing.revision))).fetchall()
            lines = [read_line(row) for row in rows]
            digest = books_digest(merchant, month, closing.revision, closing.previous, lines)
            return BookMonth(month, lines, closing, earlier, first_open=False, intact=digest == closing.digest)
        first = month == shelf.first_open
        lines = (
            []
            if shelf.first_open is not None and month < shelf.first_open
            else await unbooked_lines(
                scope, _EVER if first else month.begins, month.ends, self._policy, shelf.closed_until
            )
        )
        return BookMonth(month, lines, None, earlier, first_open=first, intact=True)

    async def _shelf(self, scope: Scope, merchant: str) -> Shelf:
        closings = [self._closing(merchant, row) for row in await (await scope.execute(_CLOSINGS)).fetchall()]
        closed = next((one.month for one in closings if one.holds), None)
        if closed is not None:
            return Shelf(closings, closed.next)
        first = await first_event(scope)
        return Shelf(closings, None if first is None else Month.of(first))

    def _closing(self, merchant: str, row: Sequence[object]) -> Closing:
        month, revision = Month.parse(str(row[0])), row[1]
        fields = dict(zip(_CLOSING_FIELDS, row[1:9], strict=True))
        reason = None
        if isinstance(row[9], bytes):
            place = (merchant, "month", str(month), str(revision))
            reason = open_sealed(self._records.master_key, row[9], *place).decode()
        return Closing.model_validate({"month": month, "reason": reason, **fields})

    def _seal(self, reason: str, merchant: str, month: Month, revision: int) -> bytes:
        return seal(self._records.master_key, reason.encode(), merchant, "month", str(month), str(revision))


_CLOSING_FIELDS = ("revision", "by", "at", "lines", "digest", "previous", "reopened_by", "reopened_at")


def books_digest(merchant: str, month: Month, revision: int, previous: str, lines: Iterable[Line]) -> str:
    """SHA-256 over a head and every line, each canonical JSON and a line feed; times in UTC to the microsecond."""
    told = hashlib.sha256()
    head = {"merchant": merchant, "month": str(month), "previous": previous, "revision": revision}
    told.update(canonical_json(head) + b"\n")
    for line in lines:
        plain = line._asdict()
        plain["at"] = f"{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        plain["corrects"] = None if line.corrects is None else str(line.corrects)
        told.update(canonical_json(plain) + b"\n")
    return told.hexdigest()


async def _lock(scope: Scope, merchant: str) -> None:
    # Closings of a merchant follow each other; 11 keeps the number apart from other locks on the same name.
    await scope.execute("select pg_advisory_xact_lock(hashtextextended(%s, 11))", (f"{merchant}/books",))


async def _keep(scope: Scope, merchant: str, month: Month, revision: int, begin: int, lines: Sequence[Line]) -> None:
    columns: list[list[object]] = [list(column) for column in zip(*lines, strict=True)]
    columns[-1] = [None if corrects is None else str(corrects) for corrects in columns[-1]]
    numbers = list(range(begin + 1, begin + len(lines) + 1))
    await scope.execute(_KEEP, (merchant, str(month), revision, numbers, *columns))
