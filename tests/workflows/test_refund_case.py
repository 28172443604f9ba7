"""A buyer's claim from evidence to money, on real services."""

from typing import Any

import pytest

from tests.workflows.house import REPLAY_EVERY_TASK, House, case, lost
from workflows.desk import NotNowError
from workflows.messages import Review, ReviewAction, Stage


@pytest.mark.parametrize("options", [{}, REPLAY_EVERY_TASK], ids=["warm", "every task a replay"])
async def test_a_lost_parcel_is_refunded_in_full_and_the_buyer_is_told(house: House, options: dict[str, Any]) -> None:
    case_id = f"lost-{len(options)}"
    bundle, files = lost(case_id)
    async with house.worker(**options):
        await house.open(bundle, files)
        view = await house.until(case_id, Stage.CLOSED)
    assert view.result == "paid"
    assert await house.refunded(bundle.order.payment.processor_reference) == [4500]
    (mail,) = house.mail(case_id)
    assert mail["language"] == "pt"
    assert "45.00 EUR" in mail["subject"]
    assert (await house.installation.audit.verify("lumen")).intact


async def test_a_closed_case_told_again_stays_closed(house: House) -> None:
    bundle, files = lost("told-again")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("told-again", Stage.CLOSED)
        assert not (await house.desk.open(bundle, files)).created
        assert (await house.desk.view("lumen", "told-again")).stage is Stage.CLOSED
    assert await house.refunded(bundle.order.payment.processor_reference) == [4500]


async def test_a_claim_of_damage_without_a_photo_is_answered_by_one_question(house: House) -> None:
    async with house.worker():
        await house.open(case("asked-1", "broken: chegou partido"), {})
        view = await house.until("asked-1", Stage.ASKING)
        assert view.detail == "photo_of_damage"
    assert await house.refunded("ch_asked_1") == []


async def test_a_reviewer_approves_once_and_only_while_the_case_waits(house: House) -> None:
    async with house.worker():
        await house.open(case("reviewed-1", "lost: nada chegou"), {})
        view = await house.until("reviewed-1", Stage.REVIEW)
        assert "approve" in view.allowed
        approval = Review(by="Marta", action=ReviewAction.APPROVE)
        await house.desk.review("lumen", "reviewed-1", approval)
        view = await house.until("reviewed-1", Stage.CLOSED)
        assert view.result == "paid"
        with pytest.raises(NotNowError, match="closed"):
            await house.desk.review("lumen", "reviewed-1", approval)
    assert await house.refunded("ch_reviewed_1") == [4500]
