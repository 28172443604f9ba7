"""Cases from the terminal: taken in, shown, decided, answered and added to, against running services."""

import re
from pathlib import Path

from samples.pictures import draw
from tests.console.cli.commands import amends, done, folder, refused
from tests.workflows.hasty import ended, late, regretted, told
from tests.workflows.house import House, case, lost, scratched
from workflows.messages import Stage


async def test_a_submitted_bundle_is_decided_paid_and_shown(house: House, tmp_path: Path) -> None:
    bundle, files = lost("cli-1")
    async with house.worker():
        said = await done(house, "submit", folder(tmp_path / "b", bundle, files))
        assert "opened lumen/cli-1" in said
        await ended(house, "cli-1")
        assert "was open already, nothing changed lumen/cli-1" in await done(house, "submit", str(tmp_path / "b"))
        shown = await done(house, "show", "cli-1")
    assert await house.refunded("ch_cli_1") == [4500]
    for words in (
        "cli-1 · refund · closed",
        "claim.reason",
        "not_received",
        "full refund, 45.00 EUR",
        "the parcel counts as lost",
        "amends: told:paid",
    ):
        assert words in shown


async def test_a_waiting_case_is_listed_with_why_shown_and_approved(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, case("cli-2", "lost: nada chegou"), {}))
        await house.until("cli-2", Stage.REVIEW)
        listed = await done(house, "review", "list")
        (row,) = [line for line in listed.splitlines() if "cli-2" in line]
        assert "review" in row
        assert "full_refund 45.00 EUR" in row
        assert "a person looks: nothing besides the buyer's word" in await done(house, "review", "show", "cli-2")
        said = await done(house, "review", "approve", "cli-2", "--note", "seen the depot's mail")
        assert "taken approve by Marta" in said
        await ended(house, "cli-2")
        assert "cli-2" not in await done(house, "review", "list")
        assert "Marta approved: seen the depot's mail" in await done(house, "show", "cli-2")
    assert await house.refunded("ch_cli_2") == [4500]


async def test_a_counter_offer_is_adjusted_and_accepted(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, *late("cli-3")))
        await house.until("cli-3", Stage.OFFERED)
        assert "taken counter" in await done(house, "buyer", "counter", "cli-3", "12.00EUR", "--text", "doze")
        await house.until("cli-3", Stage.REVIEW)
        assert "taken adjust by Ines" in await done(house, "review", "adjust", "cli-3", "9.00 EUR", "--by", "Ines")
        await house.until("cli-3", Stage.OFFERED)
        assert "taken accept" in await done(house, "buyer", "accept", "cli-3")
        await ended(house, "cli-3")
        shown = await done(house, "show", "cli-3")
    assert "price reduction, 9.00 EUR" in shown
    assert "Ines decided otherwise" in shown
    assert await house.refunded("ch_cli_3") == [900]


async def test_a_buyer_who_refuses_every_offer_is_denied_by_a_person(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, *late("cli-4")))
        await house.until("cli-4", Stage.OFFERED)
        assert "taken refuse" in await done(house, "buyer", "refuse", "cli-4")
        await house.until("cli-4", Stage.REVIEW)
        assert "the buyer refused every offer" in await done(house, "list", "--status", "review")
        assert "taken deny by Marta" in await done(house, "review", "deny", "cli-4", "--note", "fair was offered")
        view = await ended(house, "cli-4")
    assert view.result == "denied"
    assert await house.refunded("ch_cli_4") == []


async def test_a_supplied_fact_decides_the_case_anew(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, case("cli-5", "tenho uma pergunta"), {}))
        await house.until("cli-5", Stage.REVIEW)
        said = await done(
            house, "review", "amend-fact", "cli-5", "claim.reason", "changed_mind", "--note", "asked by phone"
        )
        assert "taken claim.reason by Marta" in said
        await house.until("cli-5", Stage.RETURNING)
        shown = await done(house, "show", "cli-5")
        assert "return and refund, 45.00 EUR" in shown
        assert "person Marta" in shown
        assert "taken" in await done(house, "review", "return-received", "cli-5")
        await ended(house, "cli-5")
    assert await house.refunded("ch_cli_5") == [4500]


