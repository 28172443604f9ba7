"""Endpoints: where a merchant wants to be told of its cases, of what, and with which secret deliveries are signed."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, TypeAdapter

from knowledge.base import Frozen
from tools.outgoing.events import EventType
from tools.records.audit import append
from tools.records.crypto import derive_secret, open_sealed, seal
from tools.records.house import HOUSE
from tools.records.records import Records

OVERLAP = timedelta(hours=24)
"""How long deliveries are signed with the old secret too after it was rotated."""
_MOST = 20


class WebhookEndpoint(Frozen):
    """An endpoint without its secret. `events` empty means all."""

    endpoint_id: str
    url: str
    events: tuple[EventType, ...]
    made_at: AwareDatetime


class WebhookSecret(Frozen):
    """A secret, for as long as deliveries are signed with it."""

    secret: str
    until: AwareDatetime | None = None


_SECRETS = TypeAdapter(tuple[WebhookSecret, ...])


class WebhookEndpoints:
    """Makes and ends endpoints. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._key = derive_secret(records.master_key, "webhook-secrets")

    async def make(
        self, merchant: str, url: str, events: Sequence[EventType], *, by: str
    ) -> tuple[WebhookEndpoint, str]:
        """A new endpoint, told of what happens from now on, and its secret, which is shown this once.

        ValueError when the merchant has twenty already. The address is checked by whoever asks
        (`tools.outgoing.destinations`).
        """
        endpoint_id, secret = f"we_{secrets.token_hex(8)}", _new_secret()
        async with self._records.merchant(HOUSE) as scope:
            await scope.execute(
                "insert into amends.webhook_merchant (merchant, at_merchant) values (%s, %s) on conflict do nothing",
                (HOUSE, merchant),
            )
        async with self._records.merchant(merchant) as scope:
            await append(scope, actor=by, action="webhook_endpoint.made", digest=_digest(endpoint_id))
            # Behind the merchant's chain, which stays locked until the end: two at once count one after the other.
            row = await (
                await scope.execute("select count(*) from amends.webhook_endpoint where removed_at is null")
            ).fetchone()
            assert row is not None
            if row[0] >= _MOST:
                raise ValueError(f"there are {_MOST} endpoints already; remove one first")
            cursor = await scope.execute(
                "insert into amends.webhook_endpoint (merchant, endpoint_id, url, events, sealed_secrets, made_by,"
                " after_seq) select %s, %s, %s, %s, %s, %s, h.seq from amends.audit_head h returning made_at",
                (merchant, endpoint_id, url, list(events), self._seal(merchant, endpoint_id, (secret,)), by),
            )
            made = await cursor.fetchone()
        assert made is not None
        endpoint = WebhookEndpoint(endpoint_id=endpoint_id, url=url, events=tuple(events), made_at=made[0])
        return endpoint, secret.secret

    async def of_merchant(self, merchant: str) -> Sequence[WebhookEndpoint]:
        """The merchant's endpoints, oldest first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select endpoint_id, url, events, made_at from amends.webhook_endpoint where removed_at is null"
                " order by made_at, endpoint_id"
            )
            return [
                WebhookEndpoint(endpoint_id=endpoint_id, url=url, events=tuple(map(EventType, events)), made_at=made_at)
                async for endpoint_id, url, events, made_at in cursor
            ]

    async def remove(self, merchant: str, endpoint_id: str, *, by: str) -> None:
        """Tell it nothing more; LookupError when the merchant has no such endpoint."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "update amends.webhook_endpoint set removed_at = clock_timestamp()"
                " where endpoint_id = %s and removed_at is null",
                (endpoint_id,),
            )
            if cursor.rowcount != 1:
                raise LookupError(f"merchant {merchant} has no endpoint {endpoint_id}")
            await append(scope, actor=by, action="webhook_endpoint.removed", digest=_digest(endpoint_id))

    async def rotate(self, merchant: str, endpoint_id: str, *, by: str, overlap: timedelta = OVERLAP) -> str:
        """Another secret; for `overlap` deliveries carry the old one's signature too."""
        fresh = _new_secret()
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select sealed_secrets from amends.webhook_endpoint"
                " where endpoint_id = %s and removed_at is null for no key update",
                (endpoint_id,),
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"merchant {merchant} has no endpoint {endpoint_id}")
            newest = self._open(merchant, endpoint_id, bytes(row[0]))[0]
            old = newest.model_copy(update={"until": datetime.now(UTC) + overlap})
            await scope.execute(
                "update amends.webhook_endpoint set sealed_secrets = %s where endpoint_id = %s",
                (self._seal(merchant, endpoint_id, (fresh, old)), endpoint_id),
            )
            await append(scope, actor=by, action="webhook_endpoint.rotated", digest=_digest(endpoint_id))
        return fresh.secret

    async def secrets(self, merchant: str, endpoint_id: str, now: datetime) -> Sequence[str]:
        """What deliveries to the endpoint are signed with now, the newest first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select sealed_secrets from amends.webhook_endpoint where endpoint_id = %s", (endpoint_id,)
            )
            row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"merchant {merchant} has no endpoint {endpoint_id}")
        kept = self._open(merchant, endpoint_id, bytes(row[0]))
        return [each.secret for each in kept if each.until is None or each.until > now]

    async def merchants(self) -> Sequence[str]:
        """Every merchant that has, or had, an endpoint."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute("select at_merchant from amends.webhook_merchant order by at_merchant")
            return [str(row[0]) async for row in cursor]

    def _seal(self, merchant: str, endpoint_id: str, kept: tuple[WebhookSecret, ...]) -> bytes:
        return seal(self._key, _SECRETS.dump_json(kept), "webhook-secrets", merchant, endpoint_id)

    def _open(self, merchant: str, endpoint_id: str, sealed: bytes) -> tuple[WebhookSecret, ...]:
        return _SECRETS.validate_json(open_sealed(self._key, sealed, "webhook-secrets", merchant, endpoint_id))


def _new_secret() -> WebhookSecret:
    return WebhookSecret(secret=f"whsec_{secrets.token_urlsafe(32)}")


def _digest(endpoint_id: str) -> str:
    return hashlib.sha256(endpoint_id.encode()).hexdigest()
