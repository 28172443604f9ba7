"""A year of disputes on the time-skipping server: nobody signs anything, and every answer goes out in time, once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from tests.workflows.test_calendar import among, skipping_server
from tests.workflows.test_chargeback_case import sample
from tools.processors.sandbox.messages import NewCharge, NewDispute
from workflows.messages import Stage

_DAYS_TO_ANSWER = (18, 30, 9, 45, 20, 7, 14, 30, 60, 10, 5, 21, 28)
"""Of one dispute every four weeks; the last one's date lies in the next year."""
_BUFFER = timedelta(hours=48)


class Happening(NamedTuple):
    """What is to be done at a moment of the year, in order."""

    at: datetime
    what: str
    case: int


@pytest.fixture
async def calendar(house: House) -> AsyncIterator[WorkflowEnvironment]:
    async with skipping_server(house) as environment:
        yield environment


async def opened(house: House, number: int, due: datetime) -> str:
    """The dispute exists at the bank, to be answered by `due`, and its case is opened; the dispute's id."""
    bundle, files = sample("c01-visa-131", f"year-{number}")
    payment, notice = bundle.order.payment, bundle.chargeback
    assert notice is not None
    charge = payment.processor_reference
    await house.bank.create_charge(NewCharge(id=charge, amount=payment.captured.minor, currency="usd"))
    new = NewDispute(id=notice.dispute_id, charge=charge, amount=notice.amount.minor, network_reason_code="13.1")
    await house.bank.open_dispute(new.model_copy(update={"due_by": due}))
    await house.desk.open(bundle, files)
    await house.until(bundle.case_id, Stage.REVIEW)
    return notice.dispute_id


async def test_over_a_year_every_unsigned_answer_goes_out_when_its_buffer_begins(
    house: House, calendar: WorkflowEnvironment
) -> None:
    house = among(house, calendar)
    start = await calendar.get_current_time()
    plan: list[Happening] = []
    dues: dict[int, datetime] = {}
    for number, days in enumerate(_DAYS_TO_ANSWER):
        opens = start + timedelta(days=28 * number, hours=1)
        dues[number] = due = (opens + timedelta(days=days)).replace(microsecond=0)
        plan += [
            Happening(opens, "opens", number),
            Happening(due - _BUFFER - timedelta(hours=1), "is not sent yet", number),
            Happening(due - _BUFFER + timedelta(hours=1), "is sent", number),
        ]
    disputes: dict[int, str] = {}
    async with house.worker(plain_household(hasty(automatic_up_to_eur=10))):
        for happening in sorted(plan):
            now = await calendar.get_current_time()
            await calendar.sleep(max(timedelta(0), happening.at - now))
            number = happening.case
            if happening.what == "opens":
                disputes[number] = await opened(house, number, dues[number])
                continue
            if happening.what == "is sent":
                await house.until(f"year-{number}", Stage.SUBMITTED)
            sent = (await house.bank.ledger()).disputes[disputes[number]].submissions
            assert len(sent) == (happening.what == "is sent"), happening
            if sent:
                await house.bank.decide_dispute(disputes[number], "won")
                await house.desk.outcome_news("lumen", f"year-{number}", "event")
                await house.until(f"year-{number}", Stage.CLOSED)
    assert await calendar.get_current_time() - start > timedelta(days=340)
    ledger = (await house.bank.ledger()).disputes
    assert [len(ledger[dispute].submissions) for dispute in disputes.values()] == [1] * len(_DAYS_TO_ANSWER)
