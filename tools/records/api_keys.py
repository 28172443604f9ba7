"""API keys: what a system shows instead of signing in. Only digests are kept, and each key belongs to one merchant."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import LiteralString

from psycopg import sql
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.rules.authority import Permission
from tools.records.audit import append
from tools.records.house import HOUSE
from tools.records.records import Records, Scope

OVERLAP = timedelta(days=7)
"""How long the old key still opens after it was rotated, when nobody says otherwise."""
_PREFIX = "amends"
_USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept: not every request is a write."""
_SELECT: LiteralString = (
    "select key_id, at_merchant, name, scopes, made_by, made_at, ends_at, used_at, revoked_at, secret_sha256,"
    " coalesce(used_at < clock_timestamp() - %s, true) from amends.api_key where {}"
)
_OPENS: LiteralString = "key_id = %s and revoked_at is null and (ends_at is null or ends_at > clock_timestamp())"
_OF_MERCHANT = sql.SQL(_SELECT).format(sql.SQL("at_merchant = %s order by made_at, key_id"))
_MADE = sql.SQL(_SELECT).format(sql.SQL("key_id = %s"))
_BY_ID = sql.SQL(_SELECT).format(sql.SQL(_OPENS))
_LOCKED = sql.SQL(_SELECT).format(sql.SQL(_OPENS + " and at_merchant = %s for no key update"))


class ApiKey(Frozen):
    """A key without its secret."""

    key_id: str
    merchant: str
    name: str
    """What it is for, as its owner called it."""
    scopes: frozenset[Permission]
    made_by: str
    made_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    used_at: AwareDatetime | None = None
    """To the minute."""
    revoked_at: AwareDatetime | None = None


class NewKey(Frozen):
    """A key that was just made; the secret is shown this once."""

    key: ApiKey
    secret: str


class ApiKeys:
    """Makes, finds and ends keys. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def make(
        self, merchant: str, name: str, scopes: Set[Permission], *, by: str, ends_at: datetime | None = None
    ) -> NewKey:
        """A new key. ValueError names the field: a name that is empty, no scope, an end without time zone."""
        if not name.strip() or len(name) > 100:
            raise ValueError("name: write 1 to 100 characters that say what the key is for")
        if not scopes:
            raise ValueError(f"scopes: name at least one of {', '.join(sorted(Permission))}")
        if ends_at is not None and ends_at.tzinfo is None:
            raise ValueError("ends_at: write the time with its zone")
        async with self._records.merchant(HOUSE) as scope:
            made = await _insert(scope, merchant, name.strip(), scopes, by, ends_at)
        await self._chain(merchant, by, "key.made", made.key.key_id)
        return made

    async def rotate(self, merchant: str, key_id: str, *, by: str, overlap: timedelta = OVERLAP) -> NewKey:
        """Another key with the same name, scopes and end; the old one opens for `overlap` longer.

        LookupError when the merchant has no such key that still opens.
        """
        if overlap < timedelta():
            raise ValueError("overlap: cannot be negative")
        async with self._records.merchant(HOUSE) as scope:
            old = await _locked(scope, merchant, key_id)
            made = await _insert(scope, merchant, old.name, old.scopes, by, old.ends_at)
            await scope.execute(
                "update amends.api_key set ends_at = least(ends_at, clock_timestamp() + %s) where key_id = %s",
                (overlap, key_id),
            )
        await self._chain(merchant, by, "key.rotated", key_id)
        return made

    async def revoke(self, merchant: str, key_id: str, *, by: str) -> None:
        """The key opens nothing from now on; LookupError when the merchant has no such key that still opens."""
        async with self._records.merchant(HOUSE) as scope:
            await _locked(scope, merchant, key_id)
            await scope.execute("update amends.api_key set revoked_at = clock_timestamp() where key_id = %s", (key_id,))
        await self._chain(merchant, by, "key.revoked", key_id)

    async def of_merchant(self, merchant: str) -> Sequence[ApiKey]:
        """The merchant's keys, those that have ended too, oldest first."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(_OF_MERCHANT, (_USED_EVERY, merchant))
            return [_key(*row[:9]) async for row in cursor]

    async def find(self, secret: str) -> ApiKey | None:
        """Whose key it is; None for one that is none, has ended or was revoked."""
        prefix, _, rest = secret.partition("_")
        key_id, _, random = rest.partition("_")
        if prefix != _PREFIX or not random:
            return None
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(_BY_ID, (_USED_EVERY, key_id))
            row = await cursor.fetchone()
            if row is None or not hmac.compare_digest(row[9], _digest(secret)):
                return None
            if row[10]:
                await scope.execute(
                    "update amends.api_key set used_at = clock_timestamp() where key_id = %s", (key_id,)
                )
        return _key(*row[:9])

    async def _chain(self, merchant: str, by: str, action: str, key_id: str) -> None:
        digest = hashlib.sha256(key_id.encode()).hexdigest()
        async with self._records.merchant(merchant) as scope:
            await append(scope, actor=by, action=action, digest=digest)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def _insert(
    scope: Scope, merchant: str, name: str, scopes: Set[Permission], by: str, ends_at: datetime | None
) -> NewKey:
    key_id = secrets.token_hex(8)
    secret = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    await scope.execute(
        "insert into amends.api_key (merchant, key_id, secret_sha256, at_merchant, name, scopes, made_by, ends_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (HOUSE, key_id, _digest(secret), merchant, name, sorted(scope.value for scope in scopes), by, ends_at),
    )
    row = await (await scope.execute(_MADE, (_USED_EVERY, key_id))).fetchone()
    assert row is not None
    return NewKey(key=_key(*row[:9]), secret=secret)


async def _locked(scope: Scope, merchant: str, key_id: str) -> ApiKey:
    row = await (await scope.execute(_LOCKED, (_USED_EVERY, key_id, merchant))).fetchone()
    if row is None:
        raise LookupError(f"merchant {merchant} has no key {key_id} that still opens")
    return _key(*row[:9])


def _key(
    key_id: str,
    merchant: str,
    name: str,
    scopes: Sequence[str],
    made_by: str,
    made_at: datetime,
    ends_at: datetime | None,
    used_at: datetime | None,
    revoked_at: datetime | None,
) -> ApiKey:
    return ApiKey(
        key_id=key_id,
        merchant=merchant,
        name=name,
        scopes=frozenset(Permission(scope) for scope in scopes),
        made_by=made_by,
        made_at=made_at,
        ends_at=ends_at,
        used_at=used_at,
        revoked_at=revoked_at,
    )
