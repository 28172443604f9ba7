"""Versions of a letter's wording: appended, sealed, and never written over."""

import asyncio

import pytest

from knowledge.letter.redraft import Redraft, Rewording
from tests.tools.records.cases_for_tests import FILES, case
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseUnknown
from tools.records.cases import CaseRecords
from tools.records.letter_drafts import DraftMovedError, LetterDrafts
from tools.records.records import Records

BASE = "ab" * 32


def worded(text: str) -> Redraft:
    return Redraft(rewordings=(Rewording(place="verdict", text=text),))


async def drafts(records: Records, merchant: str) -> LetterDrafts:
    await CaseRecords(records).open_case(case(merchant, "case-1"), FILES)
    return LetterDrafts(records)


async def test_versions_follow_each_other_and_stay(records: Records) -> None:
    kept = await drafts(records, "draft-1")
    first = await kept.save("draft-1", "case-1", worded("one"), composed_sha256=BASE, author="a_1", after=0)
    second = await kept.save("draft-1", "case-1", Redraft(), composed_sha256=BASE, author="a_2", after=1)
    assert (first.version, second.version) == (1, 2)
    assert await kept.versions("draft-1", "case-1") == [first, second]
    entries = [one for one in await AuditTrail(records).entries("draft-1") if one.action == "letter.reworded"]
    assert [one.actor for one in entries] == ["a_1", "a_2"]


async def test_the_second_of_two_editors_is_told_and_writes_nothing(records: Records) -> None:
    kept = await drafts(records, "draft-2")
    saving = (
        kept.save("draft-2", "case-1", worded(str(n)), composed_sha256=BASE, author=f"a_{n}", after=0) for n in range(8)
    )
    results = await asyncio.gather(*saving, return_exceptions=True)
    moved = [one for one in results if isinstance(one, DraftMovedError)]
    assert len(moved) == 7
    (only,) = await kept.versions("draft-2", "case-1")
    assert all(one.latest == only and "at version 1 now" in str(one) for one in moved)


async def test_words_are_sealed_and_another_merchant_sees_no_case(records: Records) -> None:
    kept = await drafts(records, "draft-3")
    await kept.save("draft-3", "case-1", worded("Ana Lima signed"), composed_sha256=BASE, author="a_1", after=0)
    async with records.merchant("draft-3") as scope:
        row = await (await scope.execute("select sealed::text, digest from amends.letter_draft")).fetchone()
    assert row is not None
    assert b"Ana Lima".hex() not in row[0]
    with pytest.raises(CaseUnknown):
        await kept.versions("another", "case-1")
    async with records.merchant("another") as scope:
        assert await (await scope.execute("select from amends.letter_draft")).fetchone() is None
