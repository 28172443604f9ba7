"""The door of people's decisions: leases, limits, four eyes, second looks, and one decision whatever is sent twice."""

import asyncio
from datetime import timedelta

import pytest

from knowledge.facts import FactName
from knowledge.override import Override, WrongPlace
from knowledge.rules.authority import Role
from tests.workflows.hasty import ended, eur
from tests.workflows.house import PROMPT_POLICY, House, case
from tools.records.leases import LeaseHeld, LeaseLost, Leases
from tools.records.overrides import Overrides
from tools.records.person_reviews import ReviewState
from tools.records.queue import Queue
from tools.records.queue_rows import WaitingProposal
from tools.records.second_looks import SecondLooks
from workflows.desk import NotNowError
from workflows.messages import Review, ReviewAction, Stage
from workflows.reviewing import Person, Reviewing

ANA = Person(account="a_ana", name="Ana", role=Role.REVIEWER)
BEA = Person(account="a_bea", name="Bea", role=Role.LEAD)
CLARA = Person(account="a_clara", name="Clara", role=Role.LEAD)
APPROVE = Review(by="-", action=ReviewAction.APPROVE)
DENY = Review(by="-", action=ReviewAction.DENY)


def door(house: House, **rules: float) -> Reviewing:
    policy = PROMPT_POLICY.model_copy(update={"second_look_share": 0.0, **rules})
    return Reviewing(house.installation, house.desk, policy)


async def waiting(house: House, case_id: str, price: str = "40.00") -> Leases:
    """A case that waits for a person."""
    await house.open(case(case_id, "lost: nada chegou", price=price), {})
    await house.until(case_id, Stage.REVIEW)
    return Leases(house.installation.records)


