"""The queue in a real browser: by keyboard alone, without barriers, and alive while somebody types."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import expect

from console.web.house import House
from knowledge.case import CaseKind
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.tools.records.waiting_cases import line, propose, wait
from tests.workflows.hasty import ended
from tests.workflows.house import House as WorkflowHouse
from tests.workflows.house import case
from tools.records.leases import Leases
from tools.records.queue import Queue
from workflows.messages import Stage


@pytest.fixture(scope="session")
async def busy(web: House) -> str:
    """A merchant with a queue of every kind of line."""
    merchant = "queue-busy"
    await wait(
        web.installation.records,
        merchant,
        line("R-1001", due_in=timedelta(hours=2), causes=(WaitCause.OVERDUE, WaitCause.ABOVE_LIMIT), stage="escalated"),
        line("R-1002", band=CertaintyBand.ABSTAINED, proposal="ask_evidence", language="de", carrier=None),
        line("R-1003", flags=(QueueFlag.IMAGE_REUSE, QueueFlag.CONTRADICTION), causes=(WaitCause.CONTRADICTION,)),
        line("R-1004", flags=(QueueFlag.HIGH_VALUE, QueueFlag.FOUR_EYES), worth_cents=80_000),
        line(
            "CB-2001",
            kind=CaseKind.CHARGEBACK,
            proposal="fight",
            reason="not_received",
            reason_code="13.1",
            network="visa",
            win_chance=0.64,
            flags=(QueueFlag.LETTER,),
            causes=(WaitCause.LETTER_TO_SIGN,),
        ),
        line("CB-2002", kind=CaseKind.CHARGEBACK, proposal="accept", stage="announced", band=CertaintyBand.AUTOMATIC),
        line("R-1005", due_in=timedelta(hours=-1)),
    )
    return merchant


async def test_the_queue_is_walked_filtered_and_searched_by_keyboard_alone(browsing: Browsing, busy: str) -> None:
    page = await browsing.signed_in(Role.LEAD, busy)
    await page.goto("/")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.textContent") == "R-1005"
    await page.keyboard.press("j")
    assert "R-1001" in await page.inner_text("#card h2")
    assert "nobody decided in time" in await page.inner_text("#card")
    await page.keyboard.press("x")
    assert await page.is_checked("input[value='R-1001']")
    await page.keyboard.press("k")
    assert await page.evaluate("document.activeElement.textContent") == "R-1005"
    await page.keyboard.press("v")
    await page.keyboard.press("7")
    await page.wait_for_url("**/?view=letters")
    assert await page.inner_text("tbody a") == "CB-2001"
    await page.keyboard.press("v")
    await page.keyboard.press("1")
    await page.wait_for_url(f"{browsing.address}/")
    await page.keyboard.press("/")
    await page.keyboard.type("ch_R-1004")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/?q=ch_R-1004")
    assert await page.inner_text("tbody a") == "R-1004"
    await page.keyboard.press("n")
    await page.wait_for_url("**/cases/R-1005")


async def test_a_proposal_and_its_view_s_count_appear_on_an_open_page(browsing: Browsing, web: House) -> None:
    merchant, big = "queue-second-live", line("R-1")
    await wait(web.installation.records, merchant, big)
    page = await browsing.signed_in(Role.LEAD, merchant)
    async with page.expect_request("**/queue/live*"):
        await page.goto("/")
    await propose(web.installation.records, merchant, big, "key:k_shop")
    await expect(page.locator("#flags-R-1")).to_contain_text("proposed by key:k_shop: approve 17.10 EUR")
    await expect(page.locator("#count-to_confirm")).to_have_text("1")
    assert await barriers(page) == []
    await page.keyboard.press("v")
    await page.keyboard.press("8")
    await page.wait_for_url("**/?view=to_confirm")
    await page.keyboard.press("v")
    await page.keyboard.press("0")
    await page.wait_for_url("**/?view=skipped")


async def test_the_queue_has_no_barriers_wide_or_narrow(browsing: Browsing, busy: str) -> None:
    page = await browsing.signed_in(Role.LEAD, busy)
    for width, height in ((1440, 900), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        for address in ("/", "/?flag=image_reuse", "/?q=nothing"):
            await page.goto(address)
            assert await barriers(page) == []


_GUSTS = 8
_KEEP_SHOWN = """() => {
  window.shown = new Set();
  const note = () => {
    for (const each of document.querySelectorAll("[id^=reason-S-]")) {
      if (each.textContent.includes("gust")) window.shown.add(`${each.id} ${each.textContent.trim()}`);
    }
  };
  new MutationObserver(note).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


async def test_a_storm_of_updates_is_shown_whole_and_loses_no_character_no_focus_and_no_selection(
    browsing: Browsing, web: House
) -> None:
    merchant, records = "queue-storm", web.installation.records
    lines = [line(f"S-{n:02}") for n in range(50)]
    await wait(records, merchant, *lines)
    page = await browsing.signed_in(Role.LEAD, merchant)
    async with page.expect_request("**/queue/live*"):
        await page.goto("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.evaluate(_KEEP_SHOWN)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    selected = await page.evaluate("document.querySelector('tbody input:checked').value")
    queue, text = Queue(records), "order O-1001 of Ana, ch_0123456789"
    told = {f"reason-{one.case_id} gust {gust}" for one in lines for gust in range(_GUSTS)}

    async def storm() -> None:
        """Every row changes as fast as the records take it, and again as soon as all of them are shown."""
        for gust in range(_GUSTS):
            for one in lines:
                await queue.put(merchant, one.model_copy(update={"reason": f"gust {gust}"}))
            shown = f"() => [...window.shown].filter((one) => one.endsWith('gust {gust}')).length === {len(lines)}"
            await page.wait_for_function(shown, timeout=30_000)

    await page.keyboard.press("/")
    raging, typed = asyncio.create_task(storm()), ""
    # A quick typist: every character is a key of its own. They type as long as it storms.
    while not raging.done():
        if len(typed) + len(text) > 100:
            await page.fill("#q", "")
            typed = ""
        await page.keyboard.type(text, delay=60)
        typed += text
        assert await page.input_value("#q") == typed
    await raging
    assert set(await page.evaluate("[...window.shown]")) == told
    assert await page.evaluate("document.activeElement.id") == "q"
    assert await page.is_checked(f"input[value='{selected}']")
    await Leases(records).take(merchant, "S-07", "somebody-else")
    await queue.remove(merchant, "S-08")
    await expect(page.locator("#held-S-07")).to_contain_text("somebody")
    await expect(page.locator("#held-S-08")).to_contain_text("moved on")
    await expect(page.locator("#count-everything")).to_have_text("49")
    # All of it came over the one connection.
    assert [address for address in asked if "/static/" not in address] == []


async def test_a_set_is_chosen_sampled_and_decided_by_keyboard_alone(house: WorkflowHouse, browsing: Browsing) -> None:
    cases = [f"pair-{n}" for n in range(1, 3)]
    async with house.worker():
        for case_id in cases:
            await house.open(case(case_id, "lost: nada chegou"), {})
        for case_id in cases:
            await house.until(case_id, Stage.REVIEW)
        page = await browsing.signed_in(Role.LEAD, viewport={"width": 1440, "height": 900})
        await page.goto("/?q=pair-")
        for _ in cases:
            await page.keyboard.press("j")
            await page.keyboard.press("x")
        await expect(page.locator("#picked")).to_have_text("2")
        assert await barriers(page) == []
        await page.keyboard.press("t")
        await page.wait_for_url("**/together/*")
        for key in ("1", "2"):
            await page.keyboard.press(key)
            await page.wait_for_url("**/cases/*")
            await page.go_back()
            await page.wait_for_url("**/together/*")
        await expect(page.locator(".samples .good")).to_have_count(2)
        await page.keyboard.press("a")
        assert await barriers(page) == []
        await page.keyboard.press("y")
        await expect(page.locator(".good-news")).to_contain_text("2 of 2 cases decided, 90.00 EUR together")
        assert await barriers(page) == []
        for case_id in cases:
            assert (await ended(house, case_id)).result == "paid"
