"""What finance reads of the records beside the books: the ledger page by page, exposure, what does not agree."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import LiteralString, NamedTuple

from psycopg.rows import class_row

from knowledge.case import ProcessorName
from knowledge.decision import DefenceDecision
from knowledge.finance.expected import OpenDispute
from knowledge.finance.month import Month
from knowledge.money import Money
from tools.records.crypto import open_sealed, unwrap_case_key
from tools.records.ledger_words import EntryState
from tools.records.records import Records

PAGE = 50
"""Entries on a page of the ledger."""
_OPEN: LiteralString = (
    "select e.case_id, e.amount_minor, e.currency, k.wrapped, d.decision_id, d.sealed from amends.ledger_entry e"
    " left join amends.dispute_case c on c.merchant = e.merchant and c.case_id = e.case_id"
    " left join amends.case_key k on k.merchant = e.merchant and k.case_id = e.case_id"
    " left join amends.case_decision d on d.merchant = e.merchant and d.case_id = e.case_id"
    " and d.decision_id = c.latest_decision and d.kind = 'defence'"
    " where e.kind = 'chargeback' and e.state = 'pending' order by e.key"
)
_PENDING: LiteralString = (
    "select currency, count(*), sum(amount_minor) from amends.ledger_entry"
    " where kind <> 'chargeback' and state in ('reserved', 'pending') group by currency order by currency"
)
_LEDGER: LiteralString = (
    "select e.key, e.charge, e.case_id, e.kind, e.origin, e.amount_minor, e.currency, e.state, e.reference, e.failure,"
    " e.made_at, e.changed_at, p.processor, (select sha256 from amends.artifact a where a.merchant = e.merchant"
    " and a.case_id = e.case_id and a.kind = 'letter' order by seq desc limit 1) as letter_sha256"
    " from amends.ledger_entry e join amends.payment p using (merchant, charge)"
    " where (%(since)s::timestamptz is null or (e.made_at >= %(since)s and e.made_at < %(until)s))"
    " and (%(state)s::text is null or e.state = %(state)s)"
    " and (%(processor)s::text is null or p.processor = %(processor)s)"
    " and (%(after)s::timestamptz is null or (e.made_at, e.key) < (%(after)s, %(key)s))"
    " order by e.made_at desc, e.key desc limit %(limit)s"
)
# The ledger and the ends of disputes tell the same story twice; here is where they do not, and what is unproved. Limits
# keep each look-up one of its own, through the primary key: without statistics a join would be planned blindly.
_DIFFERENCES: LiteralString = """
with last_end as (
    select distinct on (dispute) case_id, dispute, ended, currency, disputed_minor, recovered_minor,
        recovered_currency, closed_at, (select e.state from amends.ledger_entry e
        where e.merchant = d.merchant and e.key = 'dispute:' || d.dispute limit 1) as state
    from amends.closed_dispute d order by dispute, seq desc
)
select 'ended_without_outcome' as what, e.case_id, e.reference, e.amount_minor, e.currency from amends.ledger_entry e
where e.kind = 'chargeback' and e.state <> 'pending' and e.changed_at >= %(since)s and e.changed_at < %(until)s
  and (select d.seq from amends.closed_dispute d
       where d.merchant = e.merchant and d.dispute = e.reference limit 1) is null
union all
select 'outcome_not_in_ledger', case_id, dispute, disputed_minor, currency from last_end
where closed_at >= %(since)s and closed_at < %(until)s
  and state is distinct from case when ended in ('won', 'closed') then 'reversed' else 'succeeded' end
union all
select 'won_for_less', case_id, dispute, disputed_minor - recovered_minor, currency from last_end
where closed_at >= %(since)s and closed_at < %(until)s and ended = 'won'
  and recovered_currency = currency and recovered_minor < disputed_minor
union all
select 'no_processor_reference', e.case_id, e.key, e.amount_minor, e.currency from amends.ledger_entry e
where e.kind <> 'chargeback' and e.state = 'succeeded' and e.reference is null
  and e.changed_at >= %(since)s and e.changed_at < %(until)s
