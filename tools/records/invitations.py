"""Invitations: a link with which somebody sets the first password of their account, once and within three days."""

import hashlib
import secrets
from datetime import timedelta

from tools.records.audit import append
from tools.records.house import HOUSE
from tools.records.passwords import hash_password
from tools.records.records import Records

LASTS = timedelta(days=3)


class Invitations:
    """Makes and takes invitations. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def make(self, account_id: str, *, by: str) -> str:
        """The token of a new link, which replaces the person's earlier ones; only its digest is kept.

        LookupError without such account or for a closed one.
        """
        token = secrets.token_urlsafe(32)
        async with self._records.merchant(HOUSE) as scope:
            await scope.execute("delete from amends.invitation where account_id = %s", (account_id,))
            cursor = await scope.execute(
                "insert into amends.invitation (merchant, token_sha256, account_id, made_by, ends_at)"
                " select merchant, %s, account_id, %s, clock_timestamp() + %s from amends.account"
                " where account_id = %s and not disabled",
                (_digest(token), by, LASTS, account_id),
            )
            if cursor.rowcount != 1:
                raise LookupError(f"there is no open account {account_id}")
            await append(scope, actor=by, action="staff.invited")
        return token

    async def whose(self, token: str) -> str | None:
        """The address of whoever is invited by it; None when it was used, replaced, or is too old."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select a.email from amends.invitation i join amends.account a using (merchant, account_id)"
                " where i.token_sha256 = %s and i.ends_at > clock_timestamp() and not a.disabled",
                (_digest(token),),
            )
            row = await cursor.fetchone()
        return None if row is None else str(row[0])

    async def accept(self, token: str, password: str) -> None:
        """Set the password and use the link up; open sessions end.

        ValueError for a weak password, LookupError when the link holds no more.
        """
        hashed = await hash_password(password)
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "delete from amends.invitation i using amends.account a where i.token_sha256 = %s"
                " and i.ends_at > clock_timestamp() and a.account_id = i.account_id and not a.disabled"
                " returning i.account_id",
                (_digest(token),),
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError("the link was used, replaced, or is too old")
            await scope.execute(
                "update amends.account set password_hash = %s, failures = 0, locked_until = null where account_id = %s",
                (hashed, row[0]),
            )
            await scope.execute("delete from amends.session where account_id = %s", (row[0],))
            await append(scope, actor=row[0], action="staff.invitation_taken")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
