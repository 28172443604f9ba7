"""A case that waits for a person: how long, for whom, and what that person may not decide."""

import pytest

from knowledge.decision import Resolution
from tests.workflows.hasty import answer, decided_anew, ended, eur, hasty, review, told
from tests.workflows.house import House, case, plain_household
from workflows.desk import NotNowError
from workflows.messages import BuyerMove, ReviewAction, Stage


async def test_a_case_nobody_decided_in_the_promised_time_is_escalated_and_still_says_why(house: House) -> None:
    async with house.worker(plain_household(hasty(review=0.4))):
        await house.open(case("waits-1", "lost: nada chegou"), {})
        view = await house.until("waits-1", Stage.ESCALATED)
        assert view.detail.startswith("nobody decided within the promised time; ")
        assert view.detail.endswith("; nothing besides the buyer's word stands behind the claim")
        await review(house, "waits-1", ReviewAction.APPROVE)
        view = await ended(house, "waits-1")
    assert view.result == "paid"
    assert await house.refunded("ch_waits_1") == [4500]


async def test_a_reviewer_hands_a_case_to_somebody_more_senior(house: House) -> None:
    async with house.worker():
        await house.open(case("waits-2", "lost: nada chegou"), {})
        await house.until("waits-2", Stage.REVIEW)
        await review(house, "waits-2", ReviewAction.ESCALATE)
        view = await house.until("waits-2", Stage.ESCALATED)
        assert view.detail == "escalated by Marta"
        assert "approve" in view.allowed
        await review(house, "waits-2", ReviewAction.DENY, note="known parcel forwarder")
        view = await ended(house, "waits-2")
    assert (view.result, view.paid) == ("denied", None)
    assert await house.refunded("ch_waits_2") == []
    assert await told(house, "waits-2") == ["denied"]


async def test_words_of_the_buyer_are_read_while_the_case_waits_for_a_person(house: House) -> None:
    bundle = case("waits-3", "tenho uma pergunta")
    async with house.worker():
        await house.open(bundle, {})
        view = await house.until("waits-3", Stage.REVIEW)
        assert view.resolution is Resolution.ASK_EVIDENCE
        await answer(house, bundle, BuyerMove.SAY, "lost: nada chegou")
        view = await decided_anew(house, "waits-3", view)
    assert view.resolution is Resolution.FULL_REFUND


async def test_a_review_that_cannot_be_carried_out_leaves_the_case_waiting(house: House) -> None:
    async with house.worker():
        await house.open(case("waits-4", "lost: nada chegou"), {})
        await house.until("waits-4", Stage.REVIEW)
        with pytest.raises(NotNowError, match=r"amount: is 45\.01 EUR; only 45.00 EUR was paid"):
            await review(house, "waits-4", ReviewAction.ADJUST, amount=eur(4501))
        view = await house.desk.view("lumen", "waits-4")
        assert view.stage is Stage.REVIEW
        await review(house, "waits-4", ReviewAction.ADJUST, amount=eur(4500))
        await house.until("waits-4", Stage.PAYING, Stage.CLOSED)
        await ended(house, "waits-4")
    assert await house.refunded("ch_waits_4") == [4500]


async def test_a_proposal_that_gives_nothing_cannot_be_approved_only_adjusted_or_denied(house: House) -> None:
    given_back = [
        {
            "amount": {"amount": "45.00", "currency": "EUR"},
            "at": "2026-03-11T08:00:00Z",
            "channel": "processor",
            "reference": "re_earlier",
            "state": "succeeded",
        }
    ]
    async with house.worker():
        await house.open(case("waits-5", "lost: nada chegou", earlier_refunds=given_back), {})
        view = await house.until("waits-5", Stage.REVIEW)
        assert "nothing is left of the payment to give back" in view.detail
        with pytest.raises(NotNowError, match="amount: the proposal gives nothing back"):
            await review(house, "waits-5", ReviewAction.APPROVE)
        await review(house, "waits-5", ReviewAction.DENY)
        view = await ended(house, "waits-5")
    assert view.result == "denied"
