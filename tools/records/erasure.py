"""Erasing: what stands against it, the destruction of keys in one transaction, and the record that stays.

Outside the database are a person's messages in the outbox, precedents and workflow histories. What of these belongs to
the erased cases stands in the record, so that an erasure that was interrupted is taken up again.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import LiteralString

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.audit import append
from tools.records.canonical import canonical_json, digest_of
from tools.records.crypto import derive_secret
from tools.records.gatherings import erase_gathered
from tools.records.inbox import erase_notices
from tools.records.persons import FoundPerson, Sought
from tools.records.records import Records, Scope
from tools.records.remembered_answers import about_case, about_order, erase_answers

_LONGEST_REASON = 300


class Why(StrEnum):
    """What an erasure was for."""

    PERSON = "person"
    RETENTION = "retention"


class Obstacle(Frozen):
    """Why a case should be kept."""

    case_id: str
    why: str


class Doomed(Frozen):
    """What an erasure destroys, in ids alone."""

    cases: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()
    pieces: tuple[tuple[str, str, str], ...] = ()
    disputes: tuple[str, ...] = ()
    """Their gatherings' histories go too."""

    @property
    def nothing(self) -> bool:
        """Whether nothing would be destroyed."""
        return not (self.cases or self.orders or self.notices or self.pieces)


class Kept(Frozen):
    """What of the erased stays, and why."""

    what: str
    count: int
    why: str


class ErasureRecord(Frozen):
    """What was erased. No personal data: ids, counts, and a keyed digest of whom it was asked for."""

    why: Why
    subject: str
    """HMAC-SHA256, under a secret of the installation, of the address, id or order; empty for retention."""
    doomed: Doomed
    kept: tuple[Kept, ...]
    forced_because: str = ""
    """The reason for which obstacles were overruled; names nobody."""
    overruled: tuple[Obstacle, ...] = ()


class Erasure(Frozen):
    """An erasure that was begun."""

    erasure_id: str
    record: ErasureRecord
    digest: str
    begun_at: AwareDatetime
    done_at: AwareDatetime | None


