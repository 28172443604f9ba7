"""The books of months: what the ledger and the outcomes tell, closed months that stand, corrections after them."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from knowledge.finance.figures import figures_of
from knowledge.finance.lines import LineKind
from knowledge.finance.month import Month
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import DisputeEnd
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.outcomes.ended import ended
from tests.tools.records.cases_for_tests import FILES, case, euro
from tools.ports import ProcessorRefund, RefundState
from tools.records.audit import AuditTrail
from tools.records.cases import CaseRecords
from tools.records.finance import FinanceRecords, LedgerFilter
from tools.records.ledger import EntryKind, EntryState, Ledger
from tools.records.month_close import Books, MonthRefused
from tools.records.outcomes import OutcomeRecords
from tools.records.records import Records

NOW = datetime.now(UTC)
THIS = Month.of(NOW)
AFTERWARDS = THIS.ends + timedelta(days=2)
"""A moment at which this month can be closed."""


async def shop(records: Records, merchant: str) -> Ledger:
    await CaseRecords(records).open_case(case(merchant, "case-1"), FILES)
    return Ledger(records)


async def refunded(ledger: Ledger, merchant: str, key: str, minor: int) -> None:
    await ledger.reserve(merchant, "ch_lamp", euro(minor), key=key, case_id="case-1", kind=EntryKind.REFUND)
    await ledger.settle(merchant, key, EntryState.SUCCEEDED, f"re_{key}")


async def test_only_money_that_moved_is_a_line_and_each_names_its_proofs(records: Records, merchant: str) -> None:
    ledger = await shop(records, merchant)
    letter = await CaseRecords(records).save_artifact(merchant, "case-1", "letter", "letter.json", b"{}")
    await refunded(ledger, merchant, "paid", 1_000)
    await ledger.reserve(merchant, "ch_lamp", euro(500), key="held", case_id="case-1", kind=EntryKind.REFUND)
    await ledger.reserve(merchant, "ch_lamp", euro(500), key="gone", case_id="case-1", kind=EntryKind.REFUND)
    await ledger.settle(merchant, "gone", EntryState.PENDING, "re_gone")
    await ledger.settle(merchant, "gone", EntryState.FAILED, "re_gone", "closed account")
    (line,) = (await Books(records, HOUSE_POLICY).month(merchant, THIS)).lines
    assert (line.kind, line.amount, line.back) == (LineKind.REFUND, euro(1_000), False)
    assert (line.reference, line.charge, line.processor) == ("re_paid", "ch_lamp", "stripe")
    assert (line.case_id, line.letter_sha256, line.packet_sha256) == ("case-1", letter, None)


async def test_a_refund_the_bank_returns_late_is_taken_back(records: Records, merchant: str) -> None:
    ledger = await shop(records, merchant)
    await refunded(ledger, merchant, "paid", 1_000)
    failed = ProcessorRefund(
        reference="re_paid", amount=euro(1_000), state=RefundState.FAILED, case_key="paid",
        created_at=NOW, failure="account closed",
    )  # fmt: skip
    await ledger.reconcile(merchant, "ch_lamp", [failed])
    lines = (await Books(records, HOUSE_POLICY).month(merchant, THIS)).lines
    assert [(line.kind, line.back) for line in lines] == [(LineKind.REFUND, False), (LineKind.REFUND, True)]
    assert figures_of(lines)[0].refunds.minor == 0


async def test_a_closed_month_stands_and_later_news_corrects_it_in_the_next(records: Records, merchant: str) -> None:
    ledger, outcomes = await shop(records, merchant), OutcomeRecords(records)
    books = Books(records, HOUSE_POLICY)
    await ledger.open_chargeback(merchant, "ch_lamp", "dp_1", euro(10_000), case_id="case-1")
    won = ended(1, closed_at=NOW)
    await ledger.close_chargeback(merchant, "dp_1", "won")
    await outcomes.close(merchant, won)
    closing = await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    before = await books.month(merchant, THIS)
    assert before.closing == closing
    assert before.intact

    await ledger.close_chargeback(merchant, "dp_1", "lost")
    await outcomes.close(merchant, ended(1, DisputeEnd.LOST, closed_at=AFTERWARDS))
    await refunded(ledger, merchant, "late", 300)
    assert (await books.month(merchant, THIS)).lines == before.lines
    following = await books.month(merchant, THIS.next)
    assert following.first_open
    assert {line.corrects for line in following.lines} == {THIS}
    (figures,) = figures_of(following.lines)
    assert (figures.refunds, figures.reversed, figures.lost) == (euro(300), euro(10_000), euro(10_000))
    actions = [entry.action for entry in await AuditTrail(records).entries(merchant)]
    assert actions.count(f"month.closed.{THIS}") == 1


async def test_a_month_is_closed_once_in_order_and_when_it_is_over(records: Records, merchant: str) -> None:
    ledger, books = await shop(records, merchant), Books(records, HOUSE_POLICY)
    await refunded(ledger, merchant, "paid", 1_000)
    with pytest.raises(MonthRefused, match="not over"):
        await books.close(merchant, THIS, by="a_clerk", now=THIS.ends - timedelta(seconds=1))
    with pytest.raises(MonthRefused, match=f"close {THIS} first"):
        await books.close(merchant, THIS.next, by="a_clerk", now=THIS.next.ends)
    await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    with pytest.raises(MonthRefused, match="closed already"):
        await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)


async def test_two_clerks_at_once_close_a_month_once(records: Records, merchant: str) -> None:
    ledger, books = await shop(records, merchant), Books(records, HOUSE_POLICY)
    await refunded(ledger, merchant, "paid", 1_000)
    closings = (books.close(merchant, THIS, by=f"a_{number}", now=AFTERWARDS) for number in range(5))
    told = await asyncio.gather(*closings, return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["Closing", *["MonthRefused"] * 4]
    assert len((await books.month(merchant, THIS)).lines) == 1


async def test_opening_again_takes_a_reason_and_keeps_what_was_closed(records: Records, merchant: str) -> None:
    ledger, books = await shop(records, merchant), Books(records, HOUSE_POLICY)
    await refunded(ledger, merchant, "paid", 1_000)
    first = await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    with pytest.raises(MonthRefused, match="reason: write why"):
        await books.reopen(merchant, THIS, by="a_lead", reason="because")
    with pytest.raises(MonthRefused, match="the month closed last"):
        await books.reopen(merchant, THIS.before, by="a_lead", reason="a fee was left out")
    await books.reopen(merchant, THIS, by="a_lead", reason="a fee was left out")
    await refunded(ledger, merchant, "more", 200)
    again = await books.month(merchant, THIS)
    assert again.closing is None
    assert [(one.reason, one.reopened_by) for one in again.earlier] == [("a fee was left out", "a_lead")]
    second = await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    assert (second.revision, second.previous) == (2, first.digest)
    assert [line.corrects for line in (await books.month(merchant, THIS)).lines] == [None, None]


async def test_a_line_altered_in_the_database_is_told(
    records: Records, merchant: str, superuser: psycopg.Connection
) -> None:
    ledger, books = await shop(records, merchant), Books(records, HOUSE_POLICY)
    await refunded(ledger, merchant, "paid", 1_000)
    await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    superuser.execute("update amends.month_line set amount_minor = 999 where merchant = %s", (merchant,))
    assert not (await books.month(merchant, THIS)).intact


async def test_nobody_sees_another_merchants_months_or_entries(records: Records, merchant: str) -> None:
    ledger, books = await shop(records, merchant), Books(records, HOUSE_POLICY)
    await refunded(ledger, merchant, "paid", 1_000)
    await books.close(merchant, THIS, by="a_clerk", now=AFTERWARDS)
    theirs = f"{merchant}-other"
    assert (await books.shelf(theirs)).first_open is None
    assert (await books.month(theirs, THIS)).lines == []
    assert await FinanceRecords(records).ledger_page(theirs, LedgerFilter()) == []
    assert await FinanceRecords(records).refunds_on_their_way(theirs) == []


async def test_where_ledger_and_outcomes_do_not_agree_is_told(records: Records, merchant: str) -> None:
    ledger, outcomes = await shop(records, merchant), OutcomeRecords(records)
    await CaseRecords(records).open_case(case(merchant, "case-2"), FILES)
    await ledger.open_chargeback(merchant, "ch_lamp", "dp_1", euro(4_000), case_id="case-1")
    await ledger.close_chargeback(merchant, "dp_1", "lost")
    found = await FinanceRecords(records).differences(merchant, THIS)
    assert [(one.what, one.reference, one.amount) for one in found] == [("ended_without_outcome", "dp_1", euro(4_000))]
    for number in (1, 2):
        less = ended(number, recovered=Money(minor=9_000, currency="EUR"), closed_at=NOW)
        await outcomes.close(merchant, less)
    found = await FinanceRecords(records).differences(merchant, THIS)
    assert [(one.what, one.reference) for one in found] == [
        ("outcome_not_in_ledger", "dp_1"),
        ("outcome_not_in_ledger", "dp_2"),
        ("won_for_less", "dp_1"),
        ("won_for_less", "dp_2"),
    ]


async def test_the_ledger_is_read_page_by_page_and_by_month_state_and_processor(
    records: Records, merchant: str
) -> None:
    ledger, finance = await shop(records, merchant), FinanceRecords(records)
    for number in range(3):
        await refunded(ledger, merchant, f"key-{number}", 100 + number)
    first = await finance.ledger_page(merchant, LedgerFilter(month=THIS, state=EntryState.SUCCEEDED))
    assert [line.key for line in first] == ["key-2", "key-1", "key-0"]
    after = await finance.ledger_page(merchant, LedgerFilter(), after=(first[0].made_at, first[0].key))
    assert [line.key for line in after] == ["key-1", "key-0"]
    assert await finance.ledger_page(merchant, LedgerFilter(month=THIS.before)) == []
    assert await finance.ledger_page(merchant, LedgerFilter(state=EntryState.FAILED)) == []
