"""An offer: open as long as promised, remembered once, and what the buyer may make of it."""

import pytest

from knowledge.decision import Resolution
from knowledge.money import Money
from samples.pictures import draw
from tests.workflows.hasty import answer, ended, eur, hasty, late, offered, review, told, until_told
from tests.workflows.house import House, plain_household, scratched
from tools.records.case_words import EvidenceAddition
from workflows.desk import NotNowError
from workflows.messages import BuyerMove, ReviewAction, Stage


async def test_an_unanswered_offer_is_remembered_once_and_lapses(house: House) -> None:
    bundle, files = scratched("lapse-1")
    async with house.worker(plain_household(hasty(reminder=0.4, offer=0.8))):
        await house.open(bundle, files)
        view = await ended(house, "lapse-1")
    assert (view.result, view.paid) == ("offer_lapsed", None)
    assert await told(house, "lapse-1") == ["offer", "reminder", "offer_lapsed"]
    assert await house.refunded("ch_lapse_1") == []
    assert len(house.mail("lapse-1")) == 3


async def test_an_offer_can_still_be_accepted_after_the_reminder(house: House) -> None:
    bundle, files = scratched("lapse-2")
    async with house.worker(plain_household(hasty(reminder=0.2))):
        await house.open(bundle, files)
        await until_told(house, "lapse-2", "reminder")
        await answer(house, bundle, BuyerMove.ACCEPT)
        view = await ended(house, "lapse-2")
    assert view.result == "paid"
    assert await told(house, "lapse-2") == ["offer", "reminder", "paid"]
    assert await house.refunded("ch_lapse_2") == [300]


async def test_a_counter_offer_is_adjusted_by_a_reviewer_and_accepted(house: House) -> None:
    bundle, files = late("counter-1")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("counter-1", Stage.OFFERED)
        await answer(house, bundle, BuyerMove.COUNTER, "prefiro doze euros", eur(1200))
        view = await house.until("counter-1", Stage.REVIEW)
        assert view.detail == "the buyer asks for 12.00 EUR instead of 7.00 EUR"
        await review(house, "counter-1", ReviewAction.ADJUST, amount=eur(900), note="meet in the middle")
        view = await house.until("counter-1", Stage.OFFERED)
        assert view.amount == eur(900)
        await answer(house, bundle, BuyerMove.ACCEPT)
        view = await ended(house, "counter-1")
    assert (view.result, view.paid) == ("paid", eur(900))
    assert await house.refunded("ch_counter_1") == [900]
    assert await told(house, "counter-1") == ["offer", "offer", "paid"]


async def test_the_same_offer_made_again_after_words_that_change_nothing_is_told_again(house: House) -> None:
    bundle, files = late("again-2")
    async with house.worker():
        await house.open(bundle, files)
        first = await house.until("again-2", Stage.OFFERED)
        await answer(house, bundle, BuyerMove.SAY, "olá?")
        await house.until("again-2", Stage.REVIEW)
        await answer(house, bundle, BuyerMove.SAY, "está alguém aí?")
        second = await house.until("again-2", Stage.OFFERED)
    assert (second.decision_id, second.amount) == (first.decision_id, first.amount)
    assert await told(house, "again-2") == ["offer", "offer"]
    assert len(house.mail("again-2")) == 2


async def test_a_counter_offer_that_cannot_be_meant_leaves_offer_and_evidence_alone(house: House) -> None:
    async with house.worker():
        bundle = await offered(house, "counter-2")
        with pytest.raises(NotNowError, match="amount: is in USD; the order was paid in EUR"):
            await answer(house, bundle, BuyerMove.COUNTER, "quero mais", Money(minor=600, currency="USD"))
        assert (await house.desk.view("lumen", "counter-2")).stage is Stage.OFFERED
    assert len((await house.installation.cases.bundle("lumen", "counter-2")).messages) == 1


async def test_a_buyer_who_refuses_every_rung_meets_a_person(house: House) -> None:
    bundle, files = late("refuse-1")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("refuse-1", Stage.OFFERED)
        await answer(house, bundle, BuyerMove.REFUSE)
        view = await house.until("refuse-1", Stage.REVIEW)
        assert view.detail == "the buyer refused every offer"
        await review(house, "refuse-1", ReviewAction.ADJUST, amount=eur(4500), resolution=Resolution.FULL_REFUND)
        view = await ended(house, "refuse-1")
    assert view.result == "paid"
    assert await house.refunded("ch_refuse_1") == [4500]
    assert await told(house, "refuse-1") == ["offer", "paid"]


async def test_what_the_buyer_writes_instead_of_an_answer_is_seen_by_a_person(house: House) -> None:
    async with house.worker():
        bundle = await offered(house, "say-1")
        await answer(house, bundle, BuyerMove.SAY, "o meu vizinho recebeu mais")
        view = await house.until("say-1", Stage.REVIEW)
    assert view.detail == "the buyer answered in free text instead of 3.00 EUR"
    assert await house.refunded("ch_say_1") == []


async def test_evidence_that_comes_after_an_offer_is_read_and_a_person_looks_before_it_changes(house: House) -> None:
    async with house.worker():
        bundle = await offered(house, "evidence-1")
        worse = bundle.photos[0].model_copy(update={"id": "p-2", "path": "photos/worse.jpg", "sha256": None})
        await house.desk.add_evidence(
            "lumen",
            "evidence-1",
            EvidenceAddition(photos=(worse,)),
            {"photos/worse.jpg": draw("lamp", "moderate", 7)},
            by="buyer",
        )
        view = await house.until("evidence-1", Stage.REVIEW)
    assert view.detail.startswith("new evidence came while 3.00 EUR was offered")
    facts = await house.installation.cases.facts("lumen", "evidence-1")
    assert {fact.name.value: fact.value for fact in facts}["photo.count"] == 2
