import asyncio
import hashlib
from collections.abc import Callable

import pytest

from knowledge.case import CaseKind
from tests.tools.records.cases_for_tests import FILES, case, euro
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseUnknown
from tools.records.cases import CaseRecords
from tools.records.records import Records


@pytest.fixture
async def opened(cases: CaseRecords, new_merchant: Callable[[], str]) -> str:
    merchant = new_merchant()
    await cases.open_case(case(merchant), FILES)
    return merchant


async def actions(records: Records, merchant: str) -> list[str]:
    return [entry.action for entry in await AuditTrail(records).entries(merchant, case_id="C-1")]


async def test_a_case_is_open_until_its_status_is_set(records: Records, cases: CaseRecords, opened: str) -> None:
    assert await cases.status(opened, "C-1") == "open"
    for _ in range(2):
        await cases.set_status(opened, "C-1", "review", "the amount is above the limit")
    summary = await cases.summary(opened, "C-1")
    assert (summary.status, summary.detail, summary.kind, summary.order_id, summary.payment_reference) == (
        "review",
        "the amount is above the limit",
        CaseKind.REFUND,
        "O-1001",
        "ch_lamp",
    )
    assert summary.opened_at == case("x").opened_at
    await cases.set_status(opened, "C-1", "review")
    assert (await cases.summary(opened, "C-1")).detail == ""
    assert await actions(records, opened) == ["case.opened", "status.review", "status.review"]


async def test_cases_are_listed_by_their_last_change_and_by_status(cases: CaseRecords, opened: str) -> None:
    for case_id in ("C-2", "C-3"):
        await cases.open_case(case(opened, case_id), FILES)
    await cases.set_status(opened, "C-2", "review", "look")
    assert [one.case_id for one in await cases.list_cases(opened)] == ["C-2", "C-3", "C-1"]
    assert [one.case_id for one in await cases.list_cases(opened, limit=1)] == ["C-2"]
    assert [(one.case_id, one.detail) for one in await cases.list_cases(opened, status="review")] == [("C-2", "look")]
    assert await cases.list_cases(opened, status="paid") == []


async def test_cases_on_one_payment_are_found(cases: CaseRecords, opened: str) -> None:
    await cases.open_case(case(opened, "C-2"), FILES)
    assert {one.case_id for one in await cases.cases_on_payment(opened, "C-2")} == {"C-1", "C-2"}
    with pytest.raises(CaseUnknown):
        await cases.cases_on_payment(opened, "C-3")


async def test_artifacts_are_kept_under_their_digest(records: Records, cases: CaseRecords, opened: str) -> None:
    content = b"%PDF-1.7 the packet"
    sha256 = await cases.save_artifact(opened, "C-1", "packet", "packet.pdf", content)
    assert await cases.save_artifact(opened, "C-1", "packet", "packet.pdf", content) == sha256
    assert sha256 == hashlib.sha256(content).hexdigest()
    await cases.save_artifact(opened, "C-1", "letter", "letter.json", b"{}")
    assert await cases.artifact(opened, "C-1", sha256) == content
    assert [(one.kind, one.name, one.size) for one in await cases.artifacts(opened, "C-1")] == [
        ("packet", "packet.pdf", 19),
        ("letter", "letter.json", 2),
    ]
    with pytest.raises(LookupError, match="has no artifact"):
        await cases.artifact(opened, "C-1", "0" * 64)
    assert await actions(records, opened) == ["case.opened", "artifact.packet", "artifact.letter"]


async def test_the_timeline_tells_who_when_what_and_why(records: Records, cases: CaseRecords, opened: str) -> None:
    await cases.record_event(opened, "C-1", "mia", "viewed", "opened the page")
    for _ in range(2):
        await cases.record_event(opened, "C-1", "amends", "submitted", "composed and proved", "ab" * 32, key="submit-1")
    await cases.record_event(opened, "C-1", "mia", "viewed", "opened the page")
    events = await cases.events(opened, "C-1")
    assert [(one.seq, one.actor, one.what, one.detail, one.digest) for one in events] == [
        (1, "mia", "viewed", "opened the page", ""),
        (2, "amends", "submitted", "composed and proved", "ab" * 32),
        (3, "mia", "viewed", "opened the page", ""),
    ]
    assert events[0].at < events[1].at < events[2].at
    trail = await AuditTrail(records).entries(opened, case_id="C-1")
    assert [(one.actor, one.action) for one in trail[1:]] == [
        ("mia", "event.viewed"),
        ("amends", "event.submitted"),
        ("mia", "event.viewed"),
    ]
    assert trail[2].digest == "ab" * 32


async def test_events_recorded_at_once_are_all_kept(cases: CaseRecords, opened: str) -> None:
    await asyncio.gather(*(cases.record_event(opened, "C-1", "mia", f"viewed-{n}", "") for n in range(12)))
    assert [one.seq for one in await cases.events(opened, "C-1")] == list(range(1, 13))


async def test_the_outcome_is_the_last_one_saved(records: Records, cases: CaseRecords, opened: str) -> None:
    assert await cases.outcome(opened, "C-1") is None
    for _ in range(2):
        await cases.save_outcome(opened, "C-1", "denied", None)
    await cases.save_outcome(opened, "C-1", "paid", euro(4_500))
    outcome = await cases.outcome(opened, "C-1")
    assert outcome is not None
    assert (outcome.outcome, outcome.amount) == ("paid", euro(4_500))
    assert await actions(records, opened) == ["case.opened", "outcome.denied", "outcome.paid"]
