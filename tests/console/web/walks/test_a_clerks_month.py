"""The walk of docs/finance.md: a month is looked through, compared, closed, taken out and opened again."""

import io
from pathlib import Path

from openpyxl import load_workbook
from playwright.async_api import Page, expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.finance.shops import generated_shop, open_disputes
from tests.console.web.visiting import PASSWORD
from tests.console.web.walks.steps import Step, walk
from tests.workflows.house import House

_SHOP, _MONTH = "clerks-month", "2026-03"


class Clerk:
    """What a clerk does at each step."""

    def __init__(self, page: Page, email: str) -> None:
        self.page = page
        self._email = email

    async def taken_out(self, step: Step) -> bytes:
        """The file behind the button the step names."""
        async with self.page.expect_download() as download:
            await self.page.get_by_role("button", name=step.words(), exact=True).click()
        return Path(await (await download.value).path()).read_bytes()

    async def signs_in(self, step: Step) -> None:
        await self.page.goto("/sign-in")
        await self.page.get_by_label("E-mail address").fill(self._email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()
        await self.page.get_by_role("link", name=step.words(), exact=True).click()
        await expect(self.page.locator(".news")).to_contain_text(f"{_MONTH} is over and open")

    async def chooses_the_month(self, step: Step) -> None:
        await self.page.get_by_role("navigation", name="Finance").get_by_role("link", name=step.words()).click()
        await self.page.wait_for_url("**/finance/months")
        over = self.page.locator("tbody tr", has_text="over, open")
        oldest = min([await row.locator("th").inner_text() for row in await over.all()])
        assert oldest == _MONTH
        await self.page.get_by_role("link", name=oldest, exact=True).click()
        await self.page.wait_for_url(f"**/finance/months/{_MONTH}")

    async def reads_the_differences(self, step: Step) -> None:
        await expect(self.page.get_by_role("heading", name=step.words(), exact=True)).to_be_visible()

    async def compares_the_workbook(self, step: Step) -> None:
        book = load_workbook(io.BytesIO(await self.taken_out(step)), read_only=True)
        amounts = {
            f"{cell:.2f}"
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
            for cell in row
            if isinstance(cell, int | float)
        }
        shown = await self.page.locator("section[aria-labelledby=figures] tr", has_text="EUR").locator("td").all()
        refunds = await shown[0].inner_text()
        assert refunds in amounts

    async def closes(self, step: Step) -> None:
        button = self.page.get_by_role("button", name=step.words())
        await expect(button).to_be_visible()
        await self.page.keyboard.press(step.key())
        await self.page.get_by_text("recomputed, agrees").wait_for()
        await expect(self.page.get_by_text("Closed by")).to_contain_text("Ana Example")

    async def takes_out(self, step: Step) -> None:
        assert (await self.taken_out(step)).count(b"\n") > 10
        assert (await self.taken_out(step)).startswith(b"PK")

    async def opens_again(self, step: Step) -> None:
        await self.page.get_by_label("Why is it opened again?").fill("a refund was booked in the wrong shop")
        await self.page.get_by_role("button", name=step.words(), exact=True).click()
        await self.page.get_by_text("Revision 1 was closed by").wait_for()
        await expect(self.page.locator("h1")).to_contain_text("over, open")


async def test_a_clerks_month_follows_the_document(house: House, browsing: Browsing) -> None:
    await generated_shop(house, _SHOP, 160)
    await open_disputes(house, _SHOP)
    person = await browsing.visiting.person(**{_SHOP: Role.FINANCE})
    page = await browsing.anybody(viewport={"width": 1440, "height": 900})
    clerk = Clerk(page, person.email)
    await walk(
        "finance.md",
        "A clerk's month",
        [
            clerk.signs_in,
            clerk.chooses_the_month,
            clerk.reads_the_differences,
            clerk.compares_the_workbook,
            clerk.closes,
            clerk.takes_out,
            clerk.opens_again,
        ],
    )
