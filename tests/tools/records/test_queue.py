"""The queue in the records: who is in it, in which order, which part of it is seen, and who gets which case."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from knowledge.case import CaseKind
from knowledge.judgement.waiting import CertaintyBand, QueueFlag
from tests.tools.records.cases_for_tests import euro
from tests.tools.records.waiting_cases import line, propose, wait
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseUnknown
from tools.records.cases import CaseRecords
from tools.records.leases import Leases
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.queue import Queue, SkipReason
from tools.records.queue_filter import QueueCursor, QueueFilter, QueueOrder, QueueView
from tools.records.records import Records

HOUR = timedelta(hours=1)


async def shown(records: Records, merchant: str, account: str = "a_1", **asked: Any) -> list[str]:
    page = await Queue(records).page(merchant, QueueFilter.model_validate(asked), account)
    return [row.line.case_id for row in page.rows]


async def test_a_case_enters_the_queue_with_its_stage_and_leaves_it_with_the_next(
    records: Records, merchant: str
) -> None:
    entered = line("C-1")
    await wait(records, merchant, entered)
    (row,) = (await Queue(records).page(merchant, QueueFilter(), "a_1")).rows
    assert (row.line, row.version, row.holder) == (entered, 1, None)
    await CaseRecords(records).set_status(merchant, "C-1", "deciding")
    assert await shown(records, merchant) == []
    await wait(records, merchant, line("C-1", stage="escalated"))
    (again,) = (await Queue(records).page(merchant, QueueFilter(), "a_1")).rows
    assert (again.line.stage, again.version) == ("escalated", 3)
    assert again.waits_since > row.waits_since


async def test_what_is_due_within_hours_comes_first_and_then_what_presses_most(records: Records, merchant: str) -> None:
    await wait(
        records,
        merchant,
        line("C-large", worth_cents=90_000),
        line("C-small", worth_cents=900),
        line("C-soon", worth_cents=100, due_in=5 * HOUR),
        line("C-over", worth_cents=100, due_in=-HOUR),
    )
    assert await shown(records, merchant) == ["C-over", "C-soon", "C-large", "C-small"]
    assert await shown(records, merchant, order="value") == ["C-large", "C-small", "C-over", "C-soon"]
    assert (await shown(records, merchant, order="due"))[:2] == ["C-over", "C-soon"]


@pytest.mark.parametrize("order", QueueOrder)
async def test_pages_follow_one_another_without_gap_or_repetition_while_cases_come_and_go(
    records: Records, merchant: str, order: QueueOrder
) -> None:
    due = [HOUR * (hours - 3) for hours in (0, 1, 1, 5, 5, 30, 30, 30, 30, 60, 90)]
    lines = [line(f"C-{n:02}", due_in=each, worth_cents=1000 + n // 3) for n, each in enumerate(due)]
    await wait(records, merchant, *lines)
    asked, queue = QueueFilter(order=order), Queue(records)
    whole = [row.line.case_id for row in (await queue.page(merchant, asked, "a_1")).rows]
    assert sorted(whole) == [one.case_id for one in lines]
    read: list[str] = []
    after: QueueCursor | None = None
    while True:
        page = await queue.page(merchant, asked, "a_1", after, limit=2)
        read += [row.line.case_id for row in page.rows]
        if page.after is None:
            break
        after = QueueCursor.model_validate_json(page.after.model_dump_json())
        # What was read already moves on: the pages after it must not shift.
        await CaseRecords(records).set_status(merchant, read[-1], "deciding")
    assert read == whole


async def test_each_view_and_filter_shows_its_cases_and_the_counts_say_how_many(
    records: Records, merchant: str
) -> None:
    await wait(
        records,
        merchant,
        line("C-due", due_in=20 * HOUR),
        line("C-abstained", band=CertaintyBand.ABSTAINED, language="de"),
        line("C-high", flags=(QueueFlag.HIGH_VALUE,), worth_cents=80_000),
        line("C-reuse", flags=(QueueFlag.IMAGE_REUSE, QueueFlag.CONTRADICTION)),
        line("C-appeal", flags=(QueueFlag.APPEAL,), stage="escalated", reason="not_received"),
        line("C-letter", flags=(QueueFlag.LETTER,), kind=CaseKind.CHARGEBACK, network="amex"),
    )
    await propose(records, merchant, line("C-abstained"), "a_2")
    await Leases(records).take(merchant, "C-due", "a_1")
    await Leases(records).take(merchant, "C-high", "a_2")
    await Queue(records).skip(merchant, "C-reuse", "a_2", SkipReason.LANGUAGE)
    expected: dict[QueueView, list[str]] = {
        QueueView.DUE: ["C-due"],
        QueueView.ABSTAINED: ["C-abstained"],
        QueueView.HIGH_VALUE: ["C-high"],
        QueueView.IMAGE_REUSE: ["C-reuse"],
        QueueView.APPEALS: ["C-appeal"],
        QueueView.LETTERS: ["C-letter"],
        QueueView.TO_CONFIRM: ["C-abstained"],
        QueueView.MINE: ["C-due"],
        QueueView.SKIPPED: ["C-reuse"],
    }
    queue = Queue(records)
    counts = {**await queue.counts(merchant), **await queue.own_counts(merchant, "a_1")}
    assert counts == {QueueView.EVERYTHING: 6} | {view: len(cases) for view, cases in expected.items()}
    for view, cases in expected.items():
        assert await shown(records, merchant, view=view) == cases
    narrowed: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"kind": "chargeback"}, ["C-letter"]),
        ({"stage": "escalated"}, ["C-appeal"]),
        ({"reason": "not_received"}, ["C-appeal"]),
        ({"network": "amex"}, ["C-letter"]),
        ({"language": "de"}, ["C-abstained"]),
        ({"flag": "contradiction"}, ["C-reuse"]),
        ({"at_least_eur": 500}, ["C-high"]),
        ({"at_most_eur": 47}, []),
        ({"holder": "a_2"}, ["C-high"]),
        ({"view": "high_value", "holder": "nobody"}, []),
    )
    for asked, cases in narrowed:
        assert await shown(records, merchant, **asked) == cases
    assert len(await shown(records, merchant, holder="nobody")) == 4


@pytest.mark.parametrize("search", ["C-12", "C-1", "O-C-12", "ch_C-12", "ch_C-1"])
async def test_a_search_finds_a_case_by_its_id_order_or_payment_in_full_or_from_the_beginning(
    records: Records, merchant: str, search: str
) -> None:
    await wait(records, merchant, line("C-12"), line("C-2"))
    assert await shown(records, merchant, search=search) == ["C-12"]


async def test_a_search_takes_every_character_for_itself(records: Records, merchant: str) -> None:
    await wait(records, merchant, line("C-1"))
    for search in ("%", "_-1", "'", "\\", "c-1", "C-1 or true"):
        assert await shown(records, merchant, search=search) == []


async def test_a_foreign_merchants_cases_never_show(records: Records, merchant: str) -> None:
    await wait(records, "queue-foreign", line("C-foreign", flags=(QueueFlag.HIGH_VALUE,)))
    queue = Queue(records)
    assert await shown(records, merchant) == []
    assert await shown(records, merchant, search="C-foreign") == []
    assert set((await queue.counts(merchant)).values()) == {0}
    assert await queue.rows(merchant, ["C-foreign"]) == {}
    assert await queue.changed(merchant, datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert await queue.take_next(merchant, "a_1", escalated=True) is None
    with pytest.raises(CaseUnknown):
        await queue.skip(merchant, "C-foreign", "a_1", SkipReason.UNCLEAR)


async def test_two_people_who_ask_at_once_never_get_the_same_case(records: Records, merchant: str) -> None:
    await wait(records, merchant, *(line(f"C-{n}", worth_cents=10_000 - n) for n in range(12)))
    queue = Queue(records)
    given = await asyncio.gather(*(queue.take_next(merchant, f"a_{n}", escalated=True) for n in range(12)))
    assert sorted(lease.case_id for lease in given if lease) == sorted(f"C-{n}" for n in range(12))
    assert await queue.take_next(merchant, "a_13", escalated=True) is None


async def test_the_best_case_is_given_and_a_handed_up_one_only_to_whom_it_is_for(
    records: Records, merchant: str
) -> None:
    await wait(records, merchant, line("C-up", stage="escalated", worth_cents=99_000), line("C-down"))
    queue = Queue(records)
    junior = await queue.take_next(merchant, "a_1", escalated=False)
    assert junior is not None
    assert junior.case_id == "C-down"
    assert await queue.take_next(merchant, "a_1", escalated=False) is None
    senior = await queue.take_next(merchant, "a_2", escalated=True)
    assert senior is not None
    assert senior.case_id == "C-up"


async def test_what_waits_for_a_second_person_shows_as_long_as_it_waits_and_with_who_proposes_what(
    records: Records, merchant: str
) -> None:
    lines = [line(f"C-{what}") for what in ("stands", "confirmed", "replaced", "anew", "left", "undecided")]
    lines[-1] = lines[-1].model_copy(update={"decision_id": None})
    await wait(records, merchant, *lines)
    queue, reviews = Queue(records), PersonReviews(records)
    before = datetime.now(UTC)
    proposed = {one.case_id: await propose(records, merchant, one, "a_1", "adjust", euro(40_000)) for one in lines}
    assert len(await queue.changed(merchant, before)) == len(lines)
    assert (await queue.counts(merchant))[QueueView.TO_CONFIRM] == len(lines)
    before = datetime.now(UTC)
    for case_id, became in (("C-confirmed", ReviewState.CONFIRMED), ("C-replaced", ReviewState.REPLACED)):
        await reviews.change(merchant, case_id, proposed[case_id], became, actor="a_2")
    assert [row.line.case_id for _, row in await queue.changed(merchant, before)] == ["C-confirmed", "C-replaced"]
    await queue.put(merchant, lines[3].model_copy(update={"decision_id": "d2-0123456789abcdef"}))
    await CaseRecords(records).set_status(merchant, "C-left", "deciding")
    page = await queue.page(merchant, QueueFilter(view=QueueView.TO_CONFIRM), "a_2")
    assert {row.line.case_id for row in page.rows} == {"C-stands", "C-undecided"}
    told = [(one.account, one.action, one.amount) for row in page.rows if (one := row.proposed)]
    assert told == [("a_1", "adjust", euro(40_000))] * 2
    assert (await queue.counts(merchant))[QueueView.TO_CONFIRM] == 2
    rows = await queue.rows(merchant, [one.case_id for one in lines])
    assert {case_id for case_id, row in rows.items() if row.proposed} == {"C-stands", "C-undecided"}


async def test_a_proposal_is_given_to_who_may_confirm_it_and_never_to_who_made_it(
    records: Records, merchant: str
) -> None:
    big, small = line("C-big", worth_cents=99_000), line("C-small")
    await wait(records, merchant, big, small)
    await propose(records, merchant, big, "a_lead")
    queue = Queue(records)
    given = [
        await queue.take_next(merchant, account, escalated=senior)
        for account, senior in (("a_lead", True), ("a_reviewer", False), ("a_other_lead", True))
    ]
    assert [lease.case_id if lease else None for lease in given] == ["C-small", None, "C-big"]


async def test_a_proposal_of_a_decision_that_was_made_anew_holds_the_case_back_from_nobody(
    records: Records, merchant: str
) -> None:
    old = line("C-1", decision_id="d1-0123456789abcdef")
    await wait(records, merchant, old)
    await propose(records, merchant, old, "a_1")
    await Queue(records).put(merchant, old.model_copy(update={"decision_id": "d2-0123456789abcdef"}))
    lease = await Queue(records).take_next(merchant, "a_1", escalated=False)
    assert lease is not None


async def test_a_skipped_case_is_served_to_others_and_not_to_who_skipped_it(records: Records, merchant: str) -> None:
    await wait(records, merchant, line("C-1"))
    queue = Queue(records)
    lease = await queue.take_next(merchant, "a_1", escalated=True)
    assert lease is not None
    await queue.skip(merchant, "C-1", "a_1", SkipReason.LANGUAGE, "Ana writes in Thai")
    assert await queue.take_next(merchant, "a_1", escalated=True) is None
    other = await queue.take_next(merchant, "a_2", escalated=True)
    assert other is not None
    entries = await AuditTrail(records).entries(merchant, case_id="C-1")
    assert ("a_1", "case.skipped.language") in [(one.actor, one.action) for one in entries]
    async with records.merchant(merchant) as scope:
        row = await (await scope.execute("select sealed_words from amends.queue_skip")).fetchone()
    assert row is not None
    assert b"Ana" not in bytes(row[0])


async def test_what_changes_is_told_in_order_with_whose_hands_it_is_in(records: Records, merchant: str) -> None:
    await wait(records, merchant, line("C-1"), line("C-2"))
    queue = Queue(records)
    first = await queue.changed(merchant, datetime(2020, 1, 1, tzinfo=UTC))
    assert [row.line.case_id for _, row in first] == ["C-1", "C-2"]
    assert all(early < late for (early, _), (late, _) in pairwise(first))
    lease = await Leases(records).take(merchant, "C-1", "a_1")
    ((taken_at, taken),) = await queue.changed(merchant, first[-1][0])
    assert (taken.line.case_id, taken.holder) == ("C-1", "a_1")
    await Leases(records).give_back(merchant, "C-1", lease.token)
    await CaseRecords(records).set_status(merchant, "C-2", "deciding")
    later = await queue.changed(merchant, taken_at)
    assert [(row.line.case_id, row.waits, row.holder) for _, row in later] == [
        ("C-1", True, None),
        ("C-2", False, None),
    ]
