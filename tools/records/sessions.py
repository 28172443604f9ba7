"""Sessions of signed-in people: a random token in their browser, its digest here, and an end."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.rules.authority import Permission, Role, permissions_of
from tools.records.audit import append
from tools.records.house import HOUSE
from tools.records.records import Records

LASTS = timedelta(hours=12)
"""A working day; then the person signs in again."""
_IDLE = timedelta(hours=1)
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept: not every page view is a write."""


class SignedIn(Frozen):
    """Who is signed in, at which merchant, in which role."""

    account_id: str
    name: str
    email: str
    merchant: str
    role: Role
    merchants: tuple[str, ...]
    """Every merchant the person has a role at."""
    ends_at: AwareDatetime

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return permission in permissions_of(self.role)


class OpenSession(Frozen):
    """A session as its owner sees it."""

    session_id: str
    """The beginning of the token's digest: names the session, opens nothing."""
    merchant: str
    begun_at: AwareDatetime
    seen_at: AwareDatetime
    ends_at: AwareDatetime
    this_one: bool


class Sessions:
    """Opens, finds and ends sessions. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def begin(self, account_id: str, merchant: str) -> str:
        """Sign the person in at the merchant; the token for their browser. LookupError when they have no role there."""
        token = secrets.token_urlsafe(32)
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "insert into amends.session (merchant, token_sha256, account_id, at_merchant, ends_at)"
                " select m.merchant, %s, m.account_id, m.at_merchant, clock_timestamp() + %s"
                " from amends.membership m join amends.account a using (merchant, account_id)"
                " where m.account_id = %s and m.at_merchant = %s and not a.disabled",
                (_digest(token), LASTS, account_id, merchant),
            )
            if cursor.rowcount != 1:
                raise LookupError(f"account {account_id} has no role at {merchant}")
            # What has ended is of no use to anybody.
            await scope.execute("delete from amends.session where ends_at < clock_timestamp()")
        async with self._records.merchant(merchant) as scope:
            await append(scope, actor=account_id, action="session.begun")
        return token

    async def find(self, token: str, *, used: bool = True) -> SignedIn | None:
        """Whose session it is; None when it has ended, was idle for an hour, or the person may do nothing there.

        `used` is False for what a page asks by itself, which keeps no session from being idle.
        """
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select s.account_id, a.name, a.email, s.at_merchant, m.role, s.ends_at,"
                " s.seen_at < clock_timestamp() - %s, (select array_agg(o.at_merchant order by o.at_merchant)"
                " from amends.membership o where o.account_id = s.account_id)"
                " from amends.session s join amends.account a using (merchant, account_id)"
                " join amends.membership m using (merchant, account_id, at_merchant)"
                " where s.token_sha256 = %s and not a.disabled and s.ends_at > clock_timestamp()"
                " and s.seen_at > clock_timestamp() - %s",
                (_SEEN_EVERY, _digest(token), _IDLE),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            if used and row[6]:
                await scope.execute(
                    "update amends.session set seen_at = clock_timestamp() where token_sha256 = %s", (_digest(token),)
                )
        return SignedIn(
            account_id=row[0],
            name=row[1],
            email=row[2],
            merchant=row[3],
            role=Role(row[4]),
            merchants=tuple(row[7]),
            ends_at=row[5],
        )

    async def go_to(self, token: str, merchant: str) -> None:
        """Turn to another merchant; LookupError when the person has no role there, told as if it did not exist."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "update amends.session s set at_merchant = m.at_merchant from amends.membership m"
                " where m.merchant = s.merchant and m.account_id = s.account_id and m.at_merchant = %s"
                " and s.token_sha256 = %s",
                (merchant, _digest(token)),
            )
            if cursor.rowcount != 1:
                raise LookupError(f"there is no merchant {merchant}")

    async def end(self, token: str) -> None:
        """Sign out; a session that is none is no error."""
        async with self._records.merchant(HOUSE) as scope:
            await scope.execute("delete from amends.session where token_sha256 = %s", (_digest(token),))

    async def open_of(self, account_id: str, token: str = "") -> Sequence[OpenSession]:
        """The person's sessions that have not ended, the latest used first; `token` marks one as this browser's."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select left(token_sha256, 16), at_merchant, begun_at, seen_at, ends_at, token_sha256 = %s"
                " from amends.session where account_id = %s and ends_at > clock_timestamp()"
                " and seen_at > clock_timestamp() - %s order by seen_at desc, token_sha256",
                (_digest(token), account_id, _IDLE),
            )
            fields = OpenSession.model_fields
            return [OpenSession.model_validate(dict(zip(fields, row, strict=True))) async for row in cursor]

    async def end_of(self, account_id: str, *, session_id: str | None = None, by: str) -> int:
        """End one of the person's sessions, or all; returns how many ended."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "delete from amends.session where account_id = %s"
                " and (%s::text is null or left(token_sha256, 16) = %s)",
                (account_id, session_id, session_id),
            )
            await append(scope, actor=by, action="session.ended")
            return cursor.rowcount


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
