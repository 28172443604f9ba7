"""What the records hold, counted for people who run the house: cases, notices, the ledger. No ids, no words."""

from collections.abc import Mapping

from pydantic import AwareDatetime

from knowledge.base import Frozen
from tools.records.house import HOUSE
from tools.records.records import Records


class Waiting(Frozen):
    """Open cases of one kind at one stage."""

    kind: str
    stage: str
    count: int
    since: AwareDatetime
    """When the one that has stood there longest came there."""


class OpenEntries(Frozen):
    """Ledger entries of one kind that are reserved or pending."""

    kind: str
    state: str
    count: int
    since: AwareDatetime


class MerchantFigures(Frozen):
    """One merchant's, as of one moment."""

    cases: tuple[Waiting, ...]
    inbox: Mapping[str, int]
    """Notices by state, without those that are done."""
    oldest_notice: AwareDatetime | None
    """When the oldest notice that waits was received."""
    entries: tuple[OpenEntries, ...]
    foreign: int
    """Refunds the processor knew of that were not made here."""
    overdrawn: int
    """Payments with more given back or contested than was captured."""
    unanswered: Mapping[str, AwareDatetime | None]
    """The date of each open chargeback whose answer was not sent, by case; None where it is sealed in the case alone,
    because the case has never waited for a person."""


class HouseFigures:
    """Methods raise RecordsUnavailable when the database is down."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def merchants(self) -> tuple[str, ...]:
        """Merchants somebody of the staff works for."""
        async with self._records.merchant(HOUSE) as scope:
            cursor = await scope.execute("select distinct at_merchant from amends.membership order by 1")
            return tuple(row[0] for row in await cursor.fetchall())

    async def of(self, merchant: str) -> MerchantFigures:
        """All of one merchant's figures in one transaction."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select kind, status, count(*), min(changed_at) from amends.dispute_case where status <> 'closed'"
                " group by kind, status"
            )
            cases = [Waiting(kind=row[0], stage=row[1], count=row[2], since=row[3]) for row in await cursor.fetchall()]
            cursor = await scope.execute(
                "select state, count(*), min(received_at) from amends.webhook_inbox where state <> 'done'"
                " group by state"
            )
            inbox = {row[0]: (int(row[1]), row[2]) for row in await cursor.fetchall()}
            cursor = await scope.execute(
                "select kind, state, count(*), min(made_at) from amends.ledger_entry"
                " where state in ('reserved', 'pending') group by kind, state"
            )
            entries = [
                OpenEntries(kind=row[0], state=row[1], count=row[2], since=row[3]) for row in await cursor.fetchall()
            ]
            cursor = await scope.execute(
                "select (select count(*) from amends.ledger_entry where origin = 'foreign' and kind = 'refund'),"
                " (select count(*) from amends.payment where given_minor + contested_minor > captured_minor)"
            )
            counted = await cursor.fetchone()
            cursor = await scope.execute(
                "select c.case_id, q.respond_by from amends.dispute_case c left join amends.queue_entry q"
                " on q.merchant = c.merchant and q.case_id = c.case_id"
                " where c.kind = 'chargeback' and c.status not in ('submitted', 'closed')"
            )
            unanswered = {row[0]: row[1] for row in await cursor.fetchall()}
        assert counted is not None
        return MerchantFigures(
            cases=tuple(cases),
            inbox={state: count for state, (count, _) in inbox.items()},
            oldest_notice=inbox["waiting"][1] if "waiting" in inbox else None,
            entries=tuple(entries),
            foreign=counted[0],
            overdrawn=counted[1],
            unanswered=unanswered,
        )
