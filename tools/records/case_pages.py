"""Cases, decisions and outcomes in pages, by keys that never change, so that no page misses one or shows it twice."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CaseKind
from knowledge.money import Money
from tools.records.case_words import CaseUnknown
from tools.records.records import Records

_LISTED: LiteralString = (
    "select c.case_id, c.kind, c.status, c.opened_at, c.recorded_at, c.changed_at, c.order_id, c.charge,"
    " not exists (select from amends.case_key k where k.case_id = c.case_id) from amends.dispute_case c"
)


class ListedCase(Frozen):
    """A case in a page: nothing of it needs the case's key."""

    case_id: str
    kind: CaseKind
    status: str
    opened_at: AwareDatetime
    recorded_at: AwareDatetime
    changed_at: AwareDatetime
    order_id: str
    payment_reference: str
    erased: bool


class ListedDecision(Frozen):
    """A decision of a case, by its id."""

    decision_id: str
    kind: str
    decided_at: AwareDatetime


class ListedOutcome(Frozen):
    """What came of a case, once; a later one of the same case replaces it."""

    case_id: str
    kind: CaseKind
    seq: int
    outcome: str
    amount: Money | None
    at: AwareDatetime


class CasePages:
    """Reads pages. Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def cases(
        self,
        merchant: str,
        *,
        status: str | None = None,
        kind: CaseKind | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> Sequence[ListedCase]:
        """The merchant's cases, the one recorded last first; `after` is the last one of the page before."""
        at, case_id = after or (None, None)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                _LISTED + " where (%s::text is null or c.status = %s) and (%s::text is null or c.kind = %s)"
                " and (%s::timestamptz is null or (c.recorded_at, c.case_id) < (%s, %s))"
                " order by c.recorded_at desc, c.case_id desc limit %s",
                (status, status, kind, kind, at, at, case_id, limit),
            )
            return [_case(*row) async for row in cursor]

    async def case(self, merchant: str, case_id: str) -> ListedCase:
        """One case as pages show it; CaseUnknown when the merchant has none of that id."""
        async with self._records.merchant(merchant) as scope:
            row = await (await scope.execute(_LISTED + " where c.case_id = %s", (case_id,))).fetchone()
        if row is None:
            raise CaseUnknown(f"merchant {merchant} has no case {case_id}")
        return _case(*row)

    async def decisions(self, merchant: str, case_id: str) -> Sequence[ListedDecision]:
        """Every decision on the case, oldest first; CaseUnknown when there is no such case."""
        await self.case(merchant, case_id)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select decision_id, kind, decided_at from amends.case_decision where case_id = %s order by seq",
                (case_id,),
            )
            return [
                ListedDecision(decision_id=decision_id, kind=kind, decided_at=at)
                async for decision_id, kind, at in cursor
            ]

    async def outcomes(
        self, merchant: str, *, after: tuple[datetime, str, int] | None = None, limit: int = 50
    ) -> Sequence[ListedOutcome]:
        """What came of the merchant's cases, oldest first, so that the last page grows."""
        at, case_id, seq = after or (None, None, None)
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select o.case_id, c.kind, o.seq, o.outcome, o.amount_minor, o.currency, o.at"
                " from amends.case_outcome o join amends.dispute_case c using (merchant, case_id)"
                " where %s::timestamptz is null or (o.at, o.case_id, o.seq) > (%s, %s, %s)"
                " order by o.at, o.case_id, o.seq limit %s",
                (at, at, case_id, seq, limit),
            )
            return [
                ListedOutcome(
                    case_id=case_id,
                    kind=CaseKind(kind),
                    seq=seq,
                    outcome=outcome,
                    amount=None if minor is None else Money(minor=minor, currency=currency),
                    at=at,
                )
                async for case_id, kind, seq, outcome, minor, currency, at in cursor
            ]


def _case(
    case_id: str,
    kind: str,
    status: str,
    opened_at: datetime,
    recorded_at: datetime,
    changed_at: datetime,
    order_id: str,
    charge: str,
    erased: bool,
) -> ListedCase:
    return ListedCase(
        case_id=case_id,
        kind=CaseKind(kind),
        status=status,
        opened_at=opened_at,
        recorded_at=recorded_at,
        changed_at=changed_at,
        order_id=order_id,
        payment_reference=charge,
        erased=erased,
    )
