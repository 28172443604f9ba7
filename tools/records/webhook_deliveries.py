"""Deliveries: made of the audit chain by a cursor, claimed, tried, logged, and tried again.

Why of the chain: an entry is written in the transaction of what it tells, entries of one merchant are committed
strictly in their order, and none is ever changed. A cursor over them therefore loses nothing and needs no second writer
beside every change, as an outbox would.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import LiteralString

from psycopg import sql
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CaseKind
from tools.outgoing.events import Event, EventType, event_of, event_type_of
from tools.records.audit import AuditEntry, append
from tools.records.records import Records, Scope

_BATCH = 500
_CLAIM_LASTS = timedelta(minutes=1)
"""Longer than a try takes. A sender that died with it leaves it to the next one after that time."""
_ENTRY: LiteralString = "a.seq, a.at, a.actor, a.action, a.case_id, a.digest, a.prev, a.hash, c.kind"
_SELECT = sql.SQL(
    "select {} from amends.audit_entry a join amends.dispute_case c using (merchant, case_id)"
    " where a.seq > %s and a.seq <= %s order by a.seq limit %s"
).format(sql.SQL(_ENTRY))
_CLAIMED = sql.SQL(
    "select d.endpoint_id, e.url, d.attempts, d.first_due_at, {} from amends.webhook_delivery d"
    " join amends.webhook_endpoint e using (merchant, endpoint_id) join amends.audit_entry a using (merchant, seq)"
    " join amends.dispute_case c on c.merchant = a.merchant and c.case_id = a.case_id"
    " where d.claim = %s order by d.seq"
).format(sql.SQL(_ENTRY))


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class WebhookDelivery(Frozen):
    """One event for one endpoint."""

    endpoint_id: str
    seq: int
    event_type: EventType
    case_id: str
    state: DeliveryState
    attempts: int
    made_at: AwareDatetime
    due_at: AwareDatetime
    done_at: AwareDatetime | None
    last_status: int | None
    """The status of the last answer; None when there was none."""
    last_failure: str


class Claimed(Frozen):
    """A delivery this sender is to try now."""

    merchant: str
    endpoint_id: str
    seq: int
    url: str
    claim: str
    attempts: int
    first_due_at: AwareDatetime
    event: Event


class WebhookDeliveries:
    """Makes, claims and logs deliveries. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def collect(self, merchant: str) -> int:
        """Make the deliveries of what was chained since the last time; returns how many."""
        made = 0
        async with self._records.merchant(merchant) as scope:
            # Two at once queue here, and the second finds the cursor moved on.
            cursor = await scope.execute(
                "select endpoint_id, events, after_seq from amends.webhook_endpoint where removed_at is null"
                " and after_seq < (select seq from amends.audit_head) order by endpoint_id for no key update"
            )
            for endpoint_id, wanted, after in await cursor.fetchall():
                made += await _collect_for(scope, merchant, endpoint_id, frozenset(wanted), after)
        return made

    async def claim(self, merchant: str, limit: int) -> Sequence[Claimed]:
        """Deliveries that are due, for this sender alone; of one case and endpoint only the earliest that is left."""
        claim = secrets.token_urlsafe(12)
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "update amends.webhook_delivery d set claim = %s, claim_ends_at = clock_timestamp() + %s"
                " where (d.endpoint_id, d.seq) in (select w.endpoint_id, w.seq from amends.webhook_delivery w"
                " join amends.webhook_endpoint e using (merchant, endpoint_id)"
                " where w.state = 'pending' and w.due_at <= clock_timestamp() and e.removed_at is null"
                " and (w.claim_ends_at is null or w.claim_ends_at < clock_timestamp())"
                " and not exists (select from amends.webhook_delivery o where o.endpoint_id = w.endpoint_id"
                " and o.case_id = w.case_id and o.seq < w.seq and o.state = 'pending')"
                " order by w.due_at, w.seq limit %s for update of w skip locked)",
                (claim, _CLAIM_LASTS, limit),
            )
            cursor = await scope.execute(_CLAIMED, (claim,))
            rows = await cursor.fetchall()
        claimed: list[Claimed] = []
        for endpoint_id, url, attempts, first_due_at, *entry, kind in rows:
            event = event_of(merchant, _entry(*entry), CaseKind(kind))
            assert event is not None
            claimed.append(
                Claimed(
                    merchant=merchant,
                    endpoint_id=endpoint_id,
                    seq=entry[0],
                    url=url,
                    claim=claim,
                    attempts=attempts,
                    first_due_at=first_due_at,
                    event=event,
                )
            )
        return claimed

    async def tried(
        self, one: Claimed, state: DeliveryState, *, status: int | None, failure: str, pause: timedelta
    ) -> None:
        """Log a try; a pending delivery is tried again after `pause`. Nothing when the claim was lost meanwhile."""
        async with self._records.merchant(one.merchant) as scope:
            cursor = await scope.execute(
                "update amends.webhook_delivery set state = %s, attempts = attempts + 1, claim = null,"
                " claim_ends_at = null, due_at = clock_timestamp() + %s,"
                " done_at = case when %s = 'pending' then null else clock_timestamp() end"
                " where endpoint_id = %s and seq = %s and claim = %s returning attempts",
                (state, pause, state, one.endpoint_id, one.seq, one.claim),
            )
            row = await cursor.fetchone()
            if row is not None:
                await scope.execute(
                    "insert into amends.webhook_attempt (merchant, endpoint_id, seq, attempt, status, failure)"
                    " values (%s, %s, %s, %s, %s, %s)",
                    (one.merchant, one.endpoint_id, one.seq, row[0], status, failure),
                )

    async def log(
        self,
        merchant: str,
        *,
        endpoint_id: str | None = None,
        state: DeliveryState | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 50,
    ) -> Sequence[WebhookDelivery]:
        """Deliveries, the newest event first; `after` is the last one of the page before."""
        seq, endpoint = after or (None, None)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select d.endpoint_id, d.seq, d.event_type, d.case_id, d.state, d.attempts, d.made_at, d.due_at,"
                " d.done_at, t.status, coalesce(t.failure, '') from amends.webhook_delivery d"
                " left join amends.webhook_attempt t on (t.merchant, t.endpoint_id, t.seq, t.attempt)"
                " = (d.merchant, d.endpoint_id, d.seq, d.attempts)"
                " where (%s::text is null or d.endpoint_id = %s) and (%s::text is null or d.state = %s)"
                " and (%s::bigint is null or (d.seq, d.endpoint_id) < (%s, %s))"
                " order by d.seq desc, d.endpoint_id desc limit %s",
                (endpoint_id, endpoint_id, state, state, seq, seq, endpoint, limit),
            )
            return [_delivery(*row) async for row in cursor]

    async def replay(self, merchant: str, endpoint_id: str, seq: int, *, by: str) -> WebhookDelivery:
        """Have a delivery made again, whatever became of it; LookupError when the merchant has no such one."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "update amends.webhook_delivery d set state = 'pending', due_at = clock_timestamp(),"
                " first_due_at = clock_timestamp(), done_at = null from amends.webhook_endpoint e"
                " where e.merchant = d.merchant and e.endpoint_id = d.endpoint_id and e.removed_at is null"
                " and d.endpoint_id = %s and d.seq = %s returning d.event_type, d.case_id, d.attempts, d.made_at,"
                " d.due_at",
                (endpoint_id, seq),
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"merchant {merchant} has no delivery {endpoint_id}.{seq}")
            await append(scope, actor=by, action="webhook_delivery.replayed", case_id=row[1])
        event_type, case_id, attempts, made_at, due_at = row
        return _delivery(
            endpoint_id, seq, event_type, case_id, DeliveryState.PENDING, attempts, made_at, due_at, None, None, ""
        )

    async def events(self, merchant: str, *, after: int, limit: int) -> tuple[Sequence[Event], int]:
        """Events after an entry of the chain, oldest first, and the last entry looked at: where to go on."""
        async with self._records.merchant(merchant) as scope:
            entries, reached = await _entries(scope, after)
        found: list[Event] = []
        for entry, kind in entries:
            if (event := event_of(merchant, entry, kind)) is not None:
                found.append(event)
                if len(found) == limit:
                    return found, entry.seq
        return found, reached


async def _collect_for(scope: Scope, merchant: str, endpoint_id: str, wanted: frozenset[str], after: int) -> int:
    made = 0
    entries, reached = await _entries(scope, after)
    for entry, kind in entries:
        told = event_type_of(entry.action, kind)
        if told is not None and (not wanted or told in wanted):
            await scope.execute(
                "insert into amends.webhook_delivery (merchant, endpoint_id, seq, event_type, case_id, state)"
                " values (%s, %s, %s, %s, %s, 'pending')",
                (merchant, endpoint_id, entry.seq, told, entry.case_id),
            )
            made += 1
    await scope.execute(
        "update amends.webhook_endpoint set after_seq = %s where endpoint_id = %s", (reached, endpoint_id)
    )
    return made


async def _entries(scope: Scope, after: int) -> tuple[list[tuple[AuditEntry, CaseKind]], int]:
    """Entries about cases behind `after`, a batch at most, and how far into the chain that is."""
    # The head first: every entry up to it is committed, and what comes meanwhile is left for the next time.
    head = await (await scope.execute("select seq from amends.audit_head")).fetchone()
    if head is None or head[0] <= after:
        return [], after
    cursor = await scope.execute(_SELECT, (after, head[0], _BATCH))
    entries = [(_entry(*entry), CaseKind(kind)) async for *entry, kind in cursor]
    return entries, entries[-1][0].seq if len(entries) == _BATCH else head[0]


def _entry(
    seq: int, at: datetime, actor: str, action: str, case_id: str, digest: str, prev: str, hashed: str
) -> AuditEntry:
    return AuditEntry(
        seq=seq, at=at, actor=actor, action=action, case_id=case_id, digest=digest, prev=prev, hash=hashed
    )


def _delivery(
    endpoint_id: str,
    seq: int,
    event_type: str,
    case_id: str,
    state: str,
    attempts: int,
    made_at: datetime,
    due_at: datetime,
    done_at: datetime | None,
    status: int | None,
    failure: str,
) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint_id=endpoint_id,
        seq=seq,
        event_type=EventType(event_type),
        case_id=case_id,
        state=DeliveryState(state),
        attempts=attempts,
        made_at=made_at,
        due_at=due_at,
        done_at=done_at,
        last_status=status,
        last_failure=failure,
    )
