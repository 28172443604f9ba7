"""Goods that are to come back: paid once when they do, and what happens when they do not."""

from datetime import UTC, datetime

import pytest

from knowledge.case import Author, Document, DocumentKind
from tests.workflows.hasty import answer, ended, hasty, offered, regretted, review, told
from tests.workflows.house import House, plain_household
from tools.records.case_words import EvidenceAddition
from workflows.desk import NotNowError
from workflows.messages import BuyerMove, ReturnReceived, ReviewAction, Stage

_BACK = ReturnReceived(by="Nuno at the dock", note="complete")


async def test_goods_that_came_back_are_paid_exactly_once(house: House) -> None:
    bundle = regretted("return-1")
    async with house.worker():
        await house.open(bundle, {})
        waiting = await house.until("return-1", Stage.RETURNING)
        assert waiting.due is not None
        assert await house.refunded("ch_return_1") == []
        await house.desk.return_received("lumen", "return-1", _BACK)
        view = await ended(house, "return-1")
        with pytest.raises(NotNowError, match="closed"):
            await house.desk.return_received("lumen", "return-1", _BACK)
    assert (view.result, view.paid) == ("paid", view.amount)
    assert await house.refunded("ch_return_1") == [4500]
    assert await told(house, "return-1") == ["return", "paid"]


async def test_goods_that_never_came_back_are_not_paid_and_the_buyer_is_told(house: House) -> None:
    async with house.worker(plain_household(hasty(goods=0.5))):
        await house.open(regretted("return-2"), {})
        view = await ended(house, "return-2")
    assert (view.result, view.paid) == ("not_returned", None)
    assert await house.refunded("ch_return_2") == []
    assert await told(house, "return-2") == ["return", "not_returned"]


async def test_a_buyer_who_refuses_the_reduction_may_send_the_goods_back(house: House) -> None:
    async with house.worker():
        bundle = await offered(house, "return-3")
        await answer(house, bundle, BuyerMove.REFUSE)
        await house.until("return-3", Stage.RETURNING)
        await house.desk.return_received("lumen", "return-3", _BACK)
        view = await ended(house, "return-3")
    assert view.result == "paid"
    assert await house.refunded("ch_return_3") == [2500]
    assert await told(house, "return-3") == ["offer", "return", "paid"]


async def test_no_return_is_taken_while_none_is_expected(house: House) -> None:
    async with house.worker():
        await offered(house, "return-4")
        with pytest.raises(NotNowError, match="the case is offered; legal now: say, accept, refuse, counter"):
            await house.desk.return_received("lumen", "return-4", _BACK)
    assert await house.refunded("ch_return_4") == []


async def test_a_person_may_take_over_while_the_goods_are_awaited(house: House) -> None:
    async with house.worker():
        await house.open(regretted("return-5"), {})
        await house.until("return-5", Stage.RETURNING)
        await review(house, "return-5", ReviewAction.ESCALATE, note="the parcel came back broken")
        view = await house.until("return-5", Stage.ESCALATED)
        assert view.detail == "escalated by Marta: the parcel came back broken"
        await review(house, "return-5", ReviewAction.DENY)
        view = await ended(house, "return-5")
    assert view.result == "denied"
    assert await house.refunded("ch_return_5") == []


async def test_what_the_buyer_writes_while_the_goods_are_awaited_is_seen_by_a_person(house: House) -> None:
    bundle = regretted("return-6")
    async with house.worker():
        await house.open(bundle, {})
        await house.until("return-6", Stage.RETURNING)
        await answer(house, bundle, BuyerMove.SAY, "afinal quero ficar com ela")
        view = await house.until("return-6", Stage.REVIEW)
        assert view.detail == "the buyer was heard while the goods were awaited"
        await review(house, "return-6", ReviewAction.APPROVE)
        await house.until("return-6", Stage.RETURNING)
        await house.desk.return_received("lumen", "return-6", _BACK)
        await ended(house, "return-6")
    assert await house.refunded("ch_return_6") == [4500]


async def test_evidence_that_comes_while_the_goods_are_awaited_is_read_and_seen_by_a_person(house: House) -> None:
    slip = Document(
        id="d-1", path="slip.txt", kind=DocumentKind.OTHER, author=Author.BUYER, title="slip", at=datetime.now(UTC)
    )
    async with house.worker():
        await house.open(regretted("return-7"), {})
        await house.until("return-7", Stage.RETURNING)
        await house.desk.add_evidence(
            "lumen", "return-7", EvidenceAddition(documents=(slip,)), {"slip.txt": b"handed in"}, by="buyer"
        )
        await house.until("return-7", Stage.REVIEW)
    assert await house.refunded("ch_return_7") == []
