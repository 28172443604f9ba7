"""The letter desk in a real browser: typing, verdicts as one types, and no barrier in any light."""

import asyncio
from datetime import timedelta

from playwright.async_api import Page

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.signing import WAITING_HOUSEHOLD, address, submissions, to_sign
from tests.workflows.house import House
from tools.records.letter_drafts import LetterDrafts
from workflows.messages import Stage


async def verdict(page: Page, place: str, words: str) -> None:
    await page.locator(f"#mark-{place}", has_text=words).wait_for()


async def kept(house: House, case_id: str, texts: set[str]) -> None:
    """Wait until the latest version has these words."""
    drafts = LetterDrafts(house.installation.records)
    async with asyncio.timeout(60):
        while True:
            versions = await drafts.versions("lumen", case_id)
            if versions and texts == {one.text for one in versions[-1].redraft.rewordings}:
                return
            await asyncio.sleep(0.1)


async def test_a_sentence_is_checked_as_it_is_typed_and_signed_by_keyboard(house: House, browsing: Browsing) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        # Due earlier, it is above in the list: Enter opens the one somebody is at, not the first.
        await to_sign(house, "typed-0", due=timedelta(days=8))
        dispute = await to_sign(house, "typed-1")
        page = await browsing.signed_in(Role.REVIEWER)
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
        await page.goto("/letters")
        await page.get_by_role("link", name="typed-1", exact=True).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{address('typed-1')}")
        field = page.locator("#t-ground-1")
        await field.click()
        assert await page.locator("#page-3.chosen, #page-4.chosen, #page-2.chosen").count() == 1
        await page.keyboard.press("End")
        await page.keyboard.type(" Clearly.", delay=30)
        await verdict(page, "ground-1", "not proved")
        assert await field.evaluate("element => element === document.activeElement")
        # Leaving the field keeps a version; until it is mended, nothing can be signed.
        await page.keyboard.press("Tab")
        await page.locator("#saved", has_text="version 1").wait_for()
        await page.locator("#sign-state", has_text="Cannot be submitted").wait_for()
        await page.click("[data-restores=t-ground-1]")
        await verdict(page, "ground-1", "✓ proved")
        await page.locator("#saved", has_text="version 2").wait_for()
        await page.locator("#sign-state", has_text="Every sentence is proved").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("s")
        await page.keyboard.type("typed-1")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**told=signed")
        await house.until("typed-1", Stage.SUBMITTED)
        assert told == []
    assert len(await submissions(house, dispute)) == 1


async def test_no_character_is_lost_while_versions_are_saved(house: House, browsing: Browsing) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        await to_sign(house, "typed-2")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(address("typed-2"))
        texts = {"t-ground-1": "one two three four five", "t-ground-2": "six seven eight", "t-request": "nine ten"}
        for field, text in texts.items():
            # Each change of field saves the one before, while the next is being typed.
            await page.locator(f"#{field}").fill("")
            await page.locator(f"#{field}").press_sequentially(text, delay=15)
        await page.locator("#confirmation").press_sequentially("typed-2 and more", delay=15)
        # Saves that wait for one under way become one; the last version has every word.
        await kept(house, "typed-2", set(texts.values()))
        for field, text in texts.items():
            assert await page.input_value(f"#{field}") == text
        assert await page.input_value("#confirmation") == "typed-2 and more"
        assert await page.locator("#confirmation").evaluate("element => element === document.activeElement")
        await page.reload()
        for field, text in texts.items():
            assert await page.input_value(f"#{field}") == text


async def test_words_that_could_not_be_saved_are_not_signed_past(house: House, browsing: Browsing) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "typed-3")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(address("typed-3"))
        await page.route("**/draft", lambda route: route.abort())
        await page.fill("#t-request", "The merchant asks that the dispute be reversed for 10.00 EUR.")
        await page.fill("#confirmation", "typed-3")
        await page.keyboard.press("Enter")
        await page.locator("#not-yet", has_text="your last words are not saved yet").wait_for()
        assert await page.input_value("#t-request") == "The merchant asks that the dispute be reversed for 10.00 EUR."
        await page.unroute("**/draft")
        await page.click("[data-restores=t-request]")
        await page.locator("#not-yet:empty").wait_for(state="attached")
        await page.focus("#confirmation")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**told=signed")
        await house.until("typed-3", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1


async def test_the_letter_desk_has_no_barriers_in_any_light(house: House, browsing: Browsing) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        await to_sign(house, "seen-1")
        lead = await browsing.signed_in(Role.LEAD, viewport={"width": 1440, "height": 900})
        clerk = await browsing.signed_in(Role.FINANCE, viewport={"width": 390, "height": 844})
        for page in (lead, clerk):
            for path in ("/letters", "/letters?shelf=closed", address("seen-1")):
                await page.goto(path)
                assert await barriers(page) == [], path
