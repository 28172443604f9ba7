"""What else is done to a case over the API: facts set right, goods that came back, and what waits for two people."""

import pytest

from console.api.shapes import CorrectionGiven, ReturnGiven, ReviewGiven
from console.client import AmendsClient, AmendsRefused
from knowledge.facts import FactName
from knowledge.rules.authority import Permission, Role
from tests.console.api.asking import Asking
from tests.workflows.house import House, case
from tools.records.case_pages import CasePages
from tools.records.leases import Leases
from workflows.messages import FactCorrection, ReviewAction, Stage
from workflows.reviewing import Person, Reviewing

_CHANGED = {"name": "claim.reason", "value": "changed_mind", "note": "asked by phone"}
_OF_CASES = frozenset({Permission.READ_CASES, Permission.SUBMIT_CASES, Permission.DECIDE})


async def waiting(house: House, client: AmendsClient, case_id: str, words: str, price: str = "40.00") -> None:
    """A case that waits for a person, submitted over the API."""
    bundle = case(case_id, words, price=price)
    await house.charge(bundle)
    await client.submit_case(bundle)
    await house.until(case_id, Stage.REVIEW)


async def test_a_fact_set_right_decides_anew_and_goods_that_came_back_are_paid_once(
    house: House, asking: Asking
) -> None:
    client, http = await asking.client(_OF_CASES), await asking.http((await asking.key(_OF_CASES)).secret)
    async with house.worker():
        await waiting(house, client, "acts-1", "tenho uma pergunta")
        early = await http.post("/cases/acts-1/returns", json={})
        assert early.status_code == 409
        assert "legal now" in early.json()["detail"]
        named = {"idempotency-key": "phone-call-1"}
        answers = [await http.post("/cases/acts-1/corrections", headers=named, json=_CHANGED) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[1].headers["idempotent-replayed"] == "true"
        await house.until("acts-1", Stage.RETURNING)
        facts = {fact.name: fact for fact in (await client.read_case("acts-1")).facts}
        read = facts[FactName.CLAIM_REASON]
        assert (read.value, read.source, read.reader[:4]) == ("changed_mind", "person", "key:")
        taken = await client.receive_return("acts-1", ReturnGiven(note="gate 3"))
        assert "return received by key:" in taken.detail
        await house.until("acts-1", Stage.CLOSED)
        with pytest.raises(AmendsRefused) as late:
            await client.receive_return("acts-1", ReturnGiven())
        assert late.value.problem.status == 409
    assert await house.refunded("ch_acts_1") == [4500]


async def test_an_act_that_was_taken_is_answered_as_before_when_its_answer_was_lost(house: House) -> None:
    reviewing = Reviewing(house.installation, house.desk)
    system = Person(account="key:k_dock", name="key:k_dock", role=Role.REVIEWER)
    right = FactCorrection(by="-", name=FactName.CLAIM_REASON, value="changed_mind", note="asked by phone")
    async with house.worker():
        bundle = case("acts-2", "tenho uma pergunta")
        await house.open(bundle, {})
        await house.until("acts-2", Stage.REVIEW)
        corrected = await reviewing.correct(system, "lumen", "acts-2", right, once="o-1")
        await house.until("acts-2", Stage.RETURNING)
        assert await reviewing.correct(system, "lumen", "acts-2", right, once="o-1") == corrected
        received = await reviewing.receive_return(system, "lumen", "acts-2", "gate 3", once="o-2")
        await house.until("acts-2", Stage.CLOSED)
        assert await reviewing.receive_return(system, "lumen", "acts-2", "gate 3", once="o-2") == received
    decided = await CasePages(house.installation.records).decisions("lumen", "acts-2")
    assert len(decided) == 2
    assert await house.refunded("ch_acts_2") == [4500]


async def test_a_correction_is_refused_with_the_mend_and_while_the_case_is_in_other_hands(
    house: House, asking: Asking
) -> None:
    client = await asking.client(_OF_CASES)
    async with house.worker():
        await waiting(house, client, "acts-3", "lost: nada chegou")
        for name, value, mend in (
            ("photo.damage", "terrible", "moderate"),
            ("order.paid", "twelve", "12.50 EUR"),
            ("claim.instructs", "perhaps", "yes or no"),
        ):
            with pytest.raises(AmendsRefused) as refused:
                await client.correct_fact("acts-3", CorrectionGiven(name=FactName(name), value=value, note="seen"))
            (place,) = refused.value.problem.problems
            assert (refused.value.problem.status, place.pointer, mend in place.mend) == (422, "/value", True), place
        with pytest.raises(AmendsRefused) as blank:
            await client.correct_fact("acts-3", CorrectionGiven.model_validate(_CHANGED | {"note": "  "}))
        assert [place.pointer for place in blank.value.problem.problems] == ["/note"]
        lease = await Leases(house.installation.records).take("lumen", "acts-3", "a_ana")
        with pytest.raises(AmendsRefused) as held:
            await client.correct_fact("acts-3", CorrectionGiven.model_validate(_CHANGED))
        assert (held.value.problem.status, "in other hands" in held.value.problem.detail) == (409, True)
        await Leases(house.installation.records).give_back("lumen", "acts-3", lease.token)
        await client.correct_fact("acts-3", CorrectionGiven.model_validate(_CHANGED))
        await house.until("acts-3", Stage.RETURNING)
        free = await Leases(house.installation.records).held("lumen", ["acts-3"])
        assert free == {}


async def test_a_case_says_what_waits_for_a_second_person_as_long_as_it_waits(house: House, asking: Asking) -> None:
    junior, senior = await asking.client(_OF_CASES), await asking.client()
    async with house.worker():
        await waiting(house, junior, "acts-4", "lost: nada chegou", "300.00")
        assert (await junior.read_case("acts-4")).proposal is None
        approves = ReviewGiven(action=ReviewAction.APPROVE)
        assert (await junior.review("acts-4", approves)).second_person
        read = await senior.read_case("acts-4")
        assert read.standing is not None
        assert read.proposal is not None
        told = (read.proposal.by[:4], read.proposal.action, read.proposal.amount)
        assert told == ("key:", ReviewAction.APPROVE, read.standing.amount)
        assert not (await senior.review("acts-4", approves)).second_person
        assert (await senior.read_case("acts-4")).proposal is None
        await house.until("acts-4", Stage.CLOSED)
