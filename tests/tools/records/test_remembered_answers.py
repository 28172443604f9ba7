"""Answers under an Idempotency-Key: done once, repeated, and free again after a refusal."""

import asyncio

import psycopg
import pytest

from tools.records.records import Records
from tools.records.remembered_answers import BeingDone, OtherRequest, RememberedAnswers

REQUEST, OTHER = "a" * 64, "b" * 64


async def test_one_of_twenty_at_once_does_the_request_and_the_others_are_told_it_is_being_done(
    records: Records, merchant: str
) -> None:
    answers = RememberedAnswers(records)
    got = await asyncio.gather(*(answers.begin(merchant, "k-1", REQUEST) for _ in range(20)), return_exceptions=True)
    claims = [each for each in got if isinstance(each, str)]
    assert len(claims) == 1
    assert sum(isinstance(each, BeingDone) for each in got) == 19
    await answers.keep(merchant, "k-1", claims[0], b"the answer")
    assert await answers.begin(merchant, "k-1", REQUEST) == b"the answer"


async def test_a_key_stands_for_one_request_of_one_merchant(records: Records, merchant: str) -> None:
    answers = RememberedAnswers(records)
    claim = await answers.begin(merchant, "k-2", REQUEST)
    assert isinstance(claim, str)
    with pytest.raises(OtherRequest):
        await answers.begin(merchant, "k-2", OTHER)
    assert isinstance(await answers.begin(f"{merchant}-other", "k-2", OTHER), str)
    await answers.keep(merchant, "k-2", claim, b"done")
    with pytest.raises(OtherRequest):
        await answers.begin(merchant, "k-2", OTHER)


async def test_a_refused_request_frees_its_key_and_a_done_one_keeps_it(records: Records, merchant: str) -> None:
    answers = RememberedAnswers(records)
    claim = await answers.begin(merchant, "k-3", REQUEST)
    assert isinstance(claim, str)
    await answers.give_up(merchant, "k-3", claim)
    again = await answers.begin(merchant, "k-3", OTHER)
    assert isinstance(again, str)
    await answers.keep(merchant, "k-3", again, b"done")
    await answers.give_up(merchant, "k-3", again)
    assert await answers.begin(merchant, "k-3", OTHER) == b"done"


async def test_a_process_that_died_gives_its_claim_up_and_a_day_later_the_key_is_free(
    records: Records, merchant: str, superuser: psycopg.Connection
) -> None:
    answers = RememberedAnswers(records)
    dead = await answers.begin(merchant, "k-4", REQUEST)
    assert isinstance(dead, str)
    passed = "update amends.remembered_answer set claim_ends_at = now() - interval '1 s' where merchant = %s"
    superuser.execute(passed, (merchant,))
    alive = await answers.begin(merchant, "k-4", REQUEST)
    assert isinstance(alive, str)
    await answers.keep(merchant, "k-4", dead, b"too late")
    with pytest.raises(BeingDone):
        await answers.begin(merchant, "k-4", REQUEST)
    await answers.keep(merchant, "k-4", alive, b"done")
    day = "update amends.remembered_answer set claimed_at = now() - interval '25 h' where merchant = %s"
    superuser.execute(day, (merchant,))
    assert isinstance(await answers.begin(merchant, "k-4", OTHER), str)


async def test_neither_key_nor_answer_can_be_read_in_the_table(
    records: Records, merchant: str, superuser: psycopg.Connection
) -> None:
    answers = RememberedAnswers(records)
    claim = await answers.begin(merchant, "ana@example.org-1", REQUEST)
    assert isinstance(claim, str)
    await answers.keep(merchant, "ana@example.org-1", claim, b"Ana Lima")
    rows = superuser.execute("select t::text, sealed_answer from amends.remembered_answer t").fetchall()
    assert not any("ana@" in text or b"Ana Lima" in (sealed or b"") for text, sealed in rows)
