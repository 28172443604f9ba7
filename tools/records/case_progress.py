"""Where a case stands, what was made for it, what happened to it and what came of it."""

import hashlib
from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import sql

from knowledge.case import CaseKind
from knowledge.judgement.waiting import WAITING_STAGES, WaitingCase
from knowledge.money import Money
from tools.records.canonical import digest_of
from tools.records.case_scope import KeepsCases
from tools.records.case_words import ArtifactSummary, CaseEvent, CaseSummary, CaseUnknown, Outcome
from tools.records.crypto import open_sealed, unwrap_case_key
from tools.records.queue_rows import enter, leave
from tools.records.records import Scope

_SUMMARIES: LiteralString = (
    "select c.case_id, c.kind, c.status, c.sealed_detail, c.opened_at, c.changed_at, c.order_id, c.charge, k.wrapped"
    " from amends.dispute_case c left join amends.case_key k using (merchant, case_id)"
    " where {} order by c.changed_at desc, c.case_id limit %s"
)
_WITH_STATUS = sql.SQL(_SUMMARIES).format(sql.SQL("(%s::text is null or c.status = %s)"))
_ON_PAYMENT = sql.SQL(_SUMMARIES).format(
    sql.SQL("c.charge = (select own.charge from amends.dispute_case own where own.case_id = %s)")
)
_ON_DISPUTE = sql.SQL(_SUMMARIES).format(sql.SQL("c.dispute = %s"))
_ONE = sql.SQL(_SUMMARIES).format(sql.SQL("c.case_id = %s"))


