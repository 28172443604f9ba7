"""The case page in real browsers: three keys, two people, a worker that dies, and a note that is typed in a storm."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from playwright.async_api import Page, expect

from console.web.case import routes
from console.web.house import House as WebHouse
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.case.shown_cases import scratched_lamp
from tests.workflows.hasty import ended, hasty
from tests.workflows.house import House, case, plain_household
from tests.workflows.killable import worker_process
from tools.processors.sandbox.messages import HoldPoint
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.records import RecordsUnavailable
from tools.records.second_looks import SecondLooks
from workflows.messages import Stage
from workflows.review_rules import FORCED_LOOK_SHARE, drawn

_CONNECTIONS = 8
"""All that the records' pool has: while a test holds them, the database is away for everybody else."""
_WIDE = {"width": 1440, "height": 900}
_RED_LETTERS = "the quick brown fox jumps over the lazy dog, twice; "


async def waiting(house: House, case_id: str) -> str:
    """A lost parcel that waits for a person; its page's address."""
    await house.open(case(case_id, "lost: nada chegou"), {})
    view = await house.until(case_id, Stage.REVIEW)
    assert view.decision_id is not None
    assert not drawn(FORCED_LOOK_SHARE, "forced-look", case_id, view.decision_id), (
        "choose another id: not a routine case"
    )
    return f"/cases/{case_id}"


async def decided_times(house: House, case_id: str) -> int:
    """How many decisions of people are in the case's story."""
    events = await house.installation.cases.events("lumen", case_id)
    return sum(event.what == "decided" for event in events)


async def test_a_routine_case_takes_three_keys_from_the_queue(house: House, browsing: Browsing) -> None:
    async with house.worker():
        page_of = await waiting(house, "keys-1")
        page = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
        await page.goto("/")
        await page.focus(f'a[href="{page_of}"]')
        pressed = ("Enter", "a", "Enter")
        await page.keyboard.press(pressed[0])
        await page.wait_for_url(f"**{page_of}")
        await page.wait_for_load_state("load")
        await page.keyboard.press(pressed[1])
        await page.keyboard.press(pressed[2])
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example")
        view = await ended(house, "keys-1")
    assert view.result == "paid"
    assert await house.refunded("ch_keys_1") == [4500]


async def test_nobody_scrolls_the_page_to_decide(house: House, browsing: Browsing) -> None:
    async with house.worker():
        await house.open(*scratched_lamp("keys-2"))
        await house.until("keys-2", Stage.REVIEW)
        page = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
        await page.goto("/cases/keys-2")
        assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        for choice in await page.locator("summary[data-key]").all():
            await expect(choice).to_be_in_viewport()


async def test_two_browsers_on_one_case_give_exactly_one_decision(house: House, browsing: Browsing) -> None:
    async with house.worker():
        page_of = await waiting(house, "keys-3")
        ana, bea = (await browsing.signed_in(Role.REVIEWER), await browsing.signed_in(Role.REVIEWER))
        await ana.goto(page_of)
        # The lease runs out while her lid is closed; the next person takes the case, and then both confirm.
        async with house.installation.records.merchant("lumen") as scope:
            await scope.execute("update amends.case_lease set ends_at = clock_timestamp() where case_id = 'keys-3'")
        await bea.goto(page_of)
        for page in (ana, bea):
            await page.keyboard.press("a")
        await asyncio.gather(*(page.keyboard.press("Enter") for page in (ana, bea)))
        await expect(bea.locator(".good-news")).to_contain_text("Taken")
        # Refused by the lease, or, when the other was quick, because the case has gone on.
        await expect(ana.locator(".news").first).to_contain_text(re.compile("in other hands|the case is"))
        await ended(house, "keys-3")
    assert await decided_times(house, "keys-3") == 1
    assert await house.refunded("ch_keys_3") == [4500]


async def test_a_worker_killed_during_an_approval_leaves_the_page_asking_and_one_refund(
    house: House, browsing: Browsing
) -> None:
    async with house.worker():
        page_of = await waiting(house, "keys-4")
    page = await browsing.signed_in(Role.REVIEWER)
    async with worker_process(house) as process:
        await page.goto(page_of)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await page.keyboard.press("a")
        await page.keyboard.press("Enter")
        await expect(page.locator("#decision")).to_contain_text("Sent; not yet confirmed")
        assert await house.refunded("ch_keys_4") == []
    async with house.worker():
        await expect(page.locator(".good-news")).to_contain_text("Taken")
        await ended(house, "keys-4")
    assert await decided_times(house, "keys-4") == 1
    assert await house.refunded("ch_keys_4") == [4500]


async def test_a_silent_processor_and_a_restarted_database_lose_and_double_nothing(
    house: House, browsing: Browsing
) -> None:
    page = await browsing.signed_in(Role.REVIEWER)
    async with house.worker():
        page_of = await waiting(house, "keys-5")
        await page.goto(page_of)
        await house.bank.plan_hold(HoldPoint.BEFORE, "/v1/refunds")
        await page.keyboard.press("a")
        await page.keyboard.press("Enter")
        await expect(page.locator(".good-news")).to_contain_text("Taken")
        await house.bank.until_held(seconds=30)
        await expect(page.locator(".live")).to_contain_text("the processor has not confirmed it yet")
        with suppress(RecordsUnavailable):
            async with AsyncExitStack() as away:
                for _ in range(_CONNECTIONS):
                    await away.enter_async_context(house.installation.records.merchant("away"))
                await expect(page.locator(".live")).to_contain_text("records do not answer")
                os.kill(house.services.processes.pids["postgres"], signal.SIGKILL)
        await house.bank.release()
        await ended(house, "keys-5")
        await expect(page.locator(".live")).to_contain_text("closed")
    assert await decided_times(house, "keys-5") == 1
    assert await house.refunded("ch_keys_5") == [4500]


