"""A dispute's deadline: what goes out by itself when the buffer begins, and what only a person can do."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.workflows.hasty import hasty, review
from tests.workflows.house import House, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from tools.processors.sandbox.messages import Submission
from tools.records.case_words import EvidenceAddition
from workflows.desk import NotNowError
from workflows.messages import ReviewAction, Stage

_HOUR = timedelta(hours=1)
_BUFFER_SOON = hasty(buffer=_HOUR.total_seconds() - 3, automatic_up_to_eur=10)
"""Every defence is looked at by a person; the buffer of a dispute due in an hour begins in three seconds."""


async def submissions(house: House, dispute: str) -> tuple[Submission, ...]:
    return (await house.bank.ledger()).disputes[dispute].submissions


async def signature(house: House, case_id: str) -> tuple[str, str]:
    """Who sent the answer, and how."""
    (sent,) = [e for e in await house.installation.cases.events("lumen", case_id) if e.what == "submitted"]
    return sent.actor, sent.detail


async def decided(house: House, case_id: str) -> tuple[str, str]:
    """Which person decided last, and what."""
    events = [e for e in await house.installation.cases.events("lumen", case_id) if e.what == "decided"]
    return events[-1].actor, events[-1].detail


async def test_a_proved_letter_nobody_signs_goes_out_when_the_buffer_begins(house: House) -> None:
    bundle, files = sample("c01-visa-131", "unsigned-1")
    due = datetime.now(UTC) + _HOUR
    async with house.worker(plain_household(_BUFFER_SOON)):
        dispute = await disputed(house, bundle, files, _HOUR)
        await house.until("unsigned-1", Stage.SUBMITTED)
    (sent,) = await submissions(house, dispute)
    assert due - _HOUR < sent.at < due
    assert await signature(house, "unsigned-1") == ("amends", "composed and proved, sent without a signature")


async def test_a_letter_signed_in_time_goes_out_at_once_under_that_name(house: House) -> None:
    bundle, files = sample("c01-visa-131", "signed-1")
    async with house.worker(plain_household(hasty(automatic_up_to_eur=10))):
        dispute = await disputed(house, bundle, files)
        view = await house.until("signed-1", Stage.REVIEW)
        assert view.due is not None
        assert await submissions(house, dispute) == ()
        await review(house, "signed-1", ReviewAction.APPROVE)
        await house.until("signed-1", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1
    assert await signature(house, "signed-1") == ("Marta", "signed")


async def test_a_proved_letter_in_senior_hands_still_goes_out_in_time(house: House) -> None:
    bundle, files = sample("c06-amex-c08", "unsigned-2")
    async with house.worker(plain_household(hasty(buffer=_HOUR.total_seconds() - 6, automatic_up_to_eur=10))):
        dispute = await disputed(house, bundle, files, _HOUR)
        await house.until("unsigned-2", Stage.REVIEW)
        await review(house, "unsigned-2", ReviewAction.ESCALATE, note="for legal")
        await house.until("unsigned-2", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1


async def test_a_dispute_told_after_its_buffer_began_is_answered_at_once(house: House) -> None:
    bundle, files = sample("c01-visa-131", "unsigned-3")
    async with house.worker(plain_household(hasty(automatic_up_to_eur=10))):
        dispute = await disputed(house, bundle, files, _HOUR)
        await house.until("unsigned-3", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1


async def test_an_answer_the_bank_takes_no_more_is_not_sent_over_and_over(house: House) -> None:
    bundle, files = sample("c01-visa-131", "overdue-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files, -_HOUR)
        view = await house.until("overdue-1", Stage.REVIEW)
        assert view.detail.startswith("not submitted: ")
        await review(house, "overdue-1", ReviewAction.DENY, note="too late")
        view = await house.until("overdue-1", Stage.CLOSED)
    assert view.result == "accepted"
    assert await decided(house, "overdue-1") == ("Marta", "accept 93.00 USD")
    assert await submissions(house, dispute) == ()


async def test_what_the_merchant_supplies_is_read_and_the_answer_goes_out(house: House) -> None:
    asked, files = sample("c09-visa-131-noproof", "answered-1")
    proof, proofs = sample("c08-paypal-inr", "answered-0")
    async with house.worker():
        dispute = await disputed(house, asked, files)
        await house.until("answered-1", Stage.REVIEW)
        await review(house, "answered-1", ReviewAction.ASK, question="the tracking record, please")
        addition = EvidenceAddition(shipments=proof.shipments)
        await house.desk.add_evidence("lumen", "answered-1", addition, proofs, by="merchant")
        await house.until("answered-1", Stage.SUBMITTED)
        with pytest.raises(NotNowError, match="the case is submitted; evidence is no longer read"):
            await house.desk.add_evidence("lumen", "answered-1", EvidenceAddition(), {}, by="merchant")
    assert len(await submissions(house, dispute)) == 1


async def test_a_small_dispute_the_records_contradict_is_conceded_without_a_person(house: House) -> None:
    bundle, files = sample("c05-mc-4853-place", "conceded-2")
    async with house.worker(
        plain_household(hasty(small_claim_up_to_eur=1000, automatic_up_to_eur=1000, concession_notice_hours=1 / 3600))
    ):
        dispute = await disputed(house, bundle, files)
        view = await house.until("conceded-2", Stage.CLOSED)
    assert view.result == "accepted"
    ledger = (await house.bank.ledger()).disputes[dispute]
    assert (ledger.status, ledger.submissions) == ("lost", ())


async def test_a_person_may_fight_what_would_have_been_conceded(house: House) -> None:
    bundle, files = sample("c03-visa-104-unlinked", "fought-3")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("fought-3", Stage.REVIEW)
        await review(house, "fought-3", ReviewAction.DENY, note="a known customer")
        await house.until("fought-3", Stage.REVIEW)
        assert await decided(house, "fought-3") == ("Marta", "fight 205.00 USD")
        assert await submissions(house, dispute) == ()
        await review(house, "fought-3", ReviewAction.APPROVE)
        await house.until("fought-3", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1
    assert await signature(house, "fought-3") == ("Marta", "signed")