class CaseProgress(KeepsCases):
    """Status, artifacts, timeline and outcome."""

    async def set_status(
        self, merchant: str, case_id: str, status: str, detail: str = "", waits: WaitingCase | None = None
    ) -> None:
        """Move the case to `status`, with a sentence about it; the same again changes nothing.

        `waits` is the case's line in the queue; without it the case waits for nobody and leaves the queue.
        """
        async with self._case(merchant, case_id, write=True) as case:
            if waits is not None:
                await enter(case.scope, merchant, waits)
            elif case.row.status in WAITING_STAGES:
                await leave(case.scope, case_id)
            before = case.row.sealed_detail
            told = case.open(before, "detail").decode() if before is not None else ""
            if (case.row.status, told) == (status, detail):
                return
            sealed = case.seal(detail.encode(), "detail") if detail else None
            await case.scope.execute(
                "update amends.dispute_case set status = %s, sealed_detail = %s, changed_at = clock_timestamp()"
                " where case_id = %s",
                (status, sealed, case_id),
            )
            digest = digest_of({"status": status, "detail": detail})
            await case.scope.execute(
                "insert into amends.case_status (merchant, case_id, seq, status, digest, sealed)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s from amends.case_status where case_id = %s",
                (merchant, case_id, status, digest, case.seal(detail.encode(), "status", digest), case_id),
            )
            await case.chain(f"status.{status}", digest)

    async def status(self, merchant: str, case_id: str) -> str:
        """The case's status; `open` until it is first set. CaseUnknown when there is no such case."""
        return (await self.summary(merchant, case_id)).status

    async def summary(self, merchant: str, case_id: str) -> CaseSummary:
        """The case as lists show it, erased ones included; CaseUnknown when there is no such case."""
        found = await self._summaries(merchant, _ONE, (case_id, 1))
        if not found:
            raise CaseUnknown(f"merchant {merchant} has no case {case_id}")
        return found[0]

    async def list_cases(self, merchant: str, *, status: str | None = None, limit: int = 200) -> Sequence[CaseSummary]:
        """The merchant's cases, the one changed last first."""
        return await self._summaries(merchant, _WITH_STATUS, (status, status, limit))

    async def cases_on_payment(self, merchant: str, case_id: str) -> Sequence[CaseSummary]:
        """Every case about that case's payment, itself included, the one changed last first; 1000 at most.

        CaseUnknown when there is no such case.
        """
        found = await self._summaries(merchant, _ON_PAYMENT, (case_id, 1000))
        if not found:
            raise CaseUnknown(f"merchant {merchant} has no case {case_id}")
        return found

    async def cases_on_dispute(self, merchant: str, dispute: str) -> Sequence[CaseSummary]:
        """The chargeback cases on the processor's dispute, the one changed last first; usually one, none is empty."""
        return await self._summaries(merchant, _ON_DISPUTE, (dispute, 1000))

    async def _summaries(self, merchant: str, query: sql.Composed, given: tuple[Any, ...]) -> list[CaseSummary]:
        async with self._records.merchant(merchant) as scope:
            rows = await (await scope.execute(query, given)).fetchall()
        return [
            CaseSummary(
                case_id=case_id,
                kind=CaseKind(kind),
                status=status,
                detail=self._detail(merchant, case_id, sealed, wrapped),
                opened_at=opened_at,
                changed_at=changed_at,
                order_id=order_id,
                payment_reference=charge,
                erased=wrapped is None,
            )
            for case_id, kind, status, sealed, opened_at, changed_at, order_id, charge, wrapped in rows
        ]

    def _detail(self, merchant: str, case_id: str, sealed: bytes | None, wrapped: bytes | None) -> str:
        if sealed is None or wrapped is None:
            return ""
        key = unwrap_case_key(self._records.master_key, bytes(wrapped), merchant, case_id)
        return open_sealed(key, bytes(sealed), merchant, case_id, "detail").decode()

    async def save_artifact(self, merchant: str, case_id: str, kind: str, name: str, content: bytes) -> str:
        """Keep something made for the case; returns its SHA-256. The same bytes under the same name are kept once."""
        digest = hashlib.sha256(content).hexdigest()
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "insert into amends.artifact (merchant, case_id, seq, kind, name, sha256, size, sealed)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s, %s, %s from amends.artifact where case_id = %s"
                " on conflict (merchant, case_id, sha256, kind, name) do nothing",
                (
                    merchant,
                    case_id,
                    kind,
                    name,
                    digest,
                    len(content),
                    case.seal(content, "artifact", digest),
                    case_id,
                ),
            )
            if cursor.rowcount == 1:
                await case.chain(f"artifact.{kind}", digest)
        return digest

    async def artifact(self, merchant: str, case_id: str, sha256: str) -> bytes:
        """An artifact's bytes; LookupError when the case has none of that digest."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select sealed from amends.artifact where case_id = %s and sha256 = %s limit 1", (case_id, sha256)
            )
            row = await cursor.fetchone()
            if row is None:
                raise LookupError(f"case {case_id} has no artifact {sha256}")
            return case.open(bytes(row[0]), "artifact", sha256)

    async def artifacts(self, merchant: str, case_id: str) -> Sequence[ArtifactSummary]:
        """What was made for the case, oldest first."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select kind, name, sha256, size, saved_at from amends.artifact where case_id = %s order by seq",
                (case_id,),
            )
            return [
                ArtifactSummary(kind=kind, name=name, sha256=sha256, size=size, saved_at=saved_at)
                async for kind, name, sha256, size, saved_at in cursor
            ]

    async def record_event(
        self, merchant: str, case_id: str, actor: str, what: str, detail: str, digest: str = "", *, key: str = ""
    ) -> None:
        """Add to the case's timeline and to the audit chain.

        What may run twice gives a `key` (unique in the case); an event whose key is known already is not added again.
        """
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "select coalesce(max(seq), 0) + 1, bool_or(key = %s) from amends.case_event where case_id = %s",
                (key, case_id),
            )
            row = await cursor.fetchone()
            assert row is not None
            seq, known = row
            if known and key:
                return
            await case.scope.execute(
                "insert into amends.case_event (merchant, case_id, seq, key, actor, what, digest, sealed)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    merchant,
                    case_id,
                    seq,
                    key or None,
                    actor,
                    what,
                    digest,
                    case.seal(detail.encode(), "event", str(seq)),
                ),
            )
            await case.chain(
                f"event.{what}", digest or digest_of({"what": what, "detail": detail, "seq": seq}), actor=actor
            )

    async def has_event(self, merchant: str, case_id: str, key: str) -> bool:
        """Whether an event was recorded under that key."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select from amends.case_event where case_id = %s and key = %s", (case_id, key)
            )
            return await cursor.fetchone() is not None

    async def events(self, merchant: str, case_id: str) -> Sequence[CaseEvent]:
        """The case's timeline, oldest first."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select seq, at, actor, what, digest, sealed from amends.case_event where case_id = %s order by seq",
                (case_id,),
            )
            return [
                CaseEvent(
                    seq=seq,
                    at=at,
                    actor=actor,
                    what=what,
                    detail=case.open(bytes(sealed), "event", str(seq)).decode(),
                    digest=digest,
                )
                async for seq, at, actor, what, digest, sealed in cursor
            ]

    async def save_outcome(self, merchant: str, case_id: str, outcome: str, amount: Money | None) -> None:
        """Keep what came of the case; a later outcome (an appeal) replaces it, the same again changes nothing."""
        async with self._case(merchant, case_id, write=True) as case:
            latest = await _latest_outcome(case.scope, case_id)
            if latest is not None and (latest.outcome, latest.amount) == (outcome, amount):
                return
            await case.scope.execute(
                "insert into amends.case_outcome (merchant, case_id, seq, outcome, amount_minor, currency)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s from amends.case_outcome where case_id = %s",
                (
                    merchant,
                    case_id,
                    outcome,
                    amount.minor if amount else None,
                    amount.currency if amount else None,
                    case_id,
                ),
            )
            content = {"outcome": outcome, "amount": amount.model_dump() if amount else None}
            await case.chain(f"outcome.{outcome}", digest_of(content))

    async def outcome(self, merchant: str, case_id: str) -> Outcome | None:
        """What came of the case, None while it is open; erased cases keep it. CaseUnknown when there is none."""
        await self.summary(merchant, case_id)
        async with self._records.merchant(merchant) as scope:
            return await _latest_outcome(scope, case_id)


async def _latest_outcome(scope: Scope, case_id: str) -> Outcome | None:
    cursor = await scope.execute(
        "select outcome, amount_minor, currency, at from amends.case_outcome where case_id = %s"
        " order by seq desc limit 1",
        (case_id,),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    amount = None if row[1] is None else Money(minor=row[1], currency=row[2])
    return Outcome(outcome=row[0], amount=amount, at=row[3])
