"""Staff: accounts, what each may do at which merchant, and the check of a password with its lockout."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from psycopg.errors import UniqueViolation
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.rules.authority import Role
from tools.records.audit import append
from tools.records.house import HOUSE
from tools.records.passwords import hash_password, is_outdated, is_password
from tools.records.records import Records, Scope

_FAILURES = 10
"""Wrong passwords in a row before the account is closed for a while."""
_LOCKED_FOR = timedelta(minutes=15)


class StaffMember(Frozen):
    """A person with an account."""

    account_id: str
    email: str
    name: str
    disabled: bool
    with_password: bool
    locked_until: AwareDatetime | None
    roles: dict[str, Role]
    """By merchant."""


class AccountLocked(Exception):
    """Too many wrong passwords; the message says until when."""


class Staff:
    """The accounts of the installation. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def add(self, email: str, name: str, *, password: str | None = None, by: str) -> str:
        """A new account's id. ValueError names the field: an address that is taken or is none, a weak password."""
        address = normal_email(email)
        if not name.strip() or len(name) > 100:
            raise ValueError("name: write 1 to 100 characters")
        hashed = None if password is None else await hash_password(password)
        account_id = f"a_{secrets.token_hex(8)}"
        try:
            async with self._records.merchant(HOUSE) as scope:
                await scope.execute(
                    "insert into amends.account (merchant, account_id, email, name, password_hash)"
                    " values (%s, %s, %s, %s, %s)",
                    (HOUSE, account_id, address, name.strip(), hashed),
                )
                await append(scope, actor=by, action="staff.added", digest="")
        except UniqueViolation:
            raise ValueError(f"email: {address} has an account already") from None
        return account_id

    async def grant(self, account_id: str, merchant: str, role: Role, *, by: str) -> None:
        """Give the person the role at the merchant, in place of any other there; LookupError without such account."""
        async with self._records.merchant(HOUSE) as scope:
            await _lock(scope, account_id)
            await scope.execute(
                "insert into amends.membership (merchant, account_id, at_merchant, role) values (%s, %s, %s, %s)"
                " on conflict (merchant, account_id, at_merchant) do update set role = excluded.role,"
                " given_at = clock_timestamp()",
                (HOUSE, account_id, merchant, role.value),
            )
            await append(scope, actor=by, action=f"staff.granted.{role.value}")

    async def revoke(self, account_id: str, merchant: str, *, by: str) -> None:
        """Take every role at the merchant from the person, and their sessions there."""
        async with self._records.merchant(HOUSE) as scope:
            await _lock(scope, account_id)
            given = (account_id, merchant)
            await scope.execute("delete from amends.membership where account_id = %s and at_merchant = %s", given)
            await scope.execute("delete from amends.session where account_id = %s and at_merchant = %s", given)
            await append(scope, actor=by, action="staff.revoked")

    async def set_password(self, account_id: str, password: str, *, by: str) -> None:
        """Another password; open sessions end. ValueError when it is weak, LookupError without such account."""
        hashed = await hash_password(password)
        async with self._records.merchant(HOUSE) as scope:
            await _lock(scope, account_id)
            await scope.execute(
                "update amends.account set password_hash = %s, failures = 0, locked_until = null where account_id = %s",
                (hashed, account_id),
            )
            await scope.execute("delete from amends.session where account_id = %s", (account_id,))
            await append(scope, actor=by, action="staff.password_set")

    async def set_disabled(self, account_id: str, disabled: bool, *, by: str) -> None:
        """Close the account, ending its sessions, or open it again."""
        async with self._records.merchant(HOUSE) as scope:
            await _lock(scope, account_id)
            await scope.execute("update amends.account set disabled = %s where account_id = %s", (disabled, account_id))
            if disabled:
                await scope.execute("delete from amends.session where account_id = %s", (account_id,))
            await append(scope, actor=by, action="staff.disabled" if disabled else "staff.enabled")

    async def members(self, merchant: str | None = None) -> Sequence[StaffMember]:
        """Everybody, or who has a role at the merchant; by name."""
        async with self._records.merchant(HOUSE) as scope:
            return [one for one in await _members(scope, None) if merchant is None or merchant in one.roles]

    async def by_identity(self, identity_sha256: str) -> StaffMember | None:
        """The account that was bound to this person of the identity provider."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select email from amends.account where identity_sha256 = %s", (identity_sha256,)
            )
            row = await cursor.fetchone()
            found = [] if row is None else await _members(scope, row[0])
        return found[0] if found else None

    async def bind_identity(self, account_id: str, identity_sha256: str) -> bool:
        """Bind the account to a person of the identity provider; False when it is bound to another."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "update amends.account set identity_sha256 = %s where account_id = %s and identity_sha256 is null",
                (identity_sha256, account_id),
            )
            if cursor.rowcount == 1:
                await append(scope, actor=account_id, action="staff.identity_bound", digest=identity_sha256)
            return cursor.rowcount == 1

    async def find(self, email: str) -> StaffMember | None:
        """The account of an address."""
        async with self._records.merchant(HOUSE) as scope:
            found = await _members(scope, normal_email(email))
        return found[0] if found else None

    async def check_password(self, email: str, password: str) -> StaffMember | None:
        """The person whose password it is; None for a wrong one, an unknown address or a closed account.

        AccountLocked after ten wrong ones in a row, also for the right one, for a quarter of an hour.
        """
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select account_id, password_hash, disabled, locked_until from amends.account"
                " where email = %s and (locked_until is null or locked_until < clock_timestamp())",
                (email.strip().lower(),),
            )
            row = await cursor.fetchone()
            if row is None:
                await self._refuse_locked(scope, email)
        right = await is_password(row[1] if row else None, password)
        if row is None or row[2]:
            return None
        account_id = str(row[0])
        fresh = await hash_password(password) if right and is_outdated(row[1]) else None
        async with self._records.merchant(HOUSE) as scope:
            if not right:
                await scope.execute(
                    "update amends.account set failures = (failures + 1) %% %s, locked_until = case"
                    " when failures + 1 >= %s then clock_timestamp() + %s end where account_id = %s",
                    (_FAILURES, _FAILURES, _LOCKED_FOR, account_id),
                )
                return None
            await scope.execute(
                "update amends.account set failures = 0, password_hash = coalesce(%s, password_hash)"
                " where account_id = %s",
                (fresh, account_id),
            )
            found = await _members(scope, email.strip().lower())
        return found[0] if found else None

    async def _refuse_locked(self, scope: Scope, email: str) -> None:
        cursor = await scope.execute(
            "select locked_until from amends.account where email = %s", (email.strip().lower(),)
        )
        row = await cursor.fetchone()
        if row is not None and row[0] is not None:
            raise AccountLocked(f"too many wrong passwords; the account opens again at {row[0]:%H:%M} UTC")


