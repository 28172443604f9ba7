"""The inbox of webhooks: stored before they are answered, worked on until something came of them, never lost.

An event is one row per merchant, processor and event id, whatever is told twice, late or out of order. A row is
`waiting` (also while someone has it on lease), `done`, `unmatched` (nobody's case yet; due again by itself as soon as a
case on its dispute exists) or `stuck` (failed `MAX_ATTEMPTS` times, for a person to look at). What came in is sealed
under a key of its own.
"""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple

from psycopg import sql
from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.intake.notice import NoticeKind, WebhookNotice, WebhookProcessor
from tools.records.audit import append
from tools.records.case_words import CaseErased
from tools.records.crypto import new_case_key, open_sealed, seal
from tools.records.records import Records, Scope

MAX_ATTEMPTS = 20
"""With pauses that double from two seconds to one hour, about ten hours."""
_LONGEST_PAUSE = 3600.0


class InboxState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    DONE = "done"
    UNMATCHED = "unmatched"
    STUCK = "stuck"


class Stored(StrEnum):
    """What storing a notice did."""

    NEW = "new"
    RENEWED = "renewed"
    """Known, but told with newer content: it is waiting again."""
    KNOWN = "known"
    """Nothing changed."""


class InboxEntry(Frozen):
    """A notice as the inbox holds it."""

    processor: WebhookProcessor
    event_id: str
    account: str
    """The account whose address it came to."""
    event_type: str
    kind: NoticeKind
    happened_at: AwareDatetime
    dispute: str | None
    charge: str | None
    revision: int
    """How often it was told with newer content, from 1."""
    state: InboxState
    attempts: int
    """Failures since it was last new, renewed or told to be tried again."""
    said: str
    """What came of it, or why it failed."""
    received_at: AwareDatetime


_SHOWN = sql.SQL(
    "w.processor, w.event_id, w.account, w.event_type, w.kind, w.happened_at, w.dispute, w.charge, w.revision,"
    " w.state, w.attempts, w.said, w.received_at"
)
"""In the order of InboxEntry's fields."""

# The newest content wins, by the processor's clock and then by its digest, so that the order of arrival is nothing.
_STORE: LiteralString = """
    insert into amends.webhook_inbox as w (merchant, processor, event_id, account, event_type, kind, happened_at,
        dispute, charge, sha256, wrapped, sealed)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (merchant, processor, event_id) do update set
        account = excluded.account, event_type = excluded.event_type, kind = excluded.kind,
        happened_at = excluded.happened_at, dispute = excluded.dispute, charge = excluded.charge,
        sha256 = excluded.sha256, wrapped = excluded.wrapped, sealed = excluded.sealed,
        revision = w.revision + 1, state = 'waiting', attempts = 0, said = '',
        due_at = clock_timestamp(), changed_at = clock_timestamp()
    where (w.happened_at, w.sha256) < (excluded.happened_at, excluded.sha256)
    returning revision"""

_LEASE = sql.SQL("""
    with due as (
        select i.processor, i.event_id from amends.webhook_inbox i
        where i.due_at <= clock_timestamp() and (i.state = 'waiting' or (i.state = 'unmatched'
            and exists (select from amends.dispute_case c where c.dispute = i.dispute)))
        order by i.due_at, i.processor, i.event_id limit %s for update of i skip locked)
    update amends.webhook_inbox w set state = 'waiting', due_at = clock_timestamp() + make_interval(secs => %s)
    from due where w.processor = due.processor and w.event_id = due.event_id
    returning {}""").format(_SHOWN)

_LISTED = sql.SQL(
    "select {} from amends.webhook_inbox w where (%s::text is null or w.state = %s)"
    " and (%s::text is null or w.dispute = %s) order by w.happened_at desc, w.event_id limit %s"
).format(_SHOWN)
_SETTLE: LiteralString = """
    update amends.webhook_inbox set state = %s, attempts = %s, said = %s, changed_at = clock_timestamp(),
        due_at = clock_timestamp() + make_interval(secs => %s)
    where processor = %s and event_id = %s and revision = %s and state = 'waiting'"""


class _Place(NamedTuple):
    """What a sealed notice is bound to."""

    merchant: str
    processor: str
    event_id: str