class ErasureRefused(ValueError):
    """Something stands against it; the message names each case and why, and how to go on."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        told = "; ".join(f"case {one.case_id}: {one.why}" for one in obstacles)
        super().__init__(f"{told}. Settle these first, or force the erasure with a reason")


_OBSTACLES: LiteralString = """
    select c.case_id, 'is under legal hold' from amends.dispute_case c
        join amends.legal_hold h using (merchant, case_id)
        where c.case_id = any(%(cases)s) and h.lifted_at is null
    union all
    select c.case_id, case c.kind when 'chargeback' then 'the chargeback is open (' else 'is open (' end || c.status
            || ')'
        from amends.dispute_case c where c.case_id = any(%(cases)s) and c.status <> 'closed'
    union all
    select distinct e.case_id, 'a refund of it is under way' from amends.ledger_entry e
        where e.case_id = any(%(cases)s) and e.state in ('reserved', 'pending') and e.kind <> 'chargeback'
    order by 1, 2"""
_KEPT: LiteralString = """
    select (select count(*) from amends.ledger_entry where case_id = any(%(cases)s)),
        (select count(*) from amends.case_outcome where case_id = any(%(cases)s))
            + (select count(*) from amends.closed_dispute where case_id = any(%(cases)s)),
        (select count(*) from amends.audit_entry where case_id = any(%(cases)s))"""


class Erasures:
    """Erases; methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def obstacles(self, merchant: str, cases: Sequence[str]) -> Sequence[Obstacle]:
        """What stands against erasing these cases: a legal hold, an open case, a refund under way."""
        async with self._records.merchant(merchant) as scope:
            return await _obstacles(scope, cases)

    async def kept(self, merchant: str, cases: Sequence[str]) -> Sequence[Kept]:
        """What stays of these cases."""
        async with self._records.merchant(merchant) as scope:
            return await _kept(scope, cases)

    async def of_person(
        self, merchant: str, sought: Sought, found: FoundPerson, *, by: str, forced_because: str = ""
    ) -> Erasure:
        """Destroy every key of the person; ErasureRefused when something stands against it and no reason is given."""
        subject = hmac.new(
            derive_secret(self._records.master_key, "erasure-subject"), sought.words().encode(), hashlib.sha256
        )
        doomed = Doomed(
            cases=tuple(case.case_id for case in found.cases),
            orders=found.orders,
            notices=found.notices,
            pieces=found.pieces,
            disputes=found.disputes,
        )
        _refuse_naming(forced_because, found)
        return await self._erase(merchant, doomed, Why.PERSON, by, subject.hexdigest(), forced_because)

    async def of_due(self, merchant: str, doomed: Doomed, *, by: str) -> Erasure:
        """Destroy what is not to be kept any longer; nothing overrules an obstacle here."""
        return await self._erase(merchant, doomed, Why.RETENTION, by)

    async def _erase(
        self, merchant: str, doomed: Doomed, why: Why, by: str, subject: str = "", forced_because: str = ""
    ) -> Erasure:
        erasure_id = f"e_{secrets.token_hex(8)}"
        async with self._records.merchant(merchant) as scope:
            # Whoever writes to one of these cases has finished, or will find its key gone.
            await scope.execute(
                "select from amends.dispute_case where case_id = any(%s) order by case_id for no key update",
                (list(doomed.cases),),
            )
            obstacles = await _obstacles(scope, doomed.cases)
            if obstacles and not forced_because:
                raise ErasureRefused(obstacles)
            record = ErasureRecord(
                why=why,
                subject=subject,
                doomed=doomed,
                kept=tuple(await _kept(scope, doomed.cases)),
                forced_because=forced_because,
                overruled=tuple(obstacles),
            )
            digest = digest_of(record)
            await _destroy(scope, doomed)
            cursor = await scope.execute(
                "insert into amends.erasure (merchant, erasure_id, why, record, digest, asked_by)"
                " values (%s, %s, %s, %s, %s, %s) returning begun_at",
                (merchant, erasure_id, why.value, canonical_json(record).decode(), digest, by),
            )
            row = await cursor.fetchone()
            assert row is not None
            for case_id in doomed.cases:
                await append(scope, actor=by, action="case.erased", case_id=case_id)
            await append(scope, actor=by, action=f"erasure.{why.value}", digest=digest)
        return Erasure(erasure_id=erasure_id, record=record, digest=digest, begun_at=row[0], done_at=None)

    async def unfinished(self, merchant: str) -> Sequence[Erasure]:
        """Erasures whose messages, precedents or histories may still be there, the oldest first."""
        return [one for one in await self.all(merchant) if one.done_at is None]

    async def all(self, merchant: str) -> Sequence[Erasure]:
        """Every erasure, the oldest first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select erasure_id, record, digest, begun_at, done_at from amends.erasure order by begun_at, erasure_id"
            )
            return [
                Erasure(
                    erasure_id=erasure_id,
                    record=ErasureRecord.model_validate_json(json.dumps(record)),
                    digest=digest,
                    begun_at=begun_at,
                    done_at=done_at,
                )
                async for erasure_id, record, digest, begun_at, done_at in cursor
            ]

    async def done(self, merchant: str, erasure: Erasure, *, by: str) -> None:
        """Nothing of it is left outside the database either."""
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "update amends.erasure set done_at = clock_timestamp() where erasure_id = %s and done_at is null",
                (erasure.erasure_id,),
            )
            await append(scope, actor=by, action="erasure.done", digest=erasure.digest)


def _refuse_naming(reason: str, found: FoundPerson) -> None:
    if len(reason) > _LONGEST_REASON:
        raise ValueError(f"force: write at most {_LONGEST_REASON} characters")
    if any(word and word in reason.casefold() for word in (*found.emails, *map(str.casefold, found.buyers))):
        raise ValueError("force: the reason stays in the records; write it without naming the person")


async def _obstacles(scope: Scope, cases: Sequence[str]) -> list[Obstacle]:
    cursor = await scope.execute(_OBSTACLES, {"cases": list(cases)})
    return [Obstacle(case_id=case_id, why=why) async for case_id, why in cursor]


async def _kept(scope: Scope, cases: Sequence[str]) -> list[Kept]:
    row = await (await scope.execute(_KEPT, {"cases": list(cases)})).fetchone()
    assert row is not None
    reasons = (
        ("entries of the ledger", "books of account: amounts and references, nobody's name"),
        ("outcomes", "win rates and the books; nobody's name"),
        ("entries of the audit chain", "digests: the chain must verify"),
    )
    return [Kept(what=what, count=count, why=why) for (what, why), count in zip(reasons, row, strict=True) if count]


async def _destroy(scope: Scope, doomed: Doomed) -> None:
    for case_id in doomed.cases:
        await erase_notices(scope, case_id)
        await erase_gathered(scope, case_id)
    await scope.execute("delete from amends.case_key where case_id = any(%s)", (list(doomed.cases),))
    await scope.execute("delete from amends.case_lease where case_id = any(%s)", (list(doomed.cases),))
    await scope.execute("delete from amends.queue_entry where case_id = any(%s)", (list(doomed.cases),))
    await erase_answers(scope, [*map(about_case, doomed.cases), *map(about_order, doomed.orders)])
    await scope.execute(
        "update amends.order_snapshot set wrapped = null, buyer = '' where order_id = any(%s)", (list(doomed.orders),)
    )
    for processor, event_id in doomed.notices:
        await scope.execute(
            "update amends.webhook_inbox set wrapped = null where processor = %s and event_id = %s",
            (processor, event_id),
        )
    for place in doomed.pieces:
        await scope.execute(
            "update amends.gathered_piece set wrapped = null where processor = %s and dispute = %s and source = %s",
            place,
        )