def normal_email(email: str) -> str:
    """The address as accounts are found by it; ValueError when it is none."""
    address = email.strip().lower()
    name, at, host = address.partition("@")
    if not (name and at and host and "@" not in host) or len(address) > 200 or any(c.isspace() for c in address):
        raise ValueError("email: write an address, for example ana@shop.example")
    return address


async def _lock(scope: Scope, account_id: str) -> None:
    cursor = await scope.execute("select from amends.account where account_id = %s for no key update", (account_id,))
    if await cursor.fetchone() is None:
        raise LookupError(f"there is no account {account_id}")


async def _members(scope: Scope, email: str | None) -> list[StaffMember]:
    cursor = await scope.execute(
        "select a.account_id, a.email, a.name, a.disabled, a.password_hash is not null, a.locked_until,"
        " coalesce(jsonb_object_agg(m.at_merchant, m.role) filter (where m.role is not null), '{}')"
        " from amends.account a left join amends.membership m using (merchant, account_id)"
        " where (%s::text is null or a.email = %s) group by a.merchant, a.account_id order by a.name, a.account_id",
        (email, email),
    )
    return [
        StaffMember(
            account_id=account_id,
            email=address,
            name=name,
            disabled=disabled,
            with_password=with_password,
            locked_until=locked,
            roles=_roles(roles),
        )
        async for account_id, address, name, disabled, with_password, locked, roles in cursor
    ]


def _roles(roles: Mapping[str, str]) -> dict[str, Role]:
    return {merchant: Role(role) for merchant, role in sorted(roles.items())}
