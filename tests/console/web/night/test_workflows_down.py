"""The workflow server is down: pages read from the records, decisions are refused in words, and nothing is kept."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.night.parts import away
from tests.console.web.night.waiting import approve, paid_once, waiting
from tests.console.web.signing import WAITING_HOUSEHOLD, address, opened, sign, submissions, to_sign
from tests.console.web.visiting import Visiting
from tests.workflows.house import House
from tools.records.person_reviews import PersonReviews, ReviewState
from workflows import reviewing
from workflows.messages import Stage

_SAID = "The cases do not answer"


async def test_pages_read_on_and_a_decision_is_refused_with_its_note_in_place(house: House, browsing: Browsing) -> None:
    async with house.worker():
        page_of = await waiting(house, "still-1")
        page = await browsing.signed_in(Role.REVIEWER)
        async with away(house, "temporal"):
            await page.goto("/")
            await expect(page.locator("#held-still-1")).to_have_text("free")
            await page.goto(page_of)
            await expect(page.locator("#decision")).to_contain_text("The case does not answer now")
            await page.keyboard.press("a")
            await page.fill("details[open] [name=note]", "nothing came")
            await page.click("details[open] [data-confirms]")
            await expect(page.locator("#told")).to_contain_text(_SAID, timeout=20_000)
            await expect(page.locator("#told")).to_contain_text("Nothing was sent")
            assert await page.input_value("details[open] [name=note]") == "nothing came"
            reviews = PersonReviews(house.installation.records)
            assert await reviews.latest("lumen", "still-1", ReviewState.SENT, ReviewState.TAKEN) is None
        await page.click("details[open] [data-confirms]")
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example", timeout=30_000)
        await paid_once(house, "still-1")


@pytest.mark.long
async def test_a_letter_is_read_and_not_signed_and_nothing_says_it_was(house: House, visiting: Visiting) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "still-2")
        ana = await visiting.signed_in(Role.REVIEWER)
        async with away(house, "temporal"):
            form = await opened(ana, "still-2")
            refused = await sign(ana, "still-2", form)
            assert refused.status_code == 503
            assert _SAID in refused.text
            assert "What you entered is kept on this page" in refused.text
            events = await house.installation.cases.events("lumen", "still-2")
            assert "signed" not in {event.what for event in events}
            page = await ana.get(address("still-2"))
            assert "The case does not answer now" in page.text
        await house.until("still-2", Stage.REVIEW)
        signed = await sign(ana, "still-2", await opened(ana, "still-2"))
        assert signed.status_code == 303, signed.text
        await house.until("still-2", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1


async def test_a_correction_nobody_answers_is_told_as_not_known(
    house: House, visiting: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviewing, "_ANSWERS", timedelta(seconds=1))
    async with house.worker():
        page_of = await waiting(house, "still-3")
    ana = await visiting.signed_in(Role.REVIEWER)
    fields = {"value": "false", "note": "the carrier told me on the telephone"}
    told = await ana.post(f"{page_of}/facts/claim.instructs", fields, on=page_of)
    assert told.status_code == 503
    assert "The case does not answer" in told.text
    assert "the case may still take it" in told.text


async def test_without_precedents_the_page_decides_on_what_is_there_and_the_money_goes_out(
    house: House, browsing: Browsing
) -> None:
    async with house.worker():
        page = await browsing.signed_in(Role.REVIEWER)
        async with away(house, "chroma"):
            await page.goto(await waiting(house, "still-4"))
            await approve(page)
            await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example")
            # What the case teaches waits for the precedents; nothing else does, and no processor is blamed for it.
            await expect(page.locator(".live")).to_contain_text("done at the processor", timeout=20_000)
            assert await house.refunded("ch_still_4") == [4500]
            await page.goto("/")
            assert await page.locator("#at-processor a").count() == 0
        await paid_once(house, "still-4")
