"""Cases enter the queue when their workflow waits for a person, with why, and leave it when they move on."""

import asyncio
from datetime import UTC, datetime, timedelta

from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause
from knowledge.rules.policy import HOUSE_POLICY
from tests.workflows.hasty import ended, review
from tests.workflows.house import House, case, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from tools.records.queue import Queue
from tools.records.queue_rows import QueueRow
from workflows.messages import ReviewAction, Stage
from workflows.requeue import rebuild_queue


async def row_of(house: House, case_id: str, stage: Stage | None = None) -> QueueRow:
    """The case's row, waited for until it stands at the stage: the workflow's view is ahead of the records."""
    async with asyncio.timeout(20):
        while True:
            row = (await Queue(house.installation.records).rows("lumen", [case_id])).get(case_id)
            if row is not None and (stage is None or row.line.stage == stage):
                return row
            await asyncio.sleep(0.05)


async def test_a_refund_waits_with_its_reasons_is_handed_up_and_leaves(house: House) -> None:
    async with house.worker():
        await house.open(case("queued-1", "lost: nada chegou", price="700.00"), {})
        await house.until("queued-1", Stage.REVIEW)
        row = await row_of(house, "queued-1", Stage.REVIEW)
        line = row.line
        assert WaitCause.ABOVE_LIMIT in line.causes
        assert (line.proposal, line.reason, line.language, line.destination) == (
            "full_refund",
            "not_received",
            "pt",
            "PT",
        )
        assert (str(line.stake), line.worth_cents, line.band) == ("705.00 EUR", 70_500, CertaintyBand.LOOK)
        assert line.flags == (QueueFlag.HIGH_VALUE, QueueFlag.FOUR_EYES)
        view = await house.desk.view("lumen", "queued-1")
        assert (line.due, line.house_due, line.decision_id) == (view.due, view.due, view.decision_id)
        await review(house, "queued-1", ReviewAction.ESCALATE)
        await house.until("queued-1", Stage.ESCALATED)
        assert (await row_of(house, "queued-1", Stage.ESCALATED)).line.causes[0] is WaitCause.HANDED_UP
        await review(house, "queued-1", ReviewAction.DENY)
        await ended(house, "queued-1")
    assert not (await row_of(house, "queued-1")).waits


async def test_a_proved_letter_waits_to_be_signed_by_the_processors_date(house: House) -> None:
    bundle, files = sample("c01-visa-131", "queued-2")
    careful = HOUSE_POLICY.model_copy(update={"automatic_up_to_eur": 1.0})
    async with house.worker(plain_household(careful)):
        await disputed(house, bundle, files, timedelta(days=9))
        await house.desk.open(bundle, files)
        view = await house.until("queued-2", Stage.REVIEW)
        line = (await row_of(house, "queued-2", Stage.REVIEW)).line
    assert WaitCause.LETTER_TO_SIGN in line.causes
    assert QueueFlag.LETTER in line.flags
    assert (line.proposal, line.network, line.reason, line.amount) == ("fight", "visa", "not_received", line.stake)
    assert line.house_due == view.due
    assert line.respond_by is not None
    assert timedelta(days=8) < line.respond_by - datetime.now(UTC) < timedelta(days=10)
    assert line.due == min(line.respond_by, line.house_due or line.respond_by)


async def test_the_queue_is_rebuilt_as_it_was_and_cleared_of_what_waits_for_nobody(house: House) -> None:
    records = house.installation.records
    async with house.worker():
        await house.open(case("queued-3", "lost: nada chegou"), {})
        await house.open(case("queued-4", "lost: nada chegou"), {})
        await house.until("queued-3", Stage.REVIEW)
        await house.until("queued-4", Stage.REVIEW)
        before = await row_of(house, "queued-3", Stage.REVIEW)
        await row_of(house, "queued-4", Stage.REVIEW)
        await Queue(records).remove("lumen", "queued-3")
        await review(house, "queued-4", ReviewAction.DENY)
        await ended(house, "queued-4")
        await Queue(records).put("lumen", (await row_of(house, "queued-4")).line)
        done = await rebuild_queue(house.installation, house.desk, "lumen", HOUSE_POLICY)
    assert done.removed == 1
    assert (await row_of(house, "queued-3")).line == before.line
    assert not (await row_of(house, "queued-4")).waits