union all
select 'overdrawn', null, p.charge, p.given_minor - p.captured_minor, p.currency from amends.payment p
where p.given_minor > p.captured_minor
order by 1, 3
"""


class Difference(NamedTuple):
    """Something a clerk should look at before closing."""

    what: str
    """`ended_without_outcome`, `outcome_not_in_ledger`, `won_for_less`, `no_processor_reference` or `overdrawn`."""
    case_id: str | None
    reference: str
    amount_minor: int
    currency: str

    @property
    def amount(self) -> Money:
        """The amount in question."""
        return Money(minor=self.amount_minor, currency=self.currency)


class LedgerLine(NamedTuple):
    """An entry of the ledger as finance sees it."""

    key: str
    charge: str
    case_id: str | None
    kind: str
    origin: str
    amount_minor: int
    currency: str
    state: str
    reference: str | None
    failure: str | None
    made_at: datetime
    changed_at: datetime
    processor: str | None
    letter_sha256: str | None

    @property
    def amount(self) -> Money:
        """Face amount."""
        return Money(minor=self.amount_minor, currency=self.currency)


class LedgerFilter(NamedTuple):
    """Which entries are wanted; None takes all."""

    month: Month | None = None
    """In which the entry was made."""
    state: EntryState | None = None
    processor: ProcessorName | None = None


class FinanceRecords:
    """Reads for the finance pages. Every call names one merchant and sees no other's."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def ledger_page(
        self, merchant: str, wanted: LedgerFilter, after: tuple[datetime, str] | None = None
    ) -> Sequence[LedgerLine]:
        """Entries, newest first, at most one more than a page holds; `after` is the last entry's time and key."""
        async with self._records.merchant(merchant) as scope, scope.cursor(row_factory=class_row(LedgerLine)) as cursor:
            await cursor.execute(
                _LEDGER,
                {
                    "since": wanted.month.begins if wanted.month else None,
                    "until": wanted.month.ends if wanted.month else None,
                    "state": wanted.state,
                    "processor": wanted.processor,
                    "after": after[0] if after else None,
                    "key": after[1] if after else None,
                    "limit": PAGE + 1,
                },
            )
            return await cursor.fetchall()

    async def open_disputes(self, merchant: str) -> Sequence[OpenDispute]:
        """Every dispute that is open in the ledger, with what was decided on it last; an erased case has its face."""
        async with self._records.merchant(merchant) as scope:
            rows = await (await scope.execute(_OPEN)).fetchall()
        return [self._open(merchant, *row) for row in rows]

    def _open(
        self,
        merchant: str,
        case_id: str | None,
        minor: int,
        currency: str,
        wrapped: bytes | None,
        decision_id: str | None,
        sealed: bytes | None,
    ) -> OpenDispute:
        face = Money(minor=minor, currency=currency)
        if case_id is None or wrapped is None or sealed is None or decision_id is None:
            return OpenDispute(case_id, face, None, None, None, None, None, None)
        key = unwrap_case_key(self._records.master_key, bytes(wrapped), merchant, case_id)
        content = open_sealed(key, bytes(sealed), merchant, case_id, "decision", "defence", decision_id)
        told = DefenceDecision.model_validate_json(content)
        return OpenDispute(
            case_id=case_id,
            face=face,
            contested=told.contested,
            stance=told.stance,
            chance=Fraction(str(told.win_probability)),
            low=None if told.win_low is None else Fraction(str(told.win_low)),
            high=None if told.win_high is None else Fraction(str(told.win_high)),
            net=told.expected_value,
        )

    async def refunds_on_their_way(self, merchant: str) -> Sequence[tuple[int, Money]]:
        """Refunds and credits that are reserved or pending: how many and how much, per currency."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(_PENDING)
            return [(count, Money(minor=int(minor), currency=currency)) async for currency, count, minor in cursor]

    async def differences(self, merchant: str, month: Month) -> Sequence[Difference]:
        """Where ledger and outcomes of the month do not agree, and payments that are overdrawn now."""
        async with self._records.merchant(merchant) as scope, scope.cursor(row_factory=class_row(Difference)) as cursor:
            await cursor.execute(_DIFFERENCES, {"since": month.begins, "until": month.ends})
            return await cursor.fetchall()
