"""What the commands refuse: in words, with an exit code, and with nothing half-written behind it."""

from pathlib import Path

import pytest

from samples.pictures import draw
from tests.console.cli.commands import done, folder, invoke, refused
from tests.workflows.hasty import late
from tests.workflows.house import House, case, lost
from tests.workflows.test_chargeback_case import disputed, sample
from workflows.messages import Stage


async def messages(house: House, case_id: str) -> int:
    return len((await house.installation.cases.bundle("lumen", case_id)).messages)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nobody"),
        ("packet", "nobody"),
        ("review", "show", "nobody"),
        ("review", "approve", "nobody"),
        ("review", "adjust", "nobody", "5.00EUR"),
        ("review", "deny", "nobody"),
        ("review", "ask", "nobody", "which?"),
        ("review", "escalate", "nobody"),
        ("review", "amend-fact", "nobody", "claim.severity", "minor", "--note", "seen"),
        ("review", "return-received", "nobody"),
        ("buyer", "say", "nobody", "hello"),
        ("buyer", "accept", "nobody"),
        ("buyer", "refuse", "nobody"),
        ("buyer", "counter", "nobody", "5.00EUR"),
        ("evidence", "add", "nobody", "--text", "hello"),
    ],
    ids=" ".join,
)
async def test_a_case_nobody_knows_is_named(house: House, words: tuple[str, ...]) -> None:
    said = await refused(house, *words)
    assert said.startswith("Refused: ")
    assert "case nobody" in said


async def test_a_refused_bundle_is_told_by_its_field_and_the_others_go_on(house: House, tmp_path: Path) -> None:
    good = folder(tmp_path / "good", *lost("refused-1"))
    bad = folder(tmp_path / "bad", *lost("refused-2"))
    path = Path(bad) / "case.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"country":"PT"', '"country":"UK"'), encoding="utf-8")
    said = await refused(house, "submit", bad, good)
    assert "/order/ship_to/country" in said
    assert "opened lumen/refused-1" in said
    assert [one.case_id for one in await house.installation.cases.list_cases("lumen") if "refused-" in one.case_id] == [
        "refused-1"
    ]


async def test_another_bundle_under_a_known_id_is_refused_with_what_differs(house: House, tmp_path: Path) -> None:
    await done(house, "submit", folder(tmp_path / "first", case("refused-3", "lost: nada chegou"), {}))
    said = await refused(house, "submit", folder(tmp_path / "second", case("refused-3", "late: chegou tarde"), {}))
    assert "case refused-3 exists with other content at /messages/0/text" in said
    (message,) = (await house.installation.cases.bundle("lumen", "refused-3")).messages
    assert message.text == "lost: nada chegou"


async def test_what_is_not_legal_now_is_refused_with_what_is(house: House) -> None:
    bundle, files = late("refused-4")
    legal = "the case is offered; legal now: say, accept, refuse, counter"
    async with house.worker():
        await house.open(bundle, files)
        await house.until("refused-4", Stage.OFFERED)
        for words in (
            ("review", "approve", "refused-4"),
            ("review", "adjust", "refused-4", "5.00EUR"),
            ("review", "deny", "refused-4"),
            ("review", "ask", "refused-4", "which?"),
            ("review", "escalate", "refused-4"),
            ("review", "amend-fact", "refused-4", "claim.severity", "minor", "--note", "seen"),
            ("review", "return-received", "refused-4"),
        ):
            assert legal in await refused(house, *words), words
        view = await house.desk.view("lumen", "refused-4")
    assert view.stage is Stage.OFFERED
    facts = await house.installation.cases.facts("lumen", "refused-4")
    assert "claim.severity" not in {fact.name.value for fact in facts}


async def test_a_closed_case_takes_nothing_more_and_keeps_nothing_of_it(house: House, tmp_path: Path) -> None:
    bundle, files = lost("refused-5")
    (tmp_path / "late.jpg").write_bytes(draw("lamp", "minor", 5))
    async with house.worker():
        await house.open(bundle, files)
        await house.until("refused-5", Stage.CLOSED)
        for words in (
            ("buyer", "say", "refused-5", "and another thing"),
            ("buyer", "accept", "refused-5", "--text", "thanks"),
            ("evidence", "add", "refused-5", str(tmp_path / "late.jpg"), "--text", "see"),
            ("review", "approve", "refused-5"),
        ):
            assert "closed" in await refused(house, *words), words
    after = await house.installation.cases.bundle("lumen", "refused-5")
    assert (len(after.messages), after.photos) == (1, ())


