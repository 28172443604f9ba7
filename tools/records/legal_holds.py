"""Legal holds: a case that must not be erased, neither by retention nor, without a reason, on somebody's request."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.case_scope import KeepsCases


class LegalHold(Frozen):
    """A hold as it stands or stood."""

    case_id: str
    reason: str
    held_by: str
    held_at: AwareDatetime
    lifted_by: str | None
    lifted_at: AwareDatetime | None


class LegalHolds(KeepsCases):
    """Sets and lifts holds. CaseUnknown for an absent case, CaseErased when it is too late."""

    async def hold(self, merchant: str, case_id: str, reason: str, *, by: str) -> None:
        """Hold the case; ValueError without a reason, or when it is held already."""
        if not reason.strip() or len(reason) > 1000:
            raise ValueError("reason: say in 1 to 1000 characters why the case must be kept")
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "insert into amends.legal_hold (merchant, case_id, seq, sealed, held_by)"
                " select %s, %s, coalesce(max(seq), 0) + 1, %s, %s from amends.legal_hold where case_id = %s"
                " having coalesce(bool_and(lifted_at is not null), true)",
                (merchant, case_id, case.seal(reason.strip().encode(), "hold"), by, case_id),
            )
            if cursor.rowcount != 1:
                raise ValueError(f"case {case_id} is under legal hold already")
            await case.chain("hold.set", "", actor=by)

    async def lift(self, merchant: str, case_id: str, *, by: str) -> None:
        """End the hold; ValueError when there is none."""
        async with self._case(merchant, case_id, write=True) as case:
            cursor = await case.scope.execute(
                "update amends.legal_hold set lifted_by = %s, lifted_at = clock_timestamp()"
                " where case_id = %s and lifted_at is null",
                (by, case_id),
            )
            if cursor.rowcount != 1:
                raise ValueError(f"case {case_id} is under no legal hold")
            await case.chain("hold.lifted", "", actor=by)

    async def of_case(self, merchant: str, case_id: str) -> Sequence[LegalHold]:
        """The case's holds, the oldest first."""
        async with self._case(merchant, case_id) as case:
            cursor = await case.scope.execute(
                "select sealed, held_by, held_at, lifted_by, lifted_at from amends.legal_hold where case_id = %s"
                " order by seq",
                (case_id,),
            )
            return [
                LegalHold(
                    case_id=case_id,
                    reason=case.open(bytes(sealed), "hold").decode(),
                    held_by=held_by,
                    held_at=held_at,
                    lifted_by=lifted_by,
                    lifted_at=lifted_at,
                )
                async for sealed, held_by, held_at, lifted_by, lifted_at in cursor
            ]
