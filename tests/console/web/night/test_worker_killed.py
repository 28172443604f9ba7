"""The worker is killed around an approval: the page says what is known, and one decision and one payment come of it."""

import asyncio
import signal
from contextlib import suppress

import pytest
from playwright.async_api import expect
from temporalio.service import RPCError

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.night.waiting import approve, paid_once, waiting
from tests.workflows.house import House
from tests.workflows.killable import worker_process
from tools.processors.sandbox.messages import HoldPoint

_FORM = "details[open] form[hx-post$='/decisions']"


async def answering(house: House, case_id: str) -> None:
    """Wait until a worker answers for the case."""
    async with asyncio.timeout(60):
        while True:
            with suppress(RPCError):
                await house.desk.view("lumen", case_id)
                return
            await asyncio.sleep(0.1)


@pytest.mark.long
async def test_killed_between_the_approval_and_the_answer_the_page_asks_on_and_pressing_again_changes_nothing(
    house: House, browsing: Browsing
) -> None:
    async with house.worker():
        address = await waiting(house, "night-1")
    page = await browsing.signed_in(Role.REVIEWER)
    async with worker_process(house) as process:
        await answering(house, "night-1")
        await page.goto(address)
        assert await page.get_by_text("The case does not answer now").count() == 0
        await page.keyboard.press("a")
        fields = await page.eval_on_selector(_FORM, "(form) => Object.fromEntries(new FormData(form))")
        # It has the case in hand and does not get to answer any more.
        process.send_signal(signal.SIGSTOP)
        await page.keyboard.press("Enter")
        await expect(page.locator("#decision")).to_contain_text("Sent; not yet confirmed", timeout=15_000)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    # The same form again, as an impatient browser sends it, twice at once.
    again = await asyncio.gather(
        *(page.request.post(f"{address}/decisions", form=fields, max_redirects=0) for _ in range(2))
    )
    assert {answer.status for answer in again} == {303}
    # Whoever comes back finds what they sent, and nothing to send once more.
    await page.reload()
    await expect(page.locator("#decision")).to_contain_text("Sent; not yet confirmed")
    assert await page.locator("summary[data-key=a]").count() == 0
    assert await house.refunded("ch_night_1") == []
    async with house.worker():
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example", timeout=30_000)
        await paid_once(house, "night-1")
        await expect(page.locator(".live")).to_contain_text("closed")


async def test_killed_while_the_bank_pays_the_page_says_since_when_it_waits_and_one_payment_is_made(
    house: House, browsing: Browsing
) -> None:
    async with house.worker():
        address = await waiting(house, "night-2")
    page = await browsing.signed_in(Role.REVIEWER)
    await house.bank.plan_hold(HoldPoint.AFTER, "/v1/refunds")
    async with worker_process(house) as process:
        await answering(house, "night-2")
        await page.goto(address)
        await approve(page)
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example")
        await house.bank.until_held(seconds=30)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await house.bank.release()
    await expect(page.locator(".live")).to_contain_text("the processor has not confirmed it yet")
    await expect(page.locator(".live")).to_contain_text("tried again by itself")
    await page.reload()
    await expect(page.locator("#decision")).to_contain_text("The case does not answer now")
    await expect(page.locator(".live")).to_contain_text("waits since 20")
    async with house.worker():
        await paid_once(house, "night-2")
        await expect(page.locator(".live")).to_contain_text("closed")