async def test_a_decision_is_taken_back_by_one_key_within_the_window_and_not_after(
    house: House, browsing: Browsing
) -> None:
    async with house.worker(plain_household(hasty(undo_seconds=4))):
        page_of = await waiting(house, "keys-6")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(page_of)
        await page.keyboard.press("a")
        await page.keyboard.press("Enter")
        await expect(page.locator(".seconds")).to_have_text("3")
        await page.keyboard.press("u")
        await expect(page.locator("#decision")).to_contain_text("Taken back")
        assert await house.refunded("ch_keys_6") == []
        await page.keyboard.press("a")
        await page.keyboard.press("Enter")
        await expect(page.locator(".undo")).to_contain_text("being carried out")
        assert await page.locator('[data-key="u"]').count() == 0
        await ended(house, "keys-6")
    assert await house.refunded("ch_keys_6") == [4500]


@asynccontextmanager
async def storm(house: House, case_id: str) -> AsyncGenerator[None]:
    """The case's words change as fast as the records take it."""

    async def blow() -> None:
        for n in range(100_000):
            await house.installation.cases.set_status("lumen", case_id, f"storm-{n}", f"gust {n}")

    blowing = asyncio.create_task(blow())
    yield
    blowing.cancel()
    with suppress(asyncio.CancelledError):
        await blowing


async def test_two_hundred_live_updates_while_a_note_is_typed_lose_no_character_and_no_focus(
    house: House, browsing: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LIVE_EVERY", 0.005)
    async with house.worker():
        page_of = await waiting(house, "keys-7")
    page = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
    await page.goto(page_of)
    await page.evaluate(
        "() => { window.heard = 0; document.addEventListener('htmx:sseMessage', () => (window.heard += 1)) }"
    )
    await page.keyboard.press("a")
    note, typed = page.locator("details[open] textarea[name=note]"), ""
    await note.focus()
    async with storm(house, "keys-7"), asyncio.timeout(60):
        # They type as long as it takes two hundred updates to come, however fast this machine is.
        while await page.evaluate("window.heard") < 200:
            await page.keyboard.type(_RED_LETTERS, delay=15)
            typed += _RED_LETTERS
            assert await note.input_value() == typed[:2000]
    assert await note.evaluate("(field) => field === document.activeElement")


async def test_every_fact_opens_its_exhibit_at_its_place(house: House, browsing: Browsing) -> None:
    async with house.worker():
        await house.open(*scratched_lamp("keys-8"))
        await house.until("keys-8", Stage.REVIEW)
        page = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
        await page.goto("/cases/keys-8")
        cites = await page.locator("table.facts .cite").all()
        assert len(cites) > 10
        for cite in cites:
            await cite.click()
            if await cite.get_attribute("data-kind") == "photo":
                assert await page.locator("#boxes rect").count() == 1
                assert await page.get_attribute("#shown", "data-photo") == await cite.get_attribute("data-target")
            else:
                assert await page.locator(".pointed").count() > 0, await cite.inner_text()
                await expect(page.locator(".pointed").first).to_be_in_viewport()
        await page.keyboard.press("2")
        assert await page.get_attribute("#shown", "data-photo") == "p-2"
        await page.keyboard.press("c")
        await expect(page.locator("#listing")).to_be_visible()


async def looked_at(page: Page, address: str) -> None:
    """The page has no barriers, with every choice open in turn."""
    await page.goto(address)
    assert await barriers(page) == []
    for choice in await page.locator("summary[data-key]").all():
        await choice.click()
        assert await barriers(page, "details[open]") == []


async def test_the_case_and_second_look_pages_have_no_barriers(house: House, browsing: Browsing, web: WebHouse) -> None:
    case_id = "keys-9"
    async with house.worker():
        await house.open(*scratched_lamp(case_id, "4000.00"))
        await house.until(case_id, Stage.REVIEW)
        ana = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
        bea = await browsing.signed_in(Role.LEAD, viewport=_WIDE)
        await looked_at(ana, f"/cases/{case_id}")
        await ana.click("button[hx-get*='claim.severity']")
        await expect(ana.locator("#correction select")).to_be_focused()
        assert await barriers(ana) == []
        await looked_at(bea, f"/cases/{case_id}")
        await ana.goto(f"/cases/{case_id}")
        for key in ("a", "y", "Enter"):
            await ana.keyboard.press(key)
        await expect(ana.locator("#decision")).to_contain_text("Proposed.")
        assert await barriers(ana) == []
        await looked_at(bea, "/?view=to_confirm")
        await looked_at(bea, f"/cases/{case_id}")
        # Out of the field in which the last choice left the keyboard.
        for key in ("Escape", "a", "y", "Enter"):
            await bea.keyboard.press(key)
        await expect(bea.locator(".good-news")).to_contain_text("Taken")
        reviews = PersonReviews(web.installation.records)
        first = await reviews.latest("lumen", case_id, ReviewState.TAKEN)
        assert first is not None
        await SecondLooks(web.installation.records).offer("lumen", case_id, first.review_id)
        clara = await browsing.signed_in(Role.REVIEWER, viewport=_WIDE)
        await looked_at(clara, "/second-looks")
        await looked_at(clara, f"/second-looks/{case_id}/{first.review_id}")
