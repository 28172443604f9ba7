"""A case as it looked then, on its page."""

from console.web.house import House as WebHouse
from knowledge.facts import FactName, Reading
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.visiting import Visiting
from tests.tools.records.cases_for_tests import machine_fact, persons_fact, refund_decision
from tests.tools.records.erasing import erase
from tests.workflows.house import case
from tools.records.case_as_of import CaseHistory


async def lived(web: WebHouse, case_id: str) -> list[int]:
    """A case with a life behind it; the numbers of its entries."""
    cases = web.installation.cases
    await cases.open_case(case(case_id, "<b>broken</b> لم يصل"), {})
    await cases.set_status("lumen", case_id, "reading")
    reading = Reading(facts=(machine_fact(FactName.CLAIM_REASON, "damaged"),))
    await cases.save_readings("lumen", case_id, {"claim": reading})
    await cases.save_decision("lumen", case_id, refund_decision(500))
    await cases.set_status("lumen", case_id, "review", "the amount is high")
    await cases.amend_fact("lumen", case_id, persons_fact(FactName.CLAIM_REASON, "defective"))
    await cases.save_decision("lumen", case_id, refund_decision(900))
    await cases.record_event("lumen", case_id, "mia", "decided", "nine euros")
    await cases.save_artifact("lumen", case_id, "letter", "letter.txt", b"Dear buyer")
    await cases.set_status("lumen", case_id, "closed", "paid")
    return [one.seq for one in await CaseHistory(web.installation.records).moments("lumen", case_id)]


async def test_a_reader_walks_through_the_life_of_a_case(web: WebHouse, visiting: Visiting) -> None:
    numbers = await lived(web, "lived-1")
    ana = await visiting.signed_in(Role.AUDITOR)
    shown = [(await ana.get(f"/cases/lived-1/at?seq={seq}")).text for seq in numbers]
    assert "Nothing was read yet." in shown[1]
    assert "Nothing was decided yet." in shown[2]
    assert "5.00 EUR" in shown[4]
    assert "the amount is high" in shown[4]
    assert "defective" not in shown[4]
    assert "defective" in shown[5]
    assert "9.00 EUR" in shown[6]
    assert "nine euros" not in shown[6]
    assert all("each has the digest that was recorded" in text for text in shown)
    assert all("&lt;b&gt;broken" in text for text in shown)
    assert f"?seq={numbers[3]}" in shown[4]
    assert f"?seq={numbers[5]}" in shown[4]


async def test_what_is_personal_is_hidden_in_the_past_too(web: WebHouse, visiting: Visiting) -> None:
    cases = web.installation.cases
    await cases.open_case(case("lived-hidden", "broken. I am Ana Lima, ana@example.org"), {})
    await cases.record_event("lumen", "lived-hidden", "mia", "asked", "Ana Lima was asked for a photo")
    text = (await (await visiting.signed_in(Role.LEAD)).get("/cases/lived-hidden/at")).text
    assert "broken. I am [name], [e-mail]" in text
    assert "[name] was asked for a photo" in text
    assert "ana@example.org" not in text


async def test_who_looked_is_in_the_chain(web: WebHouse, visiting: Visiting) -> None:
    await lived(web, "lived-2")
    ana = await visiting.signed_in(Role.REVIEWER)
    await ana.get("/cases/lived-2/at")
    moments = await CaseHistory(web.installation.records).moments("lumen", "lived-2")
    assert (moments[-1].action, moments[-1].actor) == ("case.viewed", ana.account)


async def test_an_erased_case_shows_the_digests_that_are_left(web: WebHouse, visiting: Visiting) -> None:
    await lived(web, "lived-3")
    await erase(web.installation.records, "lumen", "lived-3", by="admin")
    ana = await visiting.signed_in(Role.AUDITOR)
    text = (await ana.get("/cases/lived-3/at?seq=99999")).text
    assert "was erased" in text
    assert "case.erased" in text
    assert "broken" not in text


async def test_what_is_not_there_or_is_anothers_is_absent_alike(web: WebHouse, visiting: Visiting) -> None:
    (first, *_) = await lived(web, "lived-4")
    ana = await visiting.signed_in(Role.AUDITOR)
    other = await visiting.signed_in(Role.AUDITOR, "other")
    answers = [
        await ana.get("/cases/none/at"),
        await ana.get("/cases/lived-4/at?time=2020-01-01T00:00"),
        await ana.get("/cases/lived-4/at?time=yesterday"),
        await other.get(f"/cases/lived-4/at?seq={first}"),
    ]
    assert {one.status_code for one in answers} == {404}
    assert (await (await visiting.signed_in(Role.FINANCE)).get("/cases/lived-4/at")).status_code == 403


async def test_the_page_has_no_barriers_in_any_light(browsing: Browsing, web: WebHouse) -> None:
    numbers = await lived(web, "lived-5")
    page = await browsing.signed_in(Role.AUDITOR)
    await page.goto(f"/cases/lived-5/at?seq={numbers[-1]}")
    assert await barriers(page) == []
    await page.keyboard.press("p")
    await page.wait_for_url(f"**/at?seq={numbers[-2]}")
