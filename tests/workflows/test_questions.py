"""A question to the buyer: answered, answered beside the point, not answered, or taken over by a person."""

from tests.workflows.hasty import answer, ended, hasty, review, told
from tests.workflows.house import House, case, lost, plain_household, scratched
from tools.records.case_words import EvidenceAddition
from workflows.messages import BuyerMove, ReviewAction, Stage


async def test_a_photo_that_answers_the_question_is_read_and_the_case_decided(house: House) -> None:
    shown, files = scratched("question-1")
    async with house.worker():
        await house.open(shown.model_copy(update={"photos": ()}), {})
        view = await house.until("question-1", Stage.ASKING)
        assert (view.detail, view.allowed) == ("photo_of_damage", ("say", "escalate"))
        addition = EvidenceAddition(photos=shown.photos)
        await house.desk.add_evidence("lumen", "question-1", addition, files, by="buyer")
        view = await house.until("question-1", Stage.OFFERED)
    assert view.amount is not None
    assert await told(house, "question-1") == ["question", "offer"]


async def test_an_answer_beside_the_point_is_not_asked_again_but_seen_by_a_person(house: House) -> None:
    bundle = case("question-2", "broken: chegou partido")
    async with house.worker():
        await house.open(bundle, {})
        await house.until("question-2", Stage.ASKING)
        await answer(house, bundle, BuyerMove.SAY, "não tenho fotografia")
        view = await house.until("question-2", Stage.REVIEW)
    assert view.detail == "what the buyer answered leaves the same question open"
    assert await told(house, "question-2") == ["question"]


async def test_a_question_not_answered_in_time_is_decided_on_what_is_there_by_a_person(house: House) -> None:
    async with house.worker(plain_household(hasty(offer=0.4))):
        await house.open(case("question-3", "broken: chegou partido"), {})
        view = await house.until("question-3", Stage.REVIEW)
        assert view.detail == "the buyer did not answer"
        await review(house, "question-3", ReviewAction.DENY, note="no photo came")
        view = await ended(house, "question-3")
    assert view.result == "denied"
    assert await house.refunded("ch_question_3") == []
    assert await told(house, "question-3") == ["question", "denied"]


async def test_a_silent_buyer_whose_parcel_has_gone_missing_meanwhile_is_not_paid_without_a_person(
    house: House,
) -> None:
    # Today the parcel counts as lost; as of the buyer's own message it was still on its way.
    bundle, files = lost("question-4", opened_at="2026-03-06T08:00:00Z")
    message = bundle.messages[0].model_copy(update={"at": bundle.opened_at})
    shipment = bundle.shipments[0].model_copy(update={"fetched_at": bundle.opened_at})
    bundle = bundle.model_copy(update={"messages": (message,), "shipments": (shipment,)})
    async with house.worker(plain_household(hasty(offer=0.4))):
        await house.open(bundle, files)
        view = await house.until("question-4", Stage.REVIEW)
        assert await told(house, "question-4") == ["question"]
        assert view.detail == "the buyer did not answer"
        assert view.resolution is not None
        assert (view.resolution.value, str(view.amount)) == ("full_refund", "45.00 EUR")
    assert await house.refunded("ch_question_4") == []


async def test_a_case_escalated_while_the_buyer_is_asked_waits_for_a_person(house: House) -> None:
    async with house.worker():
        await house.open(case("question-5", "broken: chegou partido"), {})
        await house.until("question-5", Stage.ASKING)
        await review(house, "question-5", ReviewAction.ESCALATE, note="the buyer asks for a person")
        view = await house.until("question-5", Stage.ESCALATED)
        assert view.detail == "escalated by Marta: the buyer asks for a person"
        await review(house, "question-5", ReviewAction.ASK, question="Qual das peças está partida?")
        view = await house.until("question-5", Stage.ASKING)
        assert view.detail == "Qual das peças está partida?"
    assert await told(house, "question-5") == ["question", "question"]
    assert any("Qual das peças está partida?" in mail["body"] for mail in house.mail("question-5"))
