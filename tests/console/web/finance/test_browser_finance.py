"""The finance desk in a real browser: no barriers in any light, and a month closed by keyboard."""

from datetime import UTC, datetime

from playwright.async_api import Page

from knowledge.finance.month import Month
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.finance.shops import generated_shop, open_disputes
from tests.workflows.house import House


async def desk(house: House, browsing: Browsing, merchant: str) -> Page:
    await generated_shop(house, merchant, 160)
    await open_disputes(house, merchant)
    return await browsing.signed_in(Role.FINANCE, merchant, viewport={"width": 1440, "height": 900})


async def test_no_page_of_the_finance_desk_has_barriers_in_light_or_dark(house: House, browsing: Browsing) -> None:
    page = await desk(house, browsing, "barrier-free")
    this = Month.of(datetime.now(UTC))
    for path in (
        "/finance", "/finance?month=2026-03", "/finance/ledger", "/finance/months", "/finance/months/2026-03",
        f"/finance/months/{this}",
    ):  # fmt: skip
        await page.goto(path)
        assert await barriers(page) == [], path
    await page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/finance?month=2026-03", "/finance/months/2026-03"):
        await page.goto(path)
        assert await barriers(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} is wider than a phone"


async def test_a_clerk_closes_the_month_by_keyboard_and_takes_the_journal_out(house: House, browsing: Browsing) -> None:
    page = await desk(house, browsing, "by-keyboard")
    await page.goto("/finance")
    await page.keyboard.press("m")
    await page.wait_for_url("**/finance/months")
    await page.get_by_role("link", name="2026-03").click()
    await page.wait_for_url("**/finance/months/2026-03")
    await page.keyboard.press("c")
    await page.get_by_text("recomputed, agrees").wait_for()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Journal (CSV)").click()
    assert (await download.value).suggested_filename == "amends-by-keyboard-2026-03-journal.csv"
