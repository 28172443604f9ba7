"""Leases: one person works on a case, for five minutes at a time, as long as their browser gives signs of life."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.audit import append
from tools.records.case_words import CaseUnknown
from tools.records.queue_rows import touch
from tools.records.records import Records, Scope

LASTS = timedelta(minutes=5)
BEAT = timedelta(seconds=30)
"""How often a browser that shows the case keeps its lease."""


class Lease(Frozen):
    """A case in somebody's hands."""

    case_id: str
    holder: str
    """The account's id."""
    token: str
    """Known to the holder's page alone; what changes the case names it."""
    ends_at: AwareDatetime


class LeaseHeld(Exception):
    """Another person works on the case now; `lease` says who and until when."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        super().__init__(f"case {lease.case_id} is in other hands until {lease.ends_at:%H:%M} UTC")


class LeaseLost(Exception):
    """The lease has ended or was taken over: somebody else may have changed the case."""


class Leases:
    """Takes, keeps and ends leases. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def take(self, merchant: str, case_id: str, holder: str, *, over: bool = False) -> Lease:
        """Take the case, or take it again with a new token; LeaseHeld while another person has it, unless `over`.

        CaseUnknown when the merchant has no such case. Taking over is recorded in the audit chain.
        """
        async with self._records.merchant(merchant) as scope:
            return await take_in(scope, merchant, case_id, holder, over=over)

    async def keep(self, merchant: str, case_id: str, token: str) -> Lease:
        """A sign of life: the lease lasts another five minutes; LeaseLost when it is no longer the holder's.

        A lease that has ended is kept too while nobody else took the case.
        """
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "update amends.case_lease set ends_at = clock_timestamp() + %s where case_id = %s and token = %s"
                " returning holder, token, ends_at",
                (LASTS, case_id, token),
            )
            row = await cursor.fetchone()
        if row is None:
            raise LeaseLost(f"case {case_id} is in other hands now")
        return Lease(case_id=case_id, holder=row[0], token=row[1], ends_at=row[2])

    async def give_back(self, merchant: str, case_id: str, token: str) -> None:
        """The holder is done; what is no longer theirs stays as it is."""
        async with self._records.merchant(merchant) as scope:
            given_back = await scope.execute(
                "delete from amends.case_lease where case_id = %s and token = %s", (case_id, token)
            )
            if given_back.rowcount:
                await touch(scope, case_id)

    async def held(self, merchant: str, cases: Sequence[str]) -> dict[str, Lease]:
        """The leases that hold now among these cases, without their tokens."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select case_id, holder, ends_at from amends.case_lease"
                " where case_id = any(%s) and ends_at > clock_timestamp()",
                (list(cases),),
            )
            return {
                case_id: Lease(case_id=case_id, holder=holder, token="", ends_at=ends_at)
                async for case_id, holder, ends_at in cursor
            }


async def take_in(scope: Scope, merchant: str, case_id: str, holder: str, *, over: bool = False) -> Lease:
    """Take the case in a transaction that does more; as `Leases.take`. Last in it, since it may chain an entry."""
    known = await scope.execute("select from amends.dispute_case where case_id = %s for key share", (case_id,))
    if await known.fetchone() is None:
        raise CaseUnknown(f"merchant {merchant} has no case {case_id}")
    cursor = await scope.execute(
        "insert into amends.case_lease as l (merchant, case_id, holder, token, ends_at)"
        " values (%s, %s, %s, %s, clock_timestamp() + %s)"
        " on conflict (merchant, case_id) do update set holder = excluded.holder, token = excluded.token,"
        " taken_at = clock_timestamp(), ends_at = excluded.ends_at"
        " where l.holder = excluded.holder or l.ends_at < clock_timestamp() or %s"
        " returning holder, token, ends_at",
        (merchant, case_id, holder, secrets.token_urlsafe(16), LASTS, over),
    )
    row = await cursor.fetchone()
    if row is None:
        cursor = await scope.execute("select holder, '', ends_at from amends.case_lease where case_id = %s", (case_id,))
        other = await cursor.fetchone()
        assert other is not None
        raise LeaseHeld(Lease(case_id=case_id, holder=other[0], token="", ends_at=other[2]))
    await touch(scope, case_id)
    if over:
        await append(scope, actor=holder, action="lease.taken_over", case_id=case_id)
    return Lease(case_id=case_id, holder=row[0], token=row[1], ends_at=row[2])
