"""What people decided: kept once, sealed, in the audit chain; proposals one at a time; overrides and second looks."""

import asyncio
from datetime import timedelta

import pytest

from knowledge.facts import FactName
from knowledge.override import Override, WrongPlace
from tests.tools.records.cases_for_tests import FILES, case, euro
from tests.tools.records.erasing import erase
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseErased, CaseUnknown
from tools.records.cases import CaseRecords
from tools.records.overrides import Overrides
from tools.records.person_reviews import PersonReview, PersonReviews, ReviewState
from tools.records.records import Records
from tools.records.second_looks import SecondLooks

_WORDS = b'{"note":"ring Ana Silva back"}'


async def kept(
    records: Records, merchant: str, review_id: str, account: str = "a_1", state: ReviewState = ReviewState.SENT
) -> PersonReview:
    """A review on the merchant's case."""
    await CaseRecords(records).open_case(case(merchant), FILES)
    return await PersonReviews(records).keep(
        merchant,
        "C-1",
        review_id,
        account=account,
        decision_id="d1-aa",
        action="approve",
        amount=euro(1_710),
        state=state,
        spent=timedelta(days=3),
        content=_WORDS,
    )


async def test_a_review_is_kept_once_under_its_id_and_sealed(records: Records, merchant: str) -> None:
    first = await kept(records, merchant, "r-1")
    again = await kept(records, merchant, "r-1", account="a_2", state=ReviewState.PROPOSED)
    assert first == again
    assert (first.content, first.account, first.seconds_spent) == (_WORDS, "a_1", 12 * 3600)
    async with records.merchant(merchant) as scope:
        row = await (await scope.execute("select sealed from amends.person_review")).fetchone()
    assert row is not None
    assert b"Ana Silva" not in bytes(row[0])
    chain = await AuditTrail(records).entries(merchant, case_id="C-1")
    assert [(each.actor, each.action) for each in chain if each.action.startswith("review.")] == [
        ("a_1", "review.sent")
    ]


async def test_of_many_proposals_at_once_one_stands(records: Records, merchant: str) -> None:
    await kept(records, merchant, "r-0")
    proposals = (kept(records, merchant, f"r-p{n}", f"a_{n}", ReviewState.PROPOSED) for n in range(8))
    await asyncio.gather(*proposals)
    async with records.merchant(merchant) as scope:
        cursor = await scope.execute("select review_id from amends.person_review where state = 'proposed'")
        standing = [row[0] async for row in cursor]
    latest = await PersonReviews(records).latest(merchant, "C-1", ReviewState.PROPOSED)
    assert latest is not None
    assert standing == [latest.review_id]
    assert latest.amount == euro(1_710)


async def test_an_override_is_listed_once_its_review_was_taken_and_never_when_it_was_not(
    records: Records, merchant: str
) -> None:
    reviews, overrides = PersonReviews(records), Overrides(records)
    await kept(records, merchant, "r-1")
    wrong = Override(place=WrongPlace.FACT_WRONG, fact=FactName.CLAIM_SEVERITY, words="the shade is torn")
    for _ in range(2):
        await overrides.keep(merchant, "C-1", "r-1", wrong, ["ab" * 32], actor="a_1")
    assert await overrides.list(merchant) == []
    await reviews.change(merchant, "C-1", "r-1", ReviewState.TAKEN, actor="a_1")
    (listed,) = await overrides.list(merchant)
    assert (listed.place, listed.fact, listed.evidence) == (WrongPlace.FACT_WRONG, "claim.severity", ("ab" * 32,))
    assert await overrides.words(merchant, "C-1", "r-1") == "the shade is torn"
    await reviews.change(merchant, "C-1", "r-1", ReviewState.UNDONE, actor="a_1")
    assert await overrides.list(merchant) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"place": "fact_wrong"}, "fact: missing"),
        ({"place": "fact_missing"}, "fact: missing"),
        ({"place": "policy"}, "rule: missing"),
    ],
)
def test_an_override_that_names_no_place_is_refused(fields: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Override.model_validate(fields)


async def test_a_second_look_is_offered_to_others_only_and_taken_once(records: Records, merchant: str) -> None:
    looks, reviews = SecondLooks(records), PersonReviews(records)
    await kept(records, merchant, "r-1")
    await reviews.change(merchant, "C-1", "r-1", ReviewState.TAKEN, actor="a_1")
    for _ in range(2):
        await looks.offer(merchant, "C-1", "r-1")
    assert await looks.offered(merchant, "a_1") == []
    assert [look.review_id for look in await looks.offered(merchant, "a_2")] == ["r-1"]
    taken = (looks.look(merchant, "C-1", "r-1", f"a_{n}", b"{}", agrees=True) for n in (2, 3))
    results = await asyncio.gather(*taken, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["LookupError", "NoneType"]
    (both,) = await looks.agreements(merchant)
    assert (both.first, both.agrees) == ("a_1", True)


async def test_what_people_wrote_goes_with_the_case_and_a_foreign_case_is_an_absent_one(
    records: Records, merchant: str
) -> None:
    await kept(records, merchant, "r-1")
    with pytest.raises(CaseUnknown):
        await PersonReviews(records).find("somebody-else", "C-1", "r-1")
    await erase(records, merchant, "C-1")
    with pytest.raises(CaseErased):
        await PersonReviews(records).find(merchant, "C-1", "r-1")
