"""The sign-in and the frame around every page, in a real browser."""

from console.web.sign_in.routes import THEMES
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.visiting import PASSWORD


async def test_a_person_signs_in_by_keyboard_and_reads_the_keys(browsing: Browsing) -> None:
    ana = await browsing.visiting.person(lumen=Role.REVIEWER)
    page = await browsing.anybody()
    await page.goto("/")
    await page.keyboard.type(ana.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{browsing.address}/")
    await page.keyboard.press("?")
    assert "Queue" in await page.inner_text("#keys")
    await page.keyboard.press("Escape")
    assert not await page.is_visible("#keys")


async def test_no_page_runs_what_its_policy_forbids(browsing: Browsing) -> None:
    page = await browsing.signed_in(Role.REVIEWER)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    await page.goto("/")
    assert await page.evaluate("typeof htmx") == "object"
    assert told == []


async def test_the_frame_has_no_barriers_in_any_light(browsing: Browsing) -> None:
    page = await browsing.signed_in(Role.ADMIN)
    await page.goto("/")
    for theme in THEMES:
        await page.click(f"button[value={theme}]")
        await page.wait_for_load_state()
        assert await page.get_attribute("html", "data-theme") == theme
        assert await barriers(page) == []
    outside = await browsing.anybody()
    await outside.goto("/sign-in")
    assert await barriers(outside) == []