async def test_a_reviewer_asks_the_buyer_answers_and_the_words_are_read(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, case("cli-6", "tenho uma pergunta"), {}))
        await house.until("cli-6", Stage.REVIEW)
        assert "taken ask by Marta" in await done(house, "review", "ask", "cli-6", "O que aconteceu?")
        await house.until("cli-6", Stage.ASKING)
        assert "taken say" in await done(house, "buyer", "say", "cli-6", "regret: já não a quero")
        await house.until("cli-6", Stage.RETURNING)
    assert await told(house, "cli-6") == ["question", "return"]


async def test_a_case_handed_to_somebody_more_senior_is_listed_as_such(house: House, tmp_path: Path) -> None:
    async with house.worker():
        await done(house, "submit", folder(tmp_path, case("cli-7", "lost: nada chegou"), {}))
        await house.until("cli-7", Stage.REVIEW)
        await done(house, "review", "escalate", "cli-7", "--note", "third this month")
        await house.until("cli-7", Stage.ESCALATED)
        (row,) = [line for line in (await done(house, "review", "list")).splitlines() if "cli-7" in line]
    assert "escalated by Marta: third this month" in row


async def test_a_photo_added_to_an_open_case_is_read_and_the_case_decided(house: House, tmp_path: Path) -> None:
    shown, _ = scratched("cli-8")
    picture = tmp_path / "scratch.jpg"
    picture.write_bytes(draw("lamp", "minor", 8))
    async with house.worker():
        await done(house, "submit", folder(tmp_path / "b", shown.model_copy(update={"photos": ()}), {}))
        await house.until("cli-8", Stage.ASKING)
        said = await done(house, "evidence", "add", "cli-8", str(picture), "--text", "aqui está")
        assert "the case is read again" in said
        await house.until("cli-8", Stage.OFFERED)
    bundle = await house.installation.cases.bundle("lumen", "cli-8")
    assert [photo.path for photo in bundle.photos] == ["scratch.jpg"]
    assert [message.text for message in bundle.messages][1:] == ["aqui está"]
    facts = {fact.name.value: fact.value for fact in await house.installation.cases.facts("lumen", "cli-8")}
    assert facts["photo.count"] == 1
    assert await told(house, "cli-8") == ["question", "offer"]


async def test_documents_and_carrier_answers_are_added_as_what_they_are(house: House, tmp_path: Path) -> None:
    _, files = lost("cli-9")
    (tmp_path / "answer.json").write_bytes(files["tracking/parcel.json"])
    (tmp_path / "slip.txt").write_text("handed in", encoding="utf-8")
    async with house.worker():
        await house.open(case("cli-9", "lost: nada chegou"), {})
        await house.until("cli-9", Stage.REVIEW)
        carrier = ["--carrier", "dhl_universal", "--author", "carrier"]
        await done(house, "evidence", "add", "cli-9", str(tmp_path / "answer.json"), *carrier)
        view = await ended(house, "cli-9")
        await house.open(regretted("cli-10"), {})
        await house.until("cli-10", Stage.RETURNING)
        await done(house, "evidence", "add", "cli-10", str(tmp_path / "slip.txt"), "--kind", "other")
        await house.until("cli-10", Stage.REVIEW)
    assert view.result == "paid"
    assert await house.refunded("ch_cli_9") == [4500]
    (document,) = (await house.installation.cases.bundle("lumen", "cli-10")).documents
    assert (document.path, document.kind.value) == ("slip.txt", "other")


async def test_the_buyers_link_is_printed_renewed_and_revoked(house: House) -> None:
    async with house.worker():
        await house.open(*scratched("cli-link"))
        await house.until("cli-link", Stage.OFFERED)
        public = {"AMENDS_PUBLIC_URL": "https://help.lumen.example"}
        first = (await amends(house, "buyer", "link", "cli-link", **public)).output.strip()
        assert re.fullmatch(r"https://help\.lumen\.example/b/[\w-]{43}", first)
        assert (await amends(house, "buyer", "link", "cli-link", **public)).output.strip() == first
        again = await done(house, "buyer", "link", "cli-link", "--anew")
        assert again.strip() != first.removeprefix(public["AMENDS_PUBLIC_URL"])
        assert "revoked" in await done(house, "buyer", "link", "cli-link", "--revoke")
    assert "no case" in await refused(house, "buyer", "link", "nowhere")