async def test_an_expired_lease_and_a_double_submit_give_exactly_one_decision(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        leases = await waiting(house, "eyes-1")
        anas = await leases.take("lumen", "eyes-1", ANA.account)
        async with house.installation.records.merchant("lumen") as scope:
            await scope.execute("update amends.case_lease set ends_at = clock_timestamp() where case_id = 'eyes-1'")
        beas = await leases.take("lumen", "eyes-1", BEA.account)

        def submit(person: Person, token: str, review_id: str) -> "asyncio.Task[object]":
            return asyncio.ensure_future(
                reviewing.decide(person, "lumen", "eyes-1", APPROVE, review_id=review_id, lease=token)
            )

        tries = [submit(ANA, anas.token, "r-a"), *(submit(BEA, beas.token, r) for r in ("r-b", "r-b", "r-c"))]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        view = await ended(house, "eyes-1")
    assert isinstance(answers[0], LeaseLost)
    assert view.result == "paid"
    assert await house.refunded("ch_eyes_1") == [4500]
    decided = [e for e in await house.installation.cases.events("lumen", "eyes-1") if e.what == "decided"]
    assert [event.actor for event in decided] == [BEA.account]


async def test_the_same_review_again_is_answered_as_before_also_after_the_case_closed(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        await waiting(house, "eyes-2")
        first = await reviewing.decide(ANA, "lumen", "eyes-2", APPROVE, review_id="r-1")
        await ended(house, "eyes-2")
        again = await reviewing.decide(ANA, "lumen", "eyes-2", APPROVE, review_id="r-1")
        with pytest.raises(LookupError):
            await reviewing.again(BEA, "lumen", "eyes-2", "r-1")
    assert first == again
    assert first.state is ReviewState.TAKEN
    assert await house.refunded("ch_eyes_2") == [4500]


async def test_a_silent_worker_leaves_a_review_sent_and_it_is_carried_out_once_when_one_comes(house: House) -> None:
    reviewing, soon = door(house), timedelta(seconds=0.3)
    async with house.worker():
        await waiting(house, "eyes-3")
    sent = await reviewing.decide(ANA, "lumen", "eyes-3", APPROVE, review_id="r-1", patience=soon)
    still = await reviewing.again(ANA, "lumen", "eyes-3", "r-1", patience=soon)
    assert (sent.state, still.state) == (ReviewState.SENT, ReviewState.SENT)
    async with house.worker():
        taken = await reviewing.again(ANA, "lumen", "eyes-3", "r-1", patience=timedelta(seconds=30))
        await ended(house, "eyes-3")
    assert taken.state is ReviewState.TAKEN
    assert await house.refunded("ch_eyes_3") == [4500]


async def test_nobody_decides_a_case_that_is_in_other_hands(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        leases = await waiting(house, "eyes-4")
        await leases.take("lumen", "eyes-4", BEA.account)
        with pytest.raises(LeaseHeld):
            await reviewing.decide(ANA, "lumen", "eyes-4", APPROVE, review_id="r-1")
        assert (await house.desk.view("lumen", "eyes-4")).stage is Stage.REVIEW


async def test_roles_and_what_was_seen_are_checked_before_anything_is_sent(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        await waiting(house, "eyes-5")
        clerk = Person(account="a_fin", name="Finn", role=Role.FINANCE)
        with pytest.raises(PermissionError):
            await reviewing.decide(clerk, "lumen", "eyes-5", APPROVE, review_id="r-1")
        stale = APPROVE.model_copy(update={"decision_id": "d0-old"})
        with pytest.raises(NotNowError, match="decided anew"):
            await reviewing.decide(ANA, "lumen", "eyes-5", stale, review_id="r-2")
        with pytest.raises(LookupError):
            await reviewing.decide(ANA, "other", "eyes-5", APPROVE, review_id="r-3")
        await reviewing.decide(ANA, "lumen", "eyes-5", Review(by="-", action=ReviewAction.ESCALATE), review_id="r-4")
        await house.until("eyes-5", Stage.ESCALATED)
        with pytest.raises(NotNowError, match="legal now for a reviewer: escalate, amend-fact"):
            await reviewing.decide(ANA, "lumen", "eyes-5", APPROVE, review_id="r-5")
        await reviewing.decide(BEA, "lumen", "eyes-5", APPROVE, review_id="r-6")
        await ended(house, "eyes-5")


async def test_a_large_amount_takes_two_people_and_both_names_stand_in_the_decision(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        await waiting(house, "eyes-6", price="300.00")
        first = await reviewing.decide(ANA, "lumen", "eyes-6", APPROVE, review_id="r-1")
        view = await house.desk.view("lumen", "eyes-6")
        proposal = await reviewing.proposal("lumen", "eyes-6", view.decision_id)
        assert proposal is not None
        assert (first.state, view.stage, proposal.review.by) == (ReviewState.PROPOSED, Stage.REVIEW, "Ana")
        assert proposal.amount == view.amount
        row = (await Queue(house.installation.records).rows("lumen", ["eyes-6"]))["eyes-6"]
        assert row.proposed == WaitingProposal(account="a_ana", at=proposal.at, action="approve", amount=view.amount)
        other = Person(account="a_eva", name="Eva", role=Role.REVIEWER)
        with pytest.raises(NotNowError, match="more senior"):
            await reviewing.decide(other, "lumen", "eyes-6", APPROVE, review_id="r-2")
        again = await reviewing.decide(ANA, "lumen", "eyes-6", APPROVE, review_id="r-3")
        assert again.state is ReviewState.PROPOSED
        confirmed = await reviewing.decide(BEA, "lumen", "eyes-6", APPROVE, review_id="r-4")
        assert (await Queue(house.installation.records).rows("lumen", ["eyes-6"]))["eyes-6"].proposed is None
        await ended(house, "eyes-6")
        was = await reviewing.again(ANA, "lumen", "eyes-6", "r-3")
    assert (confirmed.state, was.state) == (ReviewState.TAKEN, ReviewState.CONFIRMED)
    latest = await house.installation.cases.latest_decision("lumen", "eyes-6")
    assert latest is not None
    assert latest[1].reasons[0].text == "Bea approved (proposed by Ana): no note"
    chain = await house.installation.audit.entries("lumen", case_id="eyes-6")
    assert [(e.actor, e.action) for e in chain if e.action.startswith("review.")] == [
        ("a_ana", "review.proposed"),
        ("a_ana", "review.proposed"),
        ("a_bea", "review.sent"),
        ("a_bea", "review.confirmed"),
        ("a_bea", "review.taken"),
    ]
    assert await house.refunded("ch_eyes_6") == [30500]


async def test_above_the_seconds_own_limit_another_decision_is_a_proposal_again(house: House) -> None:
    reviewing = door(house)
    async with house.worker():
        await waiting(house, "eyes-7", price="2500.00")
        await reviewing.decide(ANA, "lumen", "eyes-7", APPROVE, review_id="r-1")
        otherwise = await reviewing.decide(BEA, "lumen", "eyes-7", DENY, review_id="r-2")
        assert otherwise.state is ReviewState.PROPOSED
        with pytest.raises(NotNowError):
            await reviewing.decide(ANA, "lumen", "eyes-7", DENY, review_id="r-3")
        await reviewing.decide(CLARA, "lumen", "eyes-7", DENY, review_id="r-4")
        view = await ended(house, "eyes-7")
    assert view.result == "denied"
    assert await house.refunded("ch_eyes_7") == []


async def test_an_override_keeps_where_the_machine_was_wrong(
    house: House,
) -> None:
    reviewing, kept = door(house), Overrides(house.installation.records)
    wrong = Override(place=WrongPlace.FACT_WRONG, fact=FactName.CLAIM_REASON, words="it was lost by us")
    async with house.worker():
        await waiting(house, "eyes-8")
        less = Review(by="-", action=ReviewAction.ADJUST, amount=eur(1000))
        spent = timedelta(seconds=42)
        await reviewing.decide(ANA, "lumen", "eyes-8", less, review_id="r-1", override=wrong, spent=spent)
        await ended(house, "eyes-8")
    (override,) = [each for each in await kept.list("lumen") if each.case_id == "eyes-8"]
    assert (override.place, override.fact, override.account) == (WrongPlace.FACT_WRONG, FactName.CLAIM_REASON, "a_ana")
    assert override.seconds_spent == 42
    assert override.decision_id.startswith("d1-")
    assert await kept.words("lumen", "eyes-8", "r-1") == "it was lost by us"


async def test_a_drawn_decision_is_decided_again_by_another_person_who_does_not_see_the_first(house: House) -> None:
    reviewing, looks = door(house, second_look_share=1.0), SecondLooks(house.installation.records)
    async with house.worker():
        await waiting(house, "eyes-9")
        await reviewing.decide(ANA, "lumen", "eyes-9", APPROVE, review_id="r-1")
        await ended(house, "eyes-9")
        assert await looks.offered("lumen", ANA.account) == []
        (offered,) = [look for look in await looks.offered("lumen", BEA.account) if look.case_id == "eyes-9"]
        assert "Ana" not in offered.model_dump_json()
        with pytest.raises(LookupError):
            await reviewing.look_blind(ANA, "lumen", "eyes-9", "r-1", DENY)
        # Whoever has seen the case's page since knows what was decided.
        audit = house.installation.audit
        await audit.record("lumen", actor=CLARA.account, action="case.viewed", case_id="eyes-9")
        assert "eyes-9" not in {look.case_id for look in await looks.offered("lumen", CLARA.account)}
        with pytest.raises(LookupError):
            await reviewing.look_blind(CLARA, "lumen", "eyes-9", "r-1", DENY)
        await reviewing.look_blind(BEA, "lumen", "eyes-9", "r-1", DENY)
        with pytest.raises(LookupError):
            await reviewing.look_blind(CLARA, "lumen", "eyes-9", "r-1", APPROVE)
    (both,) = [each for each in await looks.agreements("lumen") if each.case_id == "eyes-9"]
    assert (both.first, both.second, both.agrees) == ("a_ana", "a_bea", False)
    assert await house.refunded("ch_eyes_9") == [4500]
