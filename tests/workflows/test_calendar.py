"""Promises of days and weeks, kept on Temporal's time-skipping server under the house's own policy."""

import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.hasty import ended, hasty, regretted, review, told
from tests.workflows.house import House, plain_household, scratched
from tests.workflows.test_chargeback_case import disputed, sample
from tools.processors.sandbox.messages import FaultKind
from workflows.codec import data_converter
from workflows.desk import CaseDesk, NotNowError
from workflows.messages import ReviewAction, Stage

_SERVER = Path(sys.executable).with_name("temporal-test-server")


@asynccontextmanager
async def skipping_server(house: House) -> AsyncGenerator[WorkflowEnvironment, None]:
    """A server whose clock runs ahead whenever every workflow only waits."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=data_converter(house.installation.master_key), test_server_existing_path=str(_SERVER)
    ) as environment:
        yield environment


@pytest.fixture
async def calendar(house: House) -> AsyncIterator[WorkflowEnvironment]:
    async with skipping_server(house) as environment:
        yield environment


def among(house: House, calendar: WorkflowEnvironment) -> House:
    """The same house, its workflows on the calendar's server."""
    installation = replace(house.installation, temporal=calendar.client)
    return replace(house, installation=installation, desk=CaseDesk(installation))


async def test_an_offer_lapses_after_a_week_with_one_reminder(house: House, calendar: WorkflowEnvironment) -> None:
    house = among(house, calendar)
    bundle, files = scratched("calendar-1")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("calendar-1", Stage.OFFERED)
        await calendar.sleep(timedelta(days=6, hours=23))
        assert (await house.desk.view("lumen", "calendar-1")).stage is Stage.OFFERED
        assert await told(house, "calendar-1") == ["offer", "reminder"]
        await calendar.sleep(timedelta(hours=2))
        view = await ended(house, "calendar-1")
    assert view.result == "offer_lapsed"
    assert await told(house, "calendar-1") == ["offer", "reminder", "offer_lapsed"]


async def test_goods_that_never_come_back_are_waited_for_thirty_days(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    async with house.worker():
        await house.open(regretted("calendar-2"), {})
        await house.until("calendar-2", Stage.RETURNING)
        await calendar.sleep(timedelta(days=29, hours=23))
        assert (await house.desk.view("lumen", "calendar-2")).stage is Stage.RETURNING
        await calendar.sleep(timedelta(hours=2))
        view = await ended(house, "calendar-2")
    assert view.result == "not_returned"
    assert await house.refunded("ch_calendar_2") == []


async def test_a_proved_letter_nobody_signs_goes_out_two_days_before_the_banks_date(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    bundle, files = sample("c01-visa-131", "calendar-3")
    async with house.worker(plain_household(hasty(automatic_up_to_eur=10))):
        dispute = await disputed(house, bundle, files, timedelta(days=18))
        view = await house.until("calendar-3", Stage.REVIEW)
        assert view.due is not None
        await calendar.sleep(timedelta(days=15, hours=23))
        assert (await house.desk.view("lumen", "calendar-3")).stage in {Stage.REVIEW, Stage.ESCALATED}
        assert (await house.bank.ledger()).disputes[dispute].submissions == ()
        await calendar.sleep(timedelta(hours=2))
        await house.until("calendar-3", Stage.SUBMITTED)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_an_answer_that_cannot_go_out_calls_people_at_half_time_two_days_and_six_hours_before(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    bundle, files = sample("c09-visa-131-noproof", "calendar-4")
    async with house.worker():
        dispute = await disputed(house, bundle, files, timedelta(days=18))
        await house.until("calendar-4", Stage.REVIEW)
        await calendar.sleep(timedelta(days=8, hours=23))
        assert (await house.desk.view("lumen", "calendar-4")).stage is Stage.REVIEW
        for days, left in ((timedelta(hours=2), "8 days"), (timedelta(days=7), "47 hours"), (timedelta(hours=42), "5")):
            await calendar.sleep(days)
            view = await house.until("calendar-4", Stage.ESCALATED)
            assert view.detail.startswith(f"{left}")
            assert " are left to answer and nobody has decided; " in view.detail
        await review(house, "calendar-4", ReviewAction.DENY, note="nothing to show")
        view = await ended(house, "calendar-4")
    assert view.result == "accepted"
    assert (await house.bank.ledger()).disputes[dispute].submissions == ()


async def test_a_held_letter_stays_past_the_buffer_and_goes_when_it_is_released(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    bundle, files = sample("c01-visa-131", "calendar-5")
    async with house.worker(plain_household(hasty(automatic_up_to_eur=10))):
        dispute = await disputed(house, bundle, files, timedelta(days=18))
        await house.until("calendar-5", Stage.REVIEW)
        await review(house, "calendar-5", ReviewAction.HOLD, note="for legal")
        await calendar.sleep(timedelta(days=16, hours=1))
        view = await house.until("calendar-5", Stage.ESCALATED)
        assert view.detail.endswith("the letter is held; held by Marta: for legal")
        assert (await house.bank.ledger()).disputes[dispute].submissions == ()
        await review(house, "calendar-5", ReviewAction.APPROVE)
        await house.until("calendar-5", Stage.SUBMITTED)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_an_answer_the_processor_does_not_take_calls_people_and_goes_out_when_it_does(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    bundle, files = sample("c01-visa-131", "calendar-6")
    await house.bank.plan_fault(FaultKind.SERVER_ERROR, "/v1/disputes/dp_calendar_6", times=100_000)
    async with house.worker():
        dispute = await disputed(house, bundle, files, timedelta(hours=18))
        await house.until("calendar-6", Stage.SUBMITTING)
        await calendar.sleep(timedelta(hours=9, minutes=5))
        view = await house.until("calendar-6", Stage.ESCALATED)
        assert view.detail == "8 hours are left to answer and the processor has not taken the answer; it is tried again"
        with pytest.raises(NotNowError, match="legal now: nothing"):
            await review(house, "calendar-6", ReviewAction.DENY)
        await house.bank.clear_troubles()
        await calendar.sleep(timedelta(minutes=10))
        await house.until("calendar-6", Stage.SUBMITTED)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1


async def test_a_processor_that_says_nothing_for_hours_is_told_to_people_and_asked_on(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    bundle, files = sample("c01-visa-131", "calendar-7")
    async with house.worker():
        await house.bank.plan_fault(FaultKind.SERVER_ERROR, "/v1/refunds", method="GET", times=100_000)
        dispute = await disputed(house, bundle, files, timedelta(days=18))
        await calendar.sleep(timedelta(hours=6, minutes=5))
        view = await house.until("calendar-7", Stage.ESCALATED)
        assert view.detail == "the processor cannot be asked about the dispute; it is tried again"
        assert view.allowed == ()
        await house.bank.clear_troubles()
        await calendar.sleep(timedelta(minutes=1))
        await house.until("calendar-7", Stage.SUBMITTED)
    assert len((await house.bank.ledger()).disputes[dispute].submissions) == 1
