"""The walk of docs/reviewers.md: sign in, queue, a case decided, taken back and decided otherwise, a letter."""

from playwright.async_api import Page, expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.case.shown_cases import scratched_lamp
from tests.console.web.signing import submissions, to_sign
from tests.console.web.visiting import PASSWORD
from tests.console.web.walks.steps import Step, walk
from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from workflows.messages import Stage

_CASE, _LETTER = "first-case-1", "first-letter-1"
# As the house does it: a letter above ten euros waits for its signature, a decision for its ten seconds.
_HOUSEHOLD = plain_household(hasty(automatic_up_to_eur=10, undo_seconds=10))


class Reviewer:
    """What a reviewer does at each step, by keyboard once signed in."""

    def __init__(self, page: Page, email: str) -> None:
        self.page = page
        self._email = email

    async def presses(self, step: Step) -> None:
        for key in step.key().split():
            await self.page.keyboard.press(key)

    async def sees_heading(self, step: Step) -> None:
        await expect(self.page.get_by_role("heading", name=step.words(), exact=True)).to_be_visible()

    async def signs_in(self, step: Step) -> None:
        await self.page.goto("/")
        await self.page.get_by_label("E-mail address").fill(self._email)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name=step.words(), exact=True).click()
        await self.sees_heading(step)
        await self.page.wait_for_load_state("load")

    async def moves_in_the_queue(self, step: Step) -> None:
        await self.presses(step)
        await expect(self.page.locator("tr[data-row] a").first).to_be_focused()
        await expect(self.page.locator("#card dt", has_text=step.words())).to_be_visible()
        await self.presses(step)

    async def finds_and_opens(self, step: Step) -> None:
        await self.presses(step)
        await self.page.keyboard.type(_CASE[:-1])
        await self.presses(step)
        await self.page.wait_for_url(f"**?q={_CASE[:-1]}")
        await self.page.wait_for_load_state("load")
        assert await self.page.locator("tr[data-row]").count() == 1
        await self.presses(step)
        await self.presses(step)
        await self.page.wait_for_url(f"**/cases/{_CASE}")
        await self.page.wait_for_load_state("load")

    async def reads(self, step: Step) -> None:
        await expect(self.page.locator("#lease")).to_contain_text(step.words().removesuffix("…").strip())
        await self.presses(step)
        assert await self.page.get_attribute("#shown", "data-photo") == "p-1"
        await self.sees_heading(step)
        assert "ana@example.org" not in await self.page.inner_text("#case")
        await self.presses(step)
        await expect(self.page.locator(".case-head")).to_contain_text(step.words())
        assert "ana@example.org" in await self.page.inner_text("#case")

    async def accepts(self, step: Step) -> None:
        await self.sees_heading(step)
        await self.presses(step)
        await self.presses(step)
        await expect(self.page.locator(".good-news")).to_contain_text(step.words())
        await expect(self.page.locator(".seconds")).to_be_visible()

    async def takes_back(self, step: Step) -> None:
        await self.presses(step)
        await expect(self.page.locator("#decision")).to_contain_text(step.words())

    async def offers_another_amount(self, step: Step) -> None:
        amount = self.page.locator("details[open] input[name=amount]")
        await self.presses(step)
        await expect(amount).to_be_focused()
        proposed = float(await amount.input_value())
        await self.presses(step)
        await self.page.keyboard.press("ArrowUp")
        assert float(await amount.input_value()) > proposed
        for _ in ("ArrowDown", "Escape", "w l", "Enter"):
            await self.presses(step)
        await expect(self.page.locator(".good-news")).to_contain_text(step.words())
        await expect(self.page.locator(".good-news")).to_contain_text("Ana Example")

    async def goes_to_the_next_and_skips_it(self, step: Step) -> None:
        await self.presses(step)
        await self.page.wait_for_url(lambda address: "/cases/" in address and not address.endswith(_CASE))
        await self.page.wait_for_load_state("load")
        given = self.page.url
        await self.presses(step)
        tab = step.key()
        await self.page.keyboard.press(tab)
        await self.page.keyboard.press(tab)
        await self.presses(step)
        await self.page.wait_for_url(lambda address: address != given)
        await self.page.wait_for_load_state("load")

    async def opens_the_letter(self, step: Step) -> None:
        await self.presses(step)
        await self.sees_heading(step)
        link = self.page.get_by_role("link", name=_LETTER, exact=True)
        await link.focus()
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"**/cases/{_LETTER}/letter")
        await self.page.wait_for_load_state("load")
        await expect(self.page.locator("#pages img").first).to_be_visible()
        await expect(self.page.locator(".mark-of").first).to_contain_text(step.words())

    async def signs(self, step: Step) -> None:
        await self.presses(step)
        await self.page.keyboard.type(_LETTER)
        await self.presses(step)
        await self.page.wait_for_url("**told=signed")


async def test_a_reviewers_first_case_follows_the_document(house: House, browsing: Browsing) -> None:
    async with house.worker(_HOUSEHOLD):
        await house.open(*scratched_lamp(_CASE))
        await house.until(_CASE, Stage.REVIEW)
        # What the next case will be, so that there is one to skip.
        await house.open(*scratched_lamp("second-case-1"))
        await house.until("second-case-1", Stage.REVIEW)
        dispute = await to_sign(house, _LETTER)
        person = await browsing.visiting.person(lumen=Role.REVIEWER)
        page = await browsing.anybody(viewport={"width": 1440, "height": 900})
        ana = Reviewer(page, person.email)
        await walk(
            "reviewers.md",
            "Your first case",
            [
                ana.signs_in,
                ana.moves_in_the_queue,
                ana.finds_and_opens,
                ana.reads,
                ana.accepts,
                ana.takes_back,
                ana.offers_another_amount,
                ana.goes_to_the_next_and_skips_it,
                ana.opens_the_letter,
                ana.signs,
            ],
        )
        await house.until(_LETTER, Stage.SUBMITTED)
        await house.until(_CASE, Stage.OFFERED)
    assert len(await submissions(house, dispute)) == 1
