"""What is fetched for a dispute before its case can open, and where that stands."""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.audit import append
from tools.records.crypto import new_case_key, open_sealed, seal
from tools.records.records import Records, Scope


class GatheringState(StrEnum):
    """Where a gathering stands."""

    GATHERING = "gathering"
    WAITING = "waiting"
    """The case cannot open without what `why` asks for; it is looked for again and again."""
    OPENED = "opened"
    OVER = "over"
    """No case will open: `why` says for what reason."""


class GatheringStanding(Frozen):
    """A gathering as people see it."""

    processor: str
    dispute: str
    state: GatheringState
    why: str
    case_id: str | None
    changed_at: AwareDatetime


class Gatherings:
    """The gatherings of all merchants; every call names one and sees no other's."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def note(
        self,
        merchant: str,
        processor: str,
        dispute: str,
        state: GatheringState,
        why: str = "",
        case_id: str | None = None,
    ) -> None:
        """Say where the gathering stands; `why` is for people and holds no personal data."""
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "insert into amends.gathering as g (merchant, processor, dispute, state, why, case_id)"
                " values (%s, %s, %s, %s, %s, %s) on conflict (merchant, processor, dispute) do update"
                " set state = excluded.state, why = excluded.why, case_id = excluded.case_id,"
                " changed_at = clock_timestamp()"
                " where (g.state, g.why, g.case_id) is distinct from (excluded.state, excluded.why, excluded.case_id)",
                (merchant, processor, dispute, state.value, why[:1000], case_id),
            )

    async def standings(self, merchant: str, *, limit: int = 1000) -> Sequence[GatheringStanding]:
        """Every gathering, the one changed last first."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select processor, dispute, state, why, case_id, changed_at from amends.gathering"
                " order by changed_at desc limit %s",
                (limit,),
            )
            fields = GatheringStanding.model_fields
            return [GatheringStanding.model_validate(dict(zip(fields, row, strict=True))) async for row in cursor]

    async def keep_piece(self, merchant: str, processor: str, dispute: str, source: str, content: bytes) -> None:
        """Keep what a source gave, in place of what it gave before."""
        place, key, digest = (merchant, processor, dispute, source), new_case_key(), hashlib.sha256(content).hexdigest()
        async with self._records.merchant(merchant) as scope:
            await scope.execute(
                "insert into amends.gathered_piece (merchant, processor, dispute, source, sha256, wrapped, sealed)"
                " values (%s, %s, %s, %s, %s, %s, %s) on conflict (merchant, processor, dispute, source) do update"
                " set sha256 = excluded.sha256, wrapped = excluded.wrapped, sealed = excluded.sealed,"
                " fetched_at = clock_timestamp()",
                (
                    *place,
                    digest,
                    seal(self._records.master_key, key, "piece-key", *place),
                    seal(key, content, "piece", *place),
                ),
            )
            await append(scope, actor=source, action="evidence.gathered", digest=digest)

    async def pieces(self, merchant: str, processor: str, dispute: str) -> Mapping[str, bytes]:
        """What the sources gave, by source."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select source, wrapped, sealed from amends.gathered_piece where processor = %s and dispute = %s"
                " and wrapped is not null",
                (processor, dispute),
            )
            rows = await cursor.fetchall()
        found: dict[str, bytes] = {}
        for source, wrapped, sealed in rows:
            place = (merchant, processor, dispute, source)
            key = open_sealed(self._records.master_key, bytes(wrapped), "piece-key", *place)
            found[source] = open_sealed(key, bytes(sealed), "piece", *place)
        return found


async def erase_gathered(scope: Scope, case_id: str) -> None:
    """Destroy the keys of what was gathered for the case's dispute, and of the snapshot of its order."""
    await scope.execute(
        "update amends.gathered_piece p set wrapped = null from amends.dispute_case c"
        " where c.case_id = %s and p.dispute = c.dispute",
        (case_id,),
    )
    await scope.execute(
        "update amends.order_snapshot s set wrapped = null, buyer = '' from amends.dispute_case c"
        " where c.case_id = %s and s.charge = c.charge",
        (case_id,),
    )
