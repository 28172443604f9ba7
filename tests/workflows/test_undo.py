"""A person takes back what they have just decided: within the window, by themselves only, and before money moves."""

import asyncio

import pytest

from tests.workflows.hasty import ended, hasty
from tests.workflows.house import House, case, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from workflows.desk import NotNowError
from workflows.messages import Review, ReviewAction, Stage, Undo

_MINUTE = plain_household(hasty(undo_seconds=60))
_SOON = plain_household(hasty(undo_seconds=0.3))


def by(name: str, account: str, action: ReviewAction = ReviewAction.APPROVE) -> Review:
    return Review(by=name, account=account, action=action)


async def test_a_decision_is_taken_back_and_the_case_waits_again_with_nothing_paid(house: House) -> None:
    async with house.worker(_MINUTE):
        await house.open(case("undo-1", "lost: nada chegou"), {})
        before = await house.until("undo-1", Stage.REVIEW)
        await house.desk.review("lumen", "undo-1", by("Ana", "a_1"))
        view = await house.until("undo-1", Stage.DECIDED)
        assert (view.detail, view.allowed) == ("approve by Ana", ("undo",))
        assert view.due is not None
        with pytest.raises(NotNowError, match="only who has just decided"):
            await house.desk.undo("lumen", "undo-1", Undo(by="Ana", account="a_2"))
        with pytest.raises(NotNowError, match="the case has just been decided by Ana"):
            await house.desk.review("lumen", "undo-1", by("Bea", "a_2"))
        await house.desk.undo("lumen", "undo-1", Undo(by="Ana", account="a_1"))
        after = await house.until("undo-1", Stage.REVIEW)
        assert after.decision_id == before.decision_id
        assert await house.refunded("ch_undo_1") == []
        await house.desk.review("lumen", "undo-1", by("Ana", "a_1", ReviewAction.DENY))
        await house.until("undo-1", Stage.DECIDED)
        await house.desk.undo("lumen", "undo-1", Undo(by="Ana", account="a_1"))
        await house.until("undo-1", Stage.REVIEW)


async def test_after_the_window_the_decision_is_carried_out_and_cannot_be_taken_back(house: House) -> None:
    async with house.worker(_SOON):
        await house.open(case("undo-2", "lost: nada chegou"), {})
        await house.until("undo-2", Stage.REVIEW)
        await house.desk.review("lumen", "undo-2", by("Ana", "a_1"))
        view = await ended(house, "undo-2")
        with pytest.raises(NotNowError):
            await house.desk.undo("lumen", "undo-2", Undo(by="Ana", account="a_1"))
    assert view.result == "paid"
    assert await house.refunded("ch_undo_2") == [4500]


async def test_an_undo_in_the_last_moment_either_pays_or_waits_and_never_both(house: House) -> None:
    async with house.worker(_SOON):
        await house.open(case("undo-3", "lost: nada chegou"), {})
        await house.until("undo-3", Stage.REVIEW)
        await house.desk.review("lumen", "undo-3", by("Ana", "a_1"))
        await asyncio.sleep(0.29)
        try:
            await house.desk.undo("lumen", "undo-3", Undo(by="Ana", account="a_1"))
            undone = True
        except NotNowError:
            undone = False
        view = await house.until("undo-3", Stage.REVIEW if undone else Stage.CLOSED)
    assert await house.refunded("ch_undo_3") == ([] if undone else [4500])
    assert view.paid is None if undone else view.paid is not None


async def test_a_review_of_a_decision_that_was_made_anew_is_refused(house: House) -> None:
    async with house.worker():
        await house.open(case("undo-4", "lost: nada chegou"), {})
        view = await house.until("undo-4", Stage.REVIEW)
        with pytest.raises(NotNowError, match="decided anew since you saw it"):
            await house.desk.review("lumen", "undo-4", by("Ana", "a_1").model_copy(update={"decision_id": "d0-old"}))
        seen = by("Ana", "a_1").model_copy(update={"decision_id": view.decision_id})
        await house.desk.review("lumen", "undo-4", seen)
        await ended(house, "undo-4")
    assert await house.refunded("ch_undo_4") == [4500]


async def test_a_signature_and_a_concession_are_taken_back_before_anything_reaches_the_processor(house: House) -> None:
    bundle, files = sample("c03-visa-104-unlinked", "undo-5")
    async with house.worker(plain_household(hasty(undo_seconds=60))):
        dispute = await disputed(house, bundle, files)
        due = (await house.until("undo-5", Stage.REVIEW)).due
        for action in (ReviewAction.APPROVE, ReviewAction.DENY):
            await house.desk.review("lumen", "undo-5", by("Ana", "a_1", action))
            view = await house.until("undo-5", Stage.DECIDED)
            assert view.allowed == ("undo",)
            await house.desk.undo("lumen", "undo-5", Undo(by="Ana", account="a_1"))
            view = await house.until("undo-5", Stage.REVIEW)
            assert view.due == due
        ledger = (await house.bank.ledger()).disputes[dispute]
        assert (ledger.status, ledger.submissions) == ("needs_response", ())
        await house.desk.review("lumen", "undo-5", by("Ana", "a_1", ReviewAction.HOLD))
        view = await house.until("undo-5", Stage.REVIEW)
        assert "approve" in view.allowed


async def test_a_word_against_an_announced_concession_is_taken_back_and_the_concession_stays_announced(
    house: House,
) -> None:
    bundle, files = sample("c05-mc-4853-place", "undo-6")
    policy = hasty(undo_seconds=60, small_claim_up_to_eur=1000, automatic_up_to_eur=1000)
    async with house.worker(plain_household(policy)):
        dispute = await disputed(house, bundle, files)
        told = (await house.until("undo-6", Stage.ANNOUNCED)).detail
        await house.desk.review("lumen", "undo-6", by("Ana", "a_1", ReviewAction.DENY))
        await house.until("undo-6", Stage.DECIDED)
        await house.desk.undo("lumen", "undo-6", Undo(by="Ana", account="a_1"))
        assert (await house.until("undo-6", Stage.ANNOUNCED)).detail == told
        assert (await house.bank.ledger()).disputes[dispute].status == "needs_response"
