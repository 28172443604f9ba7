"""The map in a real browser: a place that is chosen shows its scans, by pointer and by keyboard, in both lights."""

from playwright.async_api import ConsoleMessage, expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.case.shown_cases import scratched_lamp
from tests.workflows.house import House
from workflows.messages import Stage

_WIDE = {"width": 1440, "height": 900}


async def test_a_place_that_is_chosen_on_the_map_shows_its_scans(house: House, browsing: Browsing) -> None:
    await house.open(*scratched_lamp("mapped-chosen"))
    page = await browsing.signed_in(Role.AUDITOR, viewport=_WIDE)
    told: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        told.append(message.text)

    page.on("console", hear)
    await page.goto("/cases/mapped-chosen")
    leipzig = page.get_by_role("link", name="Leipzig, DE: 2 scans")
    porto = page.get_by_role("link", name="Porto, PT: 2 scans, delivered")
    await expect(page.get_by_role("img", name="Route of the parcel: Leipzig, DE")).to_be_visible()
    pointed = page.locator(".route li.pointed")
    await porto.click()
    await expect(pointed).to_have_count(2)
    await expect(pointed.last).to_contain_text("Delivered")
    await expect(pointed.first).to_be_in_viewport()
    assert await barriers(page) == []
    await leipzig.focus()
    await page.keyboard.press("Enter")
    await expect(pointed).to_have_count(2)
    await expect(pointed.first).to_contain_text("Processed in the parcel centre")
    await expect(page.locator("a.pointed")).to_have_attribute("data-target", "s-1-0")
    assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert [words for words in told if "Content Security" in words] == []


async def test_an_event_that_is_cited_is_shown_on_the_map_too(house: House, browsing: Browsing) -> None:
    await house.open(*scratched_lamp("mapped-cited"))
    page = await browsing.signed_in(Role.AUDITOR, viewport=_WIDE)
    async with house.worker():
        await house.until("mapped-cited", Stage.REVIEW)
    await page.goto("/cases/mapped-cited")
    await page.locator('.cite[data-kind="scan"]').first.click()
    await expect(page.locator(".route li.pointed")).to_have_count(1)
    mark = await page.locator(".route li.pointed").get_attribute("data-mark")
    await expect(page.locator("a.pointed")).to_have_attribute("data-target", mark or "")
