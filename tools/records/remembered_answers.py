"""Answers to repeat: a request that comes again under its Idempotency-Key is answered as before and done once."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from tools.records.crypto import derive_secret, open_sealed, seal
from tools.records.records import Records, Scope

KEPT_FOR = timedelta(hours=24)
_CLAIM_LASTS = timedelta(minutes=2)
"""Longer than any request takes; a process that died with the request is waited for that long."""


class OtherRequest(Exception):
    """The key was used for another request."""


class BeingDone(Exception):
    """The first request under the key is still being worked on."""


class RememberedAnswers:
    """Answers by merchant and key, for a day. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._secret = derive_secret(records.master_key, "remembered-answer")

    async def begin(self, merchant: str, key: str, request_sha256: str) -> str | bytes:
        """The right to do the request (a claim, as text), or the answer that was given to it before (bytes).

        OtherRequest when the key stands for another request, BeingDone while the same is being worked on.
        """
        digest, claim = _digest(key), secrets.token_urlsafe(16)
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "delete from amends.remembered_answer where claimed_at < clock_timestamp() - %s", (KEPT_FOR,)
            )
            cursor = await scope.execute(
                "insert into amends.remembered_answer as a (merchant, key_sha256, request_sha256, claim, claim_ends_at)"
                " values (%s, %s, %s, %s, clock_timestamp() + %s) on conflict (merchant, key_sha256) do update"
                " set claim = excluded.claim, claimed_at = clock_timestamp(), claim_ends_at = excluded.claim_ends_at"
                " where a.sealed_answer is null and a.claim_ends_at < clock_timestamp()"
                " and a.request_sha256 = excluded.request_sha256",
                (merchant, digest, request_sha256, claim, _CLAIM_LASTS),
            )
            if cursor.rowcount == 1:
                return claim
            cursor = await scope.execute(
                "select request_sha256, sealed_answer from amends.remembered_answer where key_sha256 = %s", (digest,)
            )
            row = await cursor.fetchone()
        if row is None:
            # Given up between the two statements: whoever asks again finds it free.
            raise BeingDone
        if row[0] != request_sha256:
            raise OtherRequest
        if row[1] is None:
            raise BeingDone
        return open_sealed(self._secret, bytes(row[1]), "answer", merchant, digest)

    async def keep(self, merchant: str, key: str, claim: str, answer: bytes, *, about: str | None = None) -> None:
        """The request is done; this is its answer from now on.

        `about` is what it tells of, `about_case` or `about_order`: an erasure of that takes the answer with it.
        """
        digest = _digest(key)
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "update amends.remembered_answer set sealed_answer = %s, about = %s"
                " where key_sha256 = %s and claim = %s",
                (seal(self._secret, answer, "answer", merchant, digest), about, digest, claim),
            )

    async def give_up(self, merchant: str, key: str, claim: str) -> None:
        """The request was refused and changed nothing; the key is free again."""
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "delete from amends.remembered_answer where key_sha256 = %s and claim = %s and sealed_answer is null",
                (_digest(key), claim),
            )


def about_case(case_id: str) -> str:
    """What an answer that tells of a case is about."""
    return f"case/{case_id}"


def about_order(order_id: str) -> str:
    """What an answer that tells of an order is about."""
    return f"order/{order_id}"


async def erase_answers(scope: Scope, about: Sequence[str]) -> None:
    """Forget every answer about one of these."""
    await scope.execute("delete from amends.remembered_answer where about = any(%s)", (list(about),))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
