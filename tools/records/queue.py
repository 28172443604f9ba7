"""The queue: the cases of a merchant that wait for a person, a page at a time, counted, and handed out one by one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple

from psycopg import sql
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.judgement.priority import CLOSE
from knowledge.judgement.waiting import AT_PROCESSOR_STAGES, WAITING_STAGES, WaitingCase
from tools.records.audit import append
from tools.records.case_scope import KeepsCases
from tools.records.leases import Lease, LeaseHeld, take_in
from tools.records.queue_filter import COUNTS, QueueCursor, QueueFilter, QueueOrder, QueueView, conditions
from tools.records.queue_rows import BESIDE, PROPOSED, ROW_COLUMNS, QueueRow, enter, leave, read_row, touch
from tools.records.records import Scope

PAGE = 50
SKIPPED_FOR = timedelta(hours=4)
"""How long a case is not served again to who passed it over: half a shift, our own choice."""
_TRIES = 5
"""How often another person may take the very case that was about to be given, before somebody else is asked."""

# Without statistics the planner takes the queue for one row and would sort all of it for every page; told not to sort,
# it reads the index that is in the right order, and stops with the page.
_IN_ORDER: LiteralString = "set local enable_sort = off"


class SkipReason(StrEnum):
    """Why somebody passes a case over."""

    LANGUAGE = "language"
    EXPERTISE = "expertise"
    CONFLICT = "conflict_of_interest"
    WAITS_FOR_ANSWER = "waits_for_an_answer"
    UNCLEAR = "unclear"
    OTHER = "other"


class QueuePage(Frozen):
    """A page of the queue."""

    rows: tuple[QueueRow, ...]
    after: QueueCursor | None
    """Where the next page begins; None on the last."""


class AtProcessor(Frozen):
    """A case that waits for its processor, and for nobody here."""

    case_id: str
    stage: str
    """One of `AT_PROCESSOR_STAGES`."""
    since: AwareDatetime


class _Order(NamedTuple):
    key: LiteralString
    by: LiteralString
    after: LiteralString


_ORDERS: dict[QueueOrder, _Order] = {
    QueueOrder.DUE: _Order("q.due", "q.due, q.case_id", "(q.due, q.case_id) > (%(key)s::timestamptz, %(after)s)"),
    QueueOrder.VALUE: _Order(
        "q.worth_cents",
        "q.worth_cents desc, q.case_id",
        "(q.worth_cents < %(key)s::bigint or (q.worth_cents = %(key)s::bigint and q.case_id > %(after)s))",
    ),
    QueueOrder.OLDEST: _Order(
        "q.opened_at", "q.opened_at, q.case_id", "(q.opened_at, q.case_id) > (%(key)s::timestamptz, %(after)s)"
    ),
    QueueOrder.PRESSING: _Order(
        "q.rank",
        "q.rank desc, q.case_id",
        "(q.rank < %(key)s::float8 or (q.rank = %(key)s::float8 and q.case_id > %(after)s))",
    ),
}


class Queue(KeepsCases):
    """Reads the queue and hands out cases. Methods raise RecordsUnavailable when the database is down."""

    async def page(
        self, merchant: str, asked: QueueFilter, account: str, after: QueueCursor | None = None, *, limit: int = PAGE
    ) -> QueuePage:
        """The rows of a part of the queue from the cursor on; `account` is who looks."""
        as_of = after.as_of if after else datetime.now(UTC)
        async with self._records.merchant(merchant) as scope:
            await scope.execute(_IN_ORDER)
            if asked.order is not QueueOrder.PRESSING:
                found = await _read(scope, asked, account, asked.order, after, limit + 1)
                return _page(found, as_of, frozenset(), limit)
            close: list[tuple[str, QueueRow]] = []
            if after is None or after.close:
                close = await _read(scope, asked, account, QueueOrder.DUE, after, limit + 1, before=as_of + CLOSE)
            begun = None if after is None or after.close else after
            rest: list[tuple[str, QueueRow]] = []
            if len(close) <= limit:
                left = limit + 1 - len(close)
                rest = await _read(scope, asked, account, QueueOrder.PRESSING, begun, left, since=as_of + CLOSE)
        return _page([*close, *rest], as_of, frozenset(row.line.case_id for _, row in close), limit)

    async def put(self, merchant: str, line: WaitingCase) -> None:
        """Write a case's line anew; CaseUnknown or CaseErased when there is nothing to write it from."""
        async with self._case(merchant, line.case_id, write=True) as case:
            await enter(case.scope, merchant, line)

    async def remove(self, merchant: str, case_id: str) -> None:
        """Take a case out of the queue, an erased one too."""
        async with self._records.merchant(merchant) as scope:
            await leave(scope, case_id)

    async def to_rebuild(self, merchant: str) -> Sequence[str]:
        """The ids of every case that is in the queue, or by its stage belongs there."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select case_id from amends.queue_entry where left_at is null"
                " union select case_id from amends.dispute_case where status = any(%s) order by 1",
                (list(WAITING_STAGES),),
            )
            return [str(row[0]) async for row in cursor]

    async def rows(self, merchant: str, cases: Sequence[str]) -> Mapping[str, QueueRow]:
        """These cases' rows, also of those that have moved on; who never waited has none."""
        query = sql.SQL("select {} from amends.queue_entry q {} where q.case_id = any(%s)").format(ROW_COLUMNS, BESIDE)
        async with self._records.merchant(merchant) as scope:
            rows = [read_row(row) async for row in await scope.execute(query, (list(cases),))]
        return {row.line.case_id: row for row in rows}

    async def changed(self, merchant: str, since: datetime, *, limit: int = 200) -> Sequence[tuple[datetime, QueueRow]]:
        """The rows that changed after the moment, oldest first, each with when."""
        query = sql.SQL(
            "select q.changed_at, {} from amends.queue_entry q {} where q.changed_at > %s"
            " order by q.changed_at limit %s"
        ).format(ROW_COLUMNS, BESIDE)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(query, (since, limit))
            return [(row[0], read_row(row[1:])) async for row in cursor]

    async def at_processor(self, merchant: str, *, limit: int = 20) -> Sequence[AtProcessor]:
        """The cases that wait for a processor, who waits longest first.

        What the processor did, though the case is not closed yet (what it teaches is tried again), waits for none.
        """
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select c.case_id, c.status, c.changed_at from amends.dispute_case c where c.status = any(%s)"
                " and not exists (select from amends.case_outcome o where o.merchant = c.merchant"
                " and o.case_id = c.case_id and o.at > c.changed_at) order by c.changed_at, c.case_id limit %s",
                (list(AT_PROCESSOR_STAGES), limit),
            )
            return [AtProcessor(case_id=case_id, stage=stage, since=since) async for case_id, stage, since in cursor]

    async def counts(self, merchant: str) -> Mapping[QueueView, int]:
        """How many cases each view shows that is the same for everybody."""
        async with self._records.merchant(merchant) as scope:
            row = await (await scope.execute(COUNTS)).fetchone()
        assert row is not None
        return dict(zip(QueueView, row, strict=False))

    async def own_counts(self, merchant: str, account: str) -> Mapping[QueueView, int]:
        """How many cases the views show that depend on who looks, and the skipped ones."""
        async with self._records.merchant(merchant) as scope:
            counts: dict[QueueView, int] = {}
            for view in (QueueView.MINE, QueueView.SKIPPED):
                where = conditions(QueueFilter(view=view), account)
                query = sql.SQL("select count(*) from amends.queue_entry q where {}").format(where.sql)
                row = await (await scope.execute(query, where.values)).fetchone()
                assert row is not None
                counts[view] = row[0]
        return counts

    async def take_next(self, merchant: str, account: str, *, escalated: bool) -> Lease | None:
        """Give the person the best case that nobody holds and they have not passed over; None when there is none.

        Two people who ask at once never get the same case: rows that another transaction is giving away are passed
        by, and one that was given in between is refused by its lease. `escalated` says whether handed-up cases are
        for this person, and so what others propose; nobody is given their own proposal.
        """
        stages = [stage for stage in WAITING_STAGES if escalated or stage != "escalated"]
        for _ in range(_TRIES):
            try:
                async with self._records.merchant(merchant) as scope:
                    await scope.execute(_IN_ORDER)
                    case_id = await _best_free(scope, account, stages, confirms=escalated)
                    if case_id is None:
                        return None
                    lease = await take_in(scope, merchant, case_id, account)
                    await append(scope, actor=account, action="case.served", case_id=case_id)
                    return lease
            except LeaseHeld:
                continue
        return None

    async def skip(self, merchant: str, case_id: str, account: str, reason: SkipReason, words: str = "") -> None:
        """The person passes the case over: their lease ends, and it is not served to them for a while.

        Their own words are sealed under the case's key. CaseUnknown when the merchant has no such case.
        """
        async with self._case(merchant, case_id, write=True) as case:
            sealed = case.seal(words.encode(), "skip", account) if words else None
            await case.scope.execute(
                "insert into amends.queue_skip (merchant, case_id, account_id, until, reason, sealed_words)"
                " values (%s, %s, %s, clock_timestamp() + %s, %s, %s)",
                (merchant, case_id, account, SKIPPED_FOR, reason.value, sealed),
            )
            await case.scope.execute(
                "delete from amends.case_lease where case_id = %s and holder = %s", (case_id, account)
            )
            await touch(case.scope, case_id)
            await append(case.scope, actor=account, action=f"case.skipped.{reason.value}", case_id=case_id)


