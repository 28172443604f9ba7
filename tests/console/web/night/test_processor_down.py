"""The processor is down while money is to be given back and a letter to be sent: said, tried again, done once."""

from playwright.async_api import Page, expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.night.parts import KillableBank
from tests.console.web.night.waiting import approve, paid_once, waiting
from tests.console.web.signing import WAITING_HOUSEHOLD, address, submissions, to_sign
from tests.workflows.house import House
from workflows.messages import Stage

_AGAIN = "tried again by itself"


async def queue_of(browsing: Browsing) -> Page:
    """Somebody's open queue."""
    page = await browsing.signed_in(Role.LEAD)
    await page.goto("/")
    return page


async def test_an_approved_refund_waits_for_the_processor_in_sight_of_everybody_and_is_paid_once(
    house: House, browsing: Browsing, bank: KillableBank
) -> None:
    async with house.worker():
        page_of = await waiting(house, "down-1")
        queue, page = await queue_of(browsing), await browsing.signed_in(Role.REVIEWER)
        await page.goto(page_of)
        async with bank.away():
            await approve(page)
            await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example")
            for one in (page.locator(".live"), queue.locator("#at-processor")):
                await expect(one).to_contain_text(_AGAIN, timeout=15_000)
                await expect(one).to_contain_text("since 20")
            await expect(queue.locator("#at-processor a")).to_have_text("down-1")
            await queue.reload()
            await expect(queue.locator("#at-processor a")).to_have_text("down-1")
            assert (await house.desk.view("lumen", "down-1")).stage is Stage.PAYING
        await paid_once(house, "down-1")
        await expect(page.locator(".live")).to_contain_text("closed")
        await expect(queue.locator("#at-processor a")).to_have_count(0)


async def test_a_signed_letter_waits_for_the_processor_with_its_clock_running_and_is_submitted_once(
    house: House, browsing: Browsing, bank: KillableBank
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "down-2")
        queue, page = await queue_of(browsing), await browsing.signed_in(Role.REVIEWER)
        await page.goto(address("down-2"))
        async with bank.away():
            await page.fill("#confirmation", "down-2")
            await page.keyboard.press("Enter")
            await page.wait_for_url("**told=signed")
            head = page.locator(".letter-head")
            await expect(head).to_contain_text("the processor has not taken it yet", timeout=15_000)
            await expect(head).to_contain_text(_AGAIN)
            await page.reload()
            await expect(head).to_contain_text("to be sent within")
            await expect(head.locator("time[data-due]")).to_have_count(1)
            assert await page.locator("#confirmation").count() == 0
            await expect(queue.locator("#at-processor a")).to_have_text("down-2")
            case_page = await browsing.signed_in(Role.REVIEWER)
            await case_page.goto("/cases/down-2")
            await expect(case_page.locator(".live")).to_contain_text(_AGAIN)
            await expect(case_page.locator(".case-head time[data-due]")).to_have_count(1)
        await expect(head).to_contain_text("submitted", timeout=30_000)
        await expect(queue.locator("#at-processor a")).to_have_count(0)
        await house.until("down-2", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1
