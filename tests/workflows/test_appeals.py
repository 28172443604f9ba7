"""A closed case contested by its buyer: taken up again, decided by a person, and only what is disputed."""

import asyncio

import pytest

from knowledge.decision import Resolution
from knowledge.judgement.waiting import WaitCause
from tests.workflows.hasty import eur, hasty, review
from tests.workflows.house import House, case, lost, plain_household, scratched
from tools.records.case_words import EvidenceAddition
from workflows.desk import NotNowError
from workflows.doors import MOST_APPEALS
from workflows.messages import ReviewAction, Stage


async def denied(house: House, case_id: str) -> None:
    await house.open(case(case_id, "lost: nada chegou"), {})
    await house.until(case_id, Stage.REVIEW)
    await review(house, case_id, ReviewAction.DENY)
    assert (await house.until(case_id, Stage.CLOSED)).result == "denied"


async def appeal(house: House, case_id: str, number: int = 1, words: str = "lost: olhem outra vez") -> None:
    bundle = await house.installation.cases.bundle("lumen", case_id)
    message = bundle.messages[0].model_copy(update={"id": f"appeal-{number}", "text": words})
    await house.desk.appeal("lumen", case_id, message)


async def test_an_appeal_reaches_a_person_who_may_decide_otherwise(house: House) -> None:
    async with house.worker():
        await denied(house, "appeal-1")
        await appeal(house, "appeal-1")
        view = await house.until("appeal-1", Stage.ESCALATED)
        assert "contests how the case ended: denied" in view.detail
        await review(house, "appeal-1", ReviewAction.ADJUST, amount=eur(4500))
        assert (await house.until("appeal-1", Stage.CLOSED)).result == "paid"
    assert await house.refunded("ch_appeal_1") == [4500]
    outcome = await house.installation.cases.outcome("lumen", "appeal-1")
    assert outcome is not None
    assert (outcome.outcome, outcome.amount) == ("paid", eur(4500))


async def test_what_comes_while_an_appeal_waits_is_read_and_a_person_still_decides(house: House) -> None:
    async with house.worker():
        await denied(house, "appeal-5")
        await appeal(house, "appeal-5")
        before = await house.until("appeal-5", Stage.ESCALATED)
        addition, files = parcel()
        await house.desk.add_evidence("lumen", "appeal-5", addition, files, by="buyer")
        async with asyncio.timeout(30):
            while (view := await house.until("appeal-5", Stage.ESCALATED)).decision_id == before.decision_id:
                await asyncio.sleep(0.05)
        # The route alone would have paid: the parcel is lost.
        assert view.resolution is Resolution.FULL_REFUND
        assert view.causes == (WaitCause.CONTESTED,)
    assert await house.refunded("ch_appeal_5") == []


def parcel() -> tuple[EvidenceAddition, dict[str, bytes]]:
    """The route of a parcel without a scan for sixteen days."""
    bundle, files = lost("appeal-parcel")
    return EvidenceAddition(shipments=bundle.shipments), files


async def test_a_second_no_is_told_too_and_there_is_an_end_to_appeals(house: House) -> None:
    async with house.worker():
        await denied(house, "appeal-2")
        for number in range(1, MOST_APPEALS + 1):
            await appeal(house, "appeal-2", number)
            await house.until("appeal-2", Stage.ESCALATED)
            await review(house, "appeal-2", ReviewAction.DENY)
            await house.until("appeal-2", Stage.CLOSED)
        with pytest.raises(NotNowError, match="nothing to contest"):
            await appeal(house, "appeal-2", MOST_APPEALS + 1)
    assert len([mail for mail in house.mail("appeal-2") if "/denied/" in mail["key"]]) == MOST_APPEALS + 1


async def test_what_was_paid_or_is_open_cannot_be_contested(house: House) -> None:
    async with house.worker():
        bundle, files = scratched("appeal-3")
        await house.open(bundle, files)
        await house.until("appeal-3", Stage.OFFERED)
        with pytest.raises(NotNowError):
            await appeal(house, "appeal-3")
    assert len((await house.installation.cases.bundle("lumen", "appeal-3")).messages) == 1


async def test_an_offer_that_lapsed_can_be_asked_for_again(house: House) -> None:
    bundle, files = scratched("appeal-4")
    async with house.worker(plain_household(hasty(reminder=0.2, offer=0.4))):
        await house.open(bundle, files)
        await house.until("appeal-4", Stage.CLOSED)
        await appeal(house, "appeal-4", words="scratch: estive fora")
        view = await house.until("appeal-4", Stage.ESCALATED)
    assert "offer_lapsed" in view.detail
