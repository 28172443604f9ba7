"""The chargebacks that have a letter, as the letter desk lists them."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CaseBundle, ChargebackNotice
from tools.records.case_scope import CaseScope, KeepsCases
from tools.records.crypto import unwrap_case_key

# Erased cases have no key and nothing left to sign or read.
_LISTED: LiteralString = (
    "select c.case_id, c.status, c.changed_at, c.sealed_detail, c.sealed_bundle, k.wrapped,"
    " (select max(d.version) from amends.letter_draft d where d.case_id = c.case_id), q.respond_by"
    " from amends.dispute_case c join amends.case_key k using (merchant, case_id)"
    " left join amends.queue_entry q using (merchant, case_id)"
    " where c.kind = 'chargeback' and c.status = any(%s) and (%s::timestamptz is null or c.changed_at < %s)"
    " and exists (select from amends.artifact a where a.case_id = c.case_id and a.kind = 'letter')"
    " order by c.changed_at desc limit %s"
)
_COUNTED: LiteralString = (
    "select c.status, count(*) from amends.dispute_case c"
    " where c.kind = 'chargeback' and c.status = any(%s)"
    " and exists (select from amends.artifact a where a.case_id = c.case_id and a.kind = 'letter')"
    " group by c.status"
)


class LetterCase(Frozen):
    """A chargeback with a letter."""

    case_id: str
    status: str
    detail: str
    changed_at: AwareDatetime
    notice: ChargebackNotice
    respond_by: AwareDatetime
    """The processor's date in the cycle the case is in; the notice's while the queue knows no other."""
    version: int
    """The latest version in people's words; 0 when nobody has reworded it."""


class LetterCases(KeepsCases):
    """Lists chargebacks by status. Methods raise RecordsUnavailable."""

    async def listed(
        self, merchant: str, statuses: Sequence[str], *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[LetterCase]:
        """The merchant's chargebacks that have a letter and stand so, the one changed last first; `before` pages on."""
        async with self._records.merchant(merchant) as scope:
            rows = await (await scope.execute(_LISTED, (list(statuses), before, before, limit))).fetchall()
            found: list[LetterCase] = []
            for case_id, status, changed_at, sealed_detail, sealed_bundle, wrapped, version, respond_by in rows:
                key = unwrap_case_key(self._records.master_key, bytes(wrapped), merchant, case_id)
                case = CaseScope(scope, key, merchant, case_id)
                notice = CaseBundle.model_validate_json(case.open(bytes(sealed_bundle), "bundle")).chargeback
                if notice is None:
                    continue
                found.append(
                    LetterCase(
                        case_id=case_id,
                        status=status,
                        detail=case.open(bytes(sealed_detail), "detail").decode() if sealed_detail else "",
                        changed_at=changed_at,
                        notice=notice,
                        respond_by=respond_by or notice.respond_by,
                        version=version or 0,
                    )
                )
        return found

    async def counts(self, merchant: str, statuses: Sequence[str]) -> dict[str, int]:
        """How many chargebacks with a letter stand at each of the statuses; absent ones have none."""
        async with self._records.merchant(merchant) as scope:
            return dict(await (await scope.execute(_COUNTED, (list(statuses),))).fetchall())