async def test_amounts_are_refused_by_what_is_wrong_with_them(house: House) -> None:
    bundle, files = late("refused-6")
    async with house.worker():
        await house.open(bundle, files)
        await house.until("refused-6", Stage.OFFERED)
        for amount, words in (
            ("twelve", "is not a"),
            ("12,50EUR", "write digits with a point, such as 12.50"),
            ("12.505EUR", "12.505 has 3 decimals but EUR has 2"),
            ("12.50XXX", "'XXX' is not an ISO 4217 currency"),
            ("12.50USD", "amount: is in USD; the order was paid in EUR"),
            ("0.00EUR", "amount: is 0.00 EUR; write what the buyer asks for"),
        ):
            said = await refused(house, "buyer", "counter", "refused-6", amount, "--text", "mais")
            assert words in said, said
        assert await messages(house, "refused-6") == 1
        await done(house, "buyer", "counter", "refused-6", "12.50EUR")
        await house.until("refused-6", Stage.REVIEW)
        said = await refused(house, "review", "adjust", "refused-6", "45.01EUR")
        assert "amount: is 45.01 EUR; only 45.00 EUR was paid" in said
        assert (await house.desk.view("lumen", "refused-6")).stage is Stage.REVIEW


async def test_what_a_person_writes_too_long_or_wrong_is_refused_by_its_field(house: House) -> None:
    async with house.worker():
        await house.open(case("refused-7", "lost: nada chegou"), {})
        await house.until("refused-7", Stage.REVIEW)
        for words, told in (
            (("review", "approve", "refused-7", "--by", "M" * 101), "by: String should have at most 100 characters"),
            (("review", "deny", "refused-7", "--note", "n" * 2001), "note: String should have at most 2000 characters"),
            (("review", "ask", "refused-7", ""), "question: missing; say what the buyer is asked"),
            (("review", "adjust", "refused-7", "5EUR", "--resolution", "deny"), "resolution: deny gives nothing back"),
            (
                ("review", "amend-fact", "refused-7", "claim.reason", "bored", "--note", "n"),
                "claim.reason takes one of",
            ),
            (("review", "amend-fact", "refused-7", "claim.mood", "sad", "--note", "n"), "claim.mood"),
            (("review", "amend-fact", "refused-7", "photo.count", "two", "--note", "n"), "photo.count takes a whole"),
            (("buyer", "say", "refused-7", "x" * 20_001), "text: String should have at most 20000 characters"),
        ):
            said = await refused(house, *words)
            assert told in said, said
        view = await house.desk.view("lumen", "refused-7")
    assert view.stage is Stage.REVIEW
    assert await messages(house, "refused-7") == 1


async def test_evidence_that_cannot_be_kept_leaves_the_case_as_it_was(house: House, tmp_path: Path) -> None:
    for name in ("a/same.jpg", "b/same.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(draw("lamp", "minor", 3))
    async with house.worker():
        await house.open(case("refused-8", "broken: chegou partido"), {})
        await house.until("refused-8", Stage.ASKING)
        for words, told in (
            ((), "nothing to add; name a file, or write a message with --text"),
            ((str(tmp_path / "none.jpg"),), "does not exist"),
            ((str(tmp_path),), "is a directory"),
            ((str(tmp_path / "notes.txt"),), "notes.txt is not a picture; say --kind for a document"),
            ((str(tmp_path / "a/same.jpg"), str(tmp_path / "b/same.jpg")), "two files have the same name"),
            (("--text", "my card is 4242 4242 4242 4242"), "/messages/0/text"),
            (("--text", "x" * 20_001), "text: String should have at most 20000 characters"),
        ):
            said = await refused(house, "evidence", "add", "refused-8", *words)
            assert told in said, said
        assert (await house.desk.view("lumen", "refused-8")).stage is Stage.ASKING
    after = await house.installation.cases.bundle("lumen", "refused-8")
    assert (len(after.messages), after.photos, after.documents) == (1, (), ())


async def test_a_chargeback_is_not_adjusted_not_returned_and_not_answered_by_a_buyer(house: House) -> None:
    bundle, files = sample("c05-mc-4853-place", "refused-9")
    legal = "the case is review; legal now: approve, deny, ask, escalate, hold, amend-fact"
    async with house.worker():
        await disputed(house, bundle, files)
        await house.until("refused-9", Stage.REVIEW)
        before = await messages(house, "refused-9")
        for words in (
            ("review", "adjust", "refused-9", "5.00EUR"),
            ("review", "return-received", "refused-9"),
            ("buyer", "say", "refused-9", "it was me"),
            ("buyer", "accept", "refused-9"),
        ):
            assert legal in await refused(house, *words), words
    assert await messages(house, "refused-9") == before


async def test_a_command_without_services_says_how_to_start_them(tmp_path: Path) -> None:
    data = tmp_path / "none"
    result = await invoke({"AMENDS_DATA": str(data), "AMENDS_MERCHANT": "lumen"}, "list")
    assert result.exit_code == 1
    assert f"nothing runs for {data}: start it with `amends up`" in result.output
    assert not data.exists()
