"""What becomes of an answered dispute: partly recovered, asked again, reversed; and a concession told a day ahead."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.case import CaseBundle
from tests.workflows.hasty import hasty, review
from tests.workflows.house import House, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from workflows.desk import NewsTaken, NotNowError
from workflows.messages import ReviewAction, Stage, workflow_id


async def submitted(house: House, case_id: str) -> str:
    """A sample that is fought, up to its submission; the dispute's id."""
    bundle, files = sample("c01-visa-131", case_id)
    dispute = await disputed(house, bundle, files)
    await house.until(case_id, Stage.SUBMITTED)
    return dispute


def small(case_id: str) -> tuple[CaseBundle, dict[str, bytes]]:
    """A dispute of 20 USD over goods that the carrier left elsewhere: conceded without a person."""
    bundle, files = sample("c05-mc-4853-place", case_id)
    case: dict[str, Any] = bundle.model_dump(mode="json", exclude_none=True)
    case["chargeback"]["amount"]["amount"] = "20.00"
    return CaseBundle.model_validate(case), files


async def outcome(house: House, case_id: str) -> tuple[str, int | None]:
    kept = await house.installation.cases.outcome("lumen", case_id)
    assert kept is not None
    return kept.outcome, kept.amount.minor if kept.amount else None


async def test_a_lost_dispute_of_which_money_came_back_was_won_in_part(house: House) -> None:
    async with house.worker():
        dispute = await submitted(house, "partial-1")
        await house.bank.decide_dispute(dispute, "lost", recovered=1200)
        await house.desk.outcome_news("lumen", "partial-1", "event-1")
        view = await house.until("partial-1", Stage.CLOSED)
    assert view.result == "partial"
    assert await outcome(house, "partial-1") == ("partial", 1200)


async def test_an_answer_the_issuer_did_not_accept_is_given_again_when_a_person_says_so(house: House) -> None:
    async with house.worker(plain_household(hasty())):
        dispute = await submitted(house, "cycle-1")
        due = datetime.now(UTC) + timedelta(days=12)
        await house.bank.decide_dispute(dispute, "appeal_needs_response", due_by=due.isoformat())
        await house.desk.outcome_news("lumen", "cycle-1", "event-1")
        view = await house.until("cycle-1", Stage.REVIEW)
        assert "the issuer did not accept the first answer (pre_arbitration)" in view.detail
        assert view.due is not None
        assert abs(view.due - (due - timedelta(hours=48))) < timedelta(seconds=2)
        await review(house, "cycle-1", ReviewAction.APPROVE)
        await house.until("cycle-1", Stage.SUBMITTED)
        await house.bank.decide_dispute(dispute, "won")
        await house.desk.outcome_news("lumen", "cycle-1", "event-2")
        view = await house.until("cycle-1", Stage.CLOSED)
    assert (view.result, await outcome(house, "cycle-1")) == ("won", ("won", 9300))
    first, second = (await house.bank.ledger()).disputes[dispute].submissions
    assert set(first.file_sha256) == {"uncategorized_file"}
    assert set(second.file_sha256) == {"appeal.supporting_files.0"}
    assert second.texts["appeal.reason_for_filing"].endswith("reversed for 93.00 USD.")