async def _best_free(scope: Scope, account: str, stages: Sequence[str], *, confirms: bool) -> str | None:
    free: LiteralString = (
        "select q.case_id from amends.queue_entry q where q.left_at is null and q.stage = any(%(stages)s)"  # noqa: S608 -- constants
        " and not exists (select from amends.case_lease l where l.merchant = q.merchant and l.case_id = q.case_id"
        " and l.ends_at > clock_timestamp())"
        " and not exists (select from amends.queue_skip s where s.merchant = q.merchant and s.case_id = q.case_id"
        " and s.account_id = %(account)s and s.until > clock_timestamp())"
        f" and coalesce((select p.account <> %(account)s and %(confirms)s from {PROPOSED}), true)"
    )
    close: LiteralString = f"{free} and q.due <= clock_timestamp() + %(close)s order by q.due, q.case_id"
    rest: LiteralString = f"{free} order by q.rank desc, q.case_id"
    given = {"stages": list(stages), "account": account, "close": CLOSE, "confirms": confirms}
    for query in (close, rest):
        only: LiteralString = f"{query} limit 1 for update of q skip locked"
        row = await (await scope.execute(only, given)).fetchone()
        if row is not None:
            return str(row[0])
    return None


async def _read(
    scope: Scope,
    asked: QueueFilter,
    account: str,
    order: QueueOrder,
    after: QueueCursor | None,
    limit: int,
    *,
    before: datetime | None = None,
    since: datetime | None = None,
) -> list[tuple[str, QueueRow]]:
    """Rows with their sort keys: due up to `before`, or due after `since`, or all."""
    where, sorts = conditions(asked, account), _ORDERS[order]
    values: dict[str, Any] = {**where.values, "limit": limit, "before": before, "since": since}
    parts: list[sql.Composable] = [where.sql]
    if before is not None:
        parts.append(sql.SQL("q.due <= %(before)s"))
    if since is not None:
        parts.append(sql.SQL("q.due > %(since)s"))
    if after is not None:
        parts.append(sql.SQL(sorts.after))
        values |= {"key": after.key, "after": after.case_id}
    # The page is cut off before leases and proposals are joined: a sort over the index reads no more rows than shown.
    query = sql.SQL(
        "select q.sort_key, {columns} from (select q.*, {key}::text as sort_key from amends.queue_entry q"
        " where {where} order by {by} limit %(limit)s) q {beside} order by {by}"
    ).format(
        columns=ROW_COLUMNS,
        key=sql.SQL(sorts.key),
        where=sql.SQL(" and ").join(parts),
        by=sql.SQL(sorts.by),
        beside=BESIDE,
    )
    cursor = await scope.execute(query, values)
    return [(str(row[0]), read_row(row[1:])) async for row in cursor]


def _page(found: Sequence[tuple[str, QueueRow]], as_of: datetime, close: frozenset[str], limit: int) -> QueuePage:
    shown = found[:limit]
    after = None
    if len(found) > limit:
        key, row = shown[-1]
        after = QueueCursor(as_of=as_of, close=row.line.case_id in close, key=key, case_id=row.line.case_id)
    return QueuePage(rows=tuple(row for _, row in shown), after=after)
