"""What is due to be erased: older than its kind is kept, with nothing that stands against it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import LiteralString, NamedTuple

from knowledge.rules.retention import RetentionKind, RetentionPolicy
from tools.records.audit import append
from tools.records.erasure import Doomed
from tools.records.house import HOUSE
from tools.records.records import Records

BATCH = 200
"""Erased in one transaction: a run may be stopped between two of them."""
_ONCE_A_DAY = timedelta(hours=20)
"""Less than a day, so that the hour of the run does not wander."""
_CASES: LiteralString = """
    select c.case_id, c.dispute from amends.dispute_case c join amends.case_key k using (merchant, case_id)
    where c.kind = %(kind)s and c.status = 'closed' and c.changed_at < %(before)s
        and not exists (select from amends.legal_hold h where h.case_id = c.case_id and h.lifted_at is null)
        and not exists (select from amends.ledger_entry e where e.case_id = c.case_id
            and e.state in ('reserved', 'pending'))
    order by c.changed_at, c.case_id limit %(most)s"""
# An order whose case is open, or kept by a hold, is kept with it.
_ORDERS: LiteralString = """
    select s.order_id from amends.order_snapshot s where s.wrapped is not null and s.placed_at < %(before)s
        and not exists (select from amends.dispute_case c where c.charge = s.charge and (c.status <> 'closed'
            or exists (select from amends.legal_hold h where h.case_id = c.case_id and h.lifted_at is null)))
    order by s.placed_at, s.order_id limit %(most)s"""
_NOTICES: LiteralString = """
    select w.processor, w.event_id from amends.webhook_inbox w where w.wrapped is not null
        and w.received_at < %(before)s and w.state <> 'waiting'
        and not exists (select from amends.dispute_case c where (c.charge = w.charge or c.dispute = w.dispute)
            and (c.status <> 'closed'
            or exists (select from amends.legal_hold h where h.case_id = c.case_id and h.lifted_at is null)))
    order by w.received_at, w.event_id limit %(most)s"""
_PIECES: LiteralString = """
    select p.processor, p.dispute, p.source from amends.gathered_piece p
        join amends.gathering g using (merchant, processor, dispute)
    where p.wrapped is not null and p.fetched_at < %(before)s and g.state in ('opened', 'over')
    order by p.fetched_at, p.dispute, p.source limit %(most)s"""


class Due(NamedTuple):
    """What is due of one kind, at most a batch."""

    kind: RetentionKind
    doomed: Doomed


class DueRecords:
    """Finds what is due; erases nothing itself but sessions and invitations that have ended."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def due(self, merchant: str, policy: RetentionPolicy, now: datetime, *, most: int = BATCH) -> Sequence[Due]:
        """What is due by kind, the oldest first, kinds of which nothing is due left out."""
        found: list[Due] = []
        async with self._records.merchant(merchant) as scope:

            async def rows(kind: RetentionKind, query: LiteralString, case_kind: str = "") -> list[tuple[str, ...]]:
                given = {"kind": case_kind, "before": now - timedelta(days=policy.days(kind)), "most": most}
                return await (await scope.execute(query, given)).fetchall()

            for kind, case_kind in (
                (RetentionKind.REFUND_CASE, "refund"),
                (RetentionKind.CHARGEBACK_CASE, "chargeback"),
            ):
                cases = await rows(kind, _CASES, case_kind)
                disputes = tuple(dispute for _, dispute in cases if dispute)
                found.append(Due(kind, Doomed(cases=tuple(case_id for case_id, _ in cases), disputes=disputes)))
            orders = await rows(RetentionKind.ORDER, _ORDERS)
            found.append(Due(RetentionKind.ORDER, Doomed(orders=tuple(order_id for (order_id,) in orders))))
            notices = await rows(RetentionKind.WEBHOOK, _NOTICES)
            found.append(Due(RetentionKind.WEBHOOK, Doomed(notices=tuple((one[0], one[1]) for one in notices))))
            pieces = await rows(RetentionKind.GATHERED, _PIECES)
            found.append(Due(RetentionKind.GATHERED, Doomed(pieces=tuple((one[0], one[1], one[2]) for one in pieces))))
        return [one for one in found if not one.doomed.nothing]

    async def begin_run(self, merchant: str, *, by: str, again: bool = False) -> bool:
        """Note that a run begins; False when one began less than a day ago, unless `again`."""
        async with self._records.merchant(merchant) as scope:
            # Of several workers that wake at the same hour one runs.
            await scope.execute("select pg_advisory_xact_lock(hashtextextended(amends.current_merchant(), 2))")
            cursor = await scope.execute(
                "insert into amends.retention_run (merchant, ran_by) select %s, %s where %s or not exists"
                " (select from amends.retention_run where ran_at > clock_timestamp() - %s)",
                (merchant, by, again, _ONCE_A_DAY),
            )
            if cursor.rowcount == 1:
                await append(scope, actor=by, action="retention.ran")
            return cursor.rowcount == 1

    async def forget_ended_sessions(self) -> None:
        """Sessions and invitations that have ended are of no use to anybody."""
        async with self._records.merchant(HOUSE) as scope:
            await scope.execute("delete from amends.session where ends_at < clock_timestamp()")
            await scope.execute("delete from amends.invitation where ends_at < clock_timestamp()")

    async def merchants(self) -> set[str]:
        """The merchants at which somebody has a role: nothing else tells whose records there are."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute("select distinct at_merchant from amends.membership")
            return {str(row[0]) async for row in cursor}