async def test_a_dispute_in_its_second_cycle_can_be_conceded(house: House) -> None:
    async with house.worker():
        dispute = await submitted(house, "cycle-2")
        due = datetime.now(UTC) + timedelta(days=12)
        await house.bank.decide_dispute(dispute, "appeal_needs_response", due_by=due.isoformat())
        await house.desk.outcome_news("lumen", "cycle-2", "event-1")
        await house.until("cycle-2", Stage.REVIEW)
        await review(house, "cycle-2", ReviewAction.DENY)
        view = await house.until("cycle-2", Stage.CLOSED)
    assert view.result == "accepted"
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_an_inquiry_that_becomes_a_chargeback_is_answered_again_by_itself(house: House) -> None:
    bundle, files = sample("c01-visa-131", "inquiry-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files, case_type="inquiry")
        await house.until("inquiry-1", Stage.SUBMITTED)
        due = datetime.now(UTC) + timedelta(days=12)
        await house.bank.decide_dispute(dispute, "needs_response", due_by=due.isoformat())
        await house.desk.outcome_news("lumen", "inquiry-1", "event-1")
        async with asyncio.timeout(30):
            while len((await house.bank.ledger()).disputes[dispute].submissions) < 2:
                await asyncio.sleep(0.05)
        await house.until("inquiry-1", Stage.SUBMITTED)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 2


async def test_what_somebody_answered_by_hand_is_followed_and_not_answered_again(house: House) -> None:
    bundle, files = sample("c01-visa-131", "by-hand-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files, answered_by_hand=True)
        await house.until("by-hand-1", Stage.SUBMITTED)
        await house.bank.decide_dispute(dispute, "won")
        await house.desk.outcome_news("lumen", "by-hand-1", "event-1")
        view = await house.until("by-hand-1", Stage.CLOSED)
    assert view.result == "won"
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_a_concession_is_told_a_day_ahead_and_then_made(house: House) -> None:
    bundle, files = small("told-1")
    async with house.worker(plain_household(hasty(concession_notice_hours=3 / 3600))):
        dispute = await disputed(house, bundle, files)
        view = await house.until("told-1", Stage.ANNOUNCED)
        assert "unless somebody denies or holds it" in view.detail
        assert (await house.bank.ledger()).disputes[dispute].status == "needs_response"
        view = await house.until("told-1", Stage.CLOSED)
    assert view.result == "accepted"
    assert (await house.bank.ledger()).disputes[dispute].status == "lost"


async def test_an_announced_concession_can_be_denied_held_or_made_at_once(house: House) -> None:
    async with house.worker():
        for case_id in ("told-2", "told-3", "told-4"):
            await disputed(house, *small(case_id))
            await house.until(case_id, Stage.ANNOUNCED)
        with pytest.raises(NotNowError, match="legal now: approve, deny, escalate, hold, amend-fact"):
            await review(house, "told-2", ReviewAction.ASK)
        await review(house, "told-2", ReviewAction.DENY)
        assert (await house.until("told-2", Stage.REVIEW, Stage.SUBMITTED)).stance == "fight"
        await review(house, "told-3", ReviewAction.HOLD, note="the warehouse is asked")
        assert (await house.until("told-3", Stage.REVIEW)).detail == "the warehouse is asked"
        await review(house, "told-4", ReviewAction.APPROVE)
        assert (await house.until("told-4", Stage.CLOSED)).result == "accepted"


async def at_rest(house: House, case_id: str) -> None:
    """Wait until the case's workflow has ended, which is a moment after the case is closed."""
    await house.installation.temporal.get_workflow_handle(workflow_id("lumen", case_id)).result()


async def won(house: House, case_id: str) -> str:
    dispute = await submitted(house, case_id)
    await house.bank.decide_dispute(dispute, "won")
    assert await house.desk.outcome_news("lumen", case_id, "event-1") is NewsTaken.TOLD
    await house.until(case_id, Stage.CLOSED)
    await at_rest(house, case_id)
    return dispute


async def test_a_win_reversed_months_later_is_told_as_the_loss_it_is(house: House) -> None:
    async with house.worker():
        dispute = await won(house, "reversed-1")
        assert await house.desk.outcome_news("lumen", "reversed-1", "event-1") is NewsTaken.CLOSED
        await house.bank.decide_dispute(dispute, "lost", withdrawn=9300)
        assert await house.desk.outcome_news("lumen", "reversed-1", "event-2") is NewsTaken.TAKEN_UP
        async with asyncio.timeout(30):
            while await outcome(house, "reversed-1") != ("lost", None):
                await asyncio.sleep(0.05)
        assert (await house.until("reversed-1", Stage.CLOSED)).result == "lost"
        await at_rest(house, "reversed-1")
        assert await house.desk.outcome_news("lumen", "reversed-1", "event-2") is NewsTaken.CLOSED
    (ended,) = [one for one in await house.installation.outcomes.closed("lumen") if one.case_id == "reversed-1"]
    assert (ended.end.value, ended.recovered) == ("lost", None)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_a_win_the_issuer_asks_about_again_is_answered_again_when_a_person_says_so(house: House) -> None:
    async with house.worker():
        dispute = await won(house, "reversed-2")
        due = datetime.now(UTC) + timedelta(days=12)
        await house.bank.decide_dispute(dispute, "appeal_needs_response", withdrawn=9300, due_by=due.isoformat())
        assert await house.desk.outcome_news("lumen", "reversed-2", "event-2") is NewsTaken.TAKEN_UP
        view = await house.until("reversed-2", Stage.REVIEW)
        assert "somebody decides whether to go on" in view.detail
        await review(house, "reversed-2", ReviewAction.APPROVE)
        await house.until("reversed-2", Stage.SUBMITTED)
        await house.bank.decide_dispute(dispute, "won", recovered=9300)
        await house.desk.outcome_news("lumen", "reversed-2", "event-3")
        assert (await house.until("reversed-2", Stage.CLOSED)).result == "won"
    assert await outcome(house, "reversed-2") == ("won", 9300)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 2


async def test_a_concession_stays_one_whatever_is_told_of_it_afterwards(house: House) -> None:
    bundle, files = small("conceded-9")
    async with house.worker(plain_household(hasty(concession_notice_hours=1 / 3600))):
        await disputed(house, bundle, files)
        await house.until("conceded-9", Stage.CLOSED)
        await at_rest(house, "conceded-9")
        assert await house.desk.outcome_news("lumen", "conceded-9", "event-1") is NewsTaken.CLOSED
    assert await outcome(house, "conceded-9") == ("accepted", None)