class WebhookInbox:
    """The inboxes of all merchants; every call names one and sees no other's."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def store(self, merchant: str, account: str, notice: WebhookNotice, raw: bytes) -> Stored:
        """Keep one notice and the body it came in; when this returns it is committed. Again, it changes nothing."""
        digest = hashlib.sha256(raw).hexdigest()
        place = _Place(merchant, notice.processor.value, notice.event_id)
        key = new_case_key()
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                _STORE,
                (
                    *place,
                    account,
                    notice.event_type,
                    notice.kind.value,
                    notice.at,
                    notice.dispute,
                    notice.charge,
                    digest,
                    seal(self._records.master_key, key, "webhook-key", *place),
                    seal(key, raw, "webhook", *place),
                ),
            )
            row = await cursor.fetchone()
            if row is None:
                return Stored.KNOWN
            await append(scope, actor=notice.processor.value, action="webhook.received", digest=digest)
            return Stored.NEW if row[0] == 1 else Stored.RENEWED

    async def waiting(self, merchant: str, *, limit: int = 20, lease_seconds: float = 60.0) -> Sequence[InboxEntry]:
        """Take up to `limit` notices that are due, for `lease_seconds`; nobody else gets them meanwhile.

        They are returned in the order in which they happened. What is not settled by the end of the lease is due again.
        """
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(_LEASE, (limit, lease_seconds))
            return sorted([_entry(row) async for row in cursor], key=lambda each: (each.happened_at, each.event_id))

    async def done(self, merchant: str, entry: InboxEntry, said: str) -> None:
        """Something came of it. Nothing changes when newer content came meanwhile."""
        await self._settle(merchant, entry, InboxState.DONE, said)

    async def unmatched(self, merchant: str, entry: InboxEntry, said: str) -> None:
        """No case is there to hear of it yet."""
        await self._settle(merchant, entry, InboxState.UNMATCHED, said)

    async def failed(self, merchant: str, entry: InboxEntry, why: str) -> InboxState:
        """It could not be dealt with: due again after a pause, or stuck when that was the last attempt."""
        attempts = entry.attempts + 1
        state = InboxState.STUCK if attempts >= MAX_ATTEMPTS else InboxState.WAITING
        await self._settle(merchant, entry, state, why, attempts, min(2.0**attempts, _LONGEST_PAUSE))
        return state

    async def _settle(
        self, merchant: str, entry: InboxEntry, state: InboxState, said: str, attempts: int = 0, pause: float = 0.0
    ) -> None:
        async with self._records.merchant(merchant) as scope:
            place = (entry.processor.value, entry.event_id, entry.revision)
            await scope.execute(_SETTLE, (state.value, attempts, said[:500], pause, *place))

    async def again(self, merchant: str, processor: WebhookProcessor, event_id: str, *, by: str) -> None:
        """A person has it tried again, whatever came of it; LookupError when there is no such notice."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "update amends.webhook_inbox set state = 'waiting', attempts = 0, due_at = clock_timestamp(),"
                " changed_at = clock_timestamp() where processor = %s and event_id = %s returning sha256",
                (processor.value, event_id),
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"merchant {merchant} has no notice {event_id} of {processor.value}")
            await append(scope, actor=by, action="webhook.again", digest=row[0])

    async def entries(
        self, merchant: str, *, state: InboxState | None = None, dispute: str | None = None, limit: int = 200
    ) -> Sequence[InboxEntry]:
        """The inbox, or what is in one state or about one dispute of it, the latest happening first."""
        wanted = state.value if state else None
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(_LISTED, (wanted, wanted, dispute, dispute, limit))
            return [_entry(row) async for row in cursor]

    async def bodies_about(self, merchant: str, processor: WebhookProcessor, reference: str) -> Sequence[bytes]:
        """Every body that came in with an event of, or on the payment of, `reference`; erased ones are left out."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select event_id, wrapped, sealed from amends.webhook_inbox"
                " where processor = %s and wrapped is not null and (charge = %s or split_part(event_id, ':', 1) = %s)",
                (processor.value, reference, reference),
            )
            rows = [(str(row[0]), bytes(row[1]), bytes(row[2])) async for row in cursor]
        return [self._opened(_Place(merchant, processor.value, event_id), *rest) for event_id, *rest in rows]

    async def raw(self, merchant: str, processor: WebhookProcessor, event_id: str) -> bytes:
        """The body as it came; LookupError when there is no such notice, CaseErased when its case was erased."""
        place = _Place(merchant, processor.value, event_id)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select wrapped, sealed from amends.webhook_inbox where processor = %s and event_id = %s", place[1:]
            )
            row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"merchant {merchant} has no notice {event_id} of {processor.value}")
        if row[0] is None:
            raise CaseErased(f"notice {event_id} was erased with its case; only its digest is left")
        return self._opened(place, bytes(row[0]), bytes(row[1]))

    def _opened(self, place: _Place, wrapped: bytes, sealed: bytes) -> bytes:
        key = open_sealed(self._records.master_key, wrapped, "webhook-key", *place)
        return open_sealed(key, sealed, "webhook", *place)


async def erase_notices(scope: Scope, case_id: str) -> None:
    """Destroy the keys of every notice on the case's dispute and charge."""
    await scope.execute(
        "update amends.webhook_inbox w set wrapped = null from amends.dispute_case c"
        " where c.case_id = %s and (w.dispute = c.dispute or w.charge = c.charge)",
        (case_id,),
    )


def _entry(row: tuple[Any, ...]) -> InboxEntry:
    return InboxEntry.model_validate(dict(zip(InboxEntry.model_fields, row, strict=True)))
