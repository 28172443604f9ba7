"""Links for buyers: who has one opens the page of one case, and of nothing else.

A link is a bearer secret of 256 bits. The records keep its digest and the seed it was made of; the secret itself is an
HMAC-SHA256 of seed, merchant and case under a key derived from the master key, so that later mails of a case carry the
same link. A link ends a year after it was made, when it is revoked, or with `AFTER_CLOSING`, some time after its case
was closed; the case's erasure ends it too.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from knowledge.base import Frozen
from tools.records.audit import append
from tools.records.case_words import CaseErased
from tools.records.cases import CaseRecords
from tools.records.crypto import derive_secret
from tools.records.house import HOUSE
from tools.records.records import Records, Scope

LASTS = timedelta(days=365)
"""No link is for ever, whatever its case does."""
AFTER_CLOSING = timedelta(days=30)
"""How long a closed case can still be looked at, and contested."""
_CLOSED = "closed"


class BuyerLink(Frozen):
    """A link that holds now."""

    merchant: str
    case_id: str
    link_id: str
    """The beginning of its digest: names the link in the audit chain and opens nothing."""


class BuyerLinks:
    """Makes, finds and revokes links. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records, *, lasts: timedelta = LASTS, after_closing: timedelta = AFTER_CLOSING) -> None:
        self._records = records
        self._cases = CaseRecords(records)
        self._secret = derive_secret(records.master_key, "buyer-link")
        self._lasts = lasts
        self._after_closing = after_closing

    async def token(self, merchant: str, case_id: str) -> str:
        """The secret of the case's link, made when it has none that holds.

        CaseUnknown when the merchant has no such case, CaseErased when it was erased.
        """
        await self._refuse_erased(merchant, case_id)
        async with self._records.merchant(HOUSE) as scope:
            await scope.execute(
                "update amends.buyer_link set revoked_at = ends_at where at_merchant = %s and case_id = %s"
                " and revoked_at is null and ends_at <= clock_timestamp()",
                (merchant, case_id),
            )
            seed = await self._seed(scope, merchant, case_id)
        return self._token(seed or await self._make(merchant, case_id), merchant, case_id)

    async def renew(self, merchant: str, case_id: str, *, by: str) -> str:
        """Another link for the case; the one before opens nothing any more."""
        await self.revoke(merchant, case_id, by=by)
        return await self.token(merchant, case_id)

    async def revoke(self, merchant: str, case_id: str, *, by: str) -> None:
        """End the case's link; a case without one is no error. The next mail makes another."""
        await self._refuse_erased(merchant, case_id)
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "update amends.buyer_link set revoked_at = clock_timestamp()"
                " where at_merchant = %s and case_id = %s and revoked_at is null returning token_sha256",
                (merchant, case_id),
            )
            row = await cursor.fetchone()
        if row is not None:
            await self._audit(merchant, case_id, "buyer_link.revoked", row[0], by)

    async def find(self, token: str) -> BuyerLink | None:
        """The case behind a link; None for one that is unknown, revoked or over, which nobody can tell apart."""
        digest = _digest(token)
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "select at_merchant, case_id, seed from amends.buyer_link"
                " where token_sha256 = %s and revoked_at is null and ends_at > clock_timestamp()",
                (digest,),
            )
            row = await cursor.fetchone()
        # The digest finds the row; the secret itself is compared in a time that tells nothing about it.
        merchant, case_id, seed = row or ("", "", "")
        right = hmac.compare_digest(self._token(seed, merchant, case_id).encode(), token.encode())
        if row is None or not right:
            return None
        case = await self._cases.summary(merchant, case_id)
        over = case.status == _CLOSED and case.changed_at + self._after_closing < datetime.now(UTC)
        if case.erased or over:
            return None
        return BuyerLink(merchant=merchant, case_id=case_id, link_id=digest[:16])

    async def _make(self, merchant: str, case_id: str) -> str:
        seed = secrets.token_urlsafe(32)
        digest = _digest(self._token(seed, merchant, case_id))
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute(
                "insert into amends.buyer_link (merchant, token_sha256, seed, at_merchant, case_id, ends_at)"
                " values (%s, %s, %s, %s, %s, clock_timestamp() + %s) on conflict do nothing",
                (HOUSE, digest, seed, merchant, case_id, self._lasts),
            )
            if cursor.rowcount == 0:
                # Another process was first; its link is the case's.
                return await self._seed(scope, merchant, case_id) or seed
        await self._audit(merchant, case_id, "buyer_link.made", digest)
        return seed

    async def _refuse_erased(self, merchant: str, case_id: str) -> None:
        if (await self._cases.summary(merchant, case_id)).erased:
            raise CaseErased(f"case {case_id} was erased; only its digests are left")

    async def _audit(self, merchant: str, case_id: str, action: str, digest: str, actor: str = "amends") -> None:
        async with self._records.merchant(merchant) as scope:
            await append(scope, actor=actor, action=action, case_id=case_id, digest=digest)

    @staticmethod
    async def _seed(scope: Scope, merchant: str, case_id: str) -> str | None:
        cursor = await scope.execute(
            "select seed from amends.buyer_link where at_merchant = %s and case_id = %s and revoked_at is null",
            (merchant, case_id),
        )
        row = await cursor.fetchone()
        return row[0] if row else None

    def _token(self, seed: str, merchant: str, case_id: str) -> str:
        made = hmac.new(self._secret, f"{seed}/{merchant}/{case_id}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
