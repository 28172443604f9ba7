"""PostgreSQL goes away and comes back: pages say so, keep what was typed, and go on; nothing else is restarted."""

import pytest
from playwright.async_api import Page, Response, expect

from console.web.house import House as WebHouse
from console.web.queue import live
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.night.parts import away
from tests.console.web.night.waiting import approve, paid_once, waiting
from tests.console.web.signing import WAITING_HOUSEHOLD, address, submissions, to_sign
from tests.console.web.test_letters import REWORDED
from tests.workflows.house import House, case
from tests.workflows.killable import worker_process
from tools.records.queue import Queue
from tools.records.queue_filter import QueueFilter, QueueView
from workflows.messages import Stage

_SAID = "The records do not answer"
_NOTE = "Ana schrieb: „nichts angekommen“"


def answers_to(page: Page, path: str) -> list[int]:
    """The statuses of what is sent to the path from now on."""
    statuses: list[int] = []

    def note(answer: Response) -> None:
        if answer.request.method == "POST" and answer.url.endswith(path):
            statuses.append(answer.status)

    page.on("response", note)
    return statuses


async def test_a_decision_sent_while_the_records_are_away_keeps_its_note_and_is_taken_when_they_are_back(
    house: House, browsing: Browsing
) -> None:
    async with worker_process(house) as process:
        page_of = await waiting(house, "away-1")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(page_of)
        statuses = answers_to(page, "/decisions")
        await page.keyboard.press("a")
        await page.fill("details[open] [name=note]", _NOTE)
        async with away(house, "postgres"):
            await expect(page.locator(".live")).to_contain_text(_SAID, timeout=20_000)
            await page.click("details[open] [data-confirms]")
            await expect(page.locator("#told")).to_contain_text(_SAID, timeout=20_000)
            assert statuses == [503]
            assert await page.input_value("details[open] [name=note]") == _NOTE
        await expect(page.locator(".live")).to_contain_text("review", timeout=20_000)
        await page.click("details[open] [data-confirms]")
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example", timeout=20_000)
        await expect(page.locator("#told")).to_have_text("")
        await paid_once(house, "away-1")
        assert process.returncode is None
    assert statuses == [503, 200]


@pytest.mark.long
async def test_an_unconfirmed_decision_is_asked_after_through_the_outage(house: House, browsing: Browsing) -> None:
    async with house.worker():
        page_of = await waiting(house, "away-2")
    page = await browsing.signed_in(Role.REVIEWER)
    await page.goto(page_of)
    await approve(page)
    await expect(page.locator("#decision")).to_contain_text("Sent; not yet confirmed", timeout=15_000)
    async with away(house, "postgres"):
        await expect(page.locator("#told")).to_contain_text(_SAID, timeout=20_000)
        await expect(page.locator("#decision")).to_contain_text("Sent; not yet confirmed")
    await expect(page.locator("#told")).to_have_text("", timeout=20_000)
    async with house.worker():
        await expect(page.locator(".good-news")).to_contain_text("approve by Ana Example", timeout=30_000)
        await paid_once(house, "away-2")


async def test_a_plain_form_is_given_back_to_be_sent_again_as_it_was(
    house: House, browsing: Browsing, web: WebHouse
) -> None:
    async with house.worker():
        page_of = await waiting(house, "away-3")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(page_of)
        statuses = answers_to(page, "/skip")
        await page.keyboard.press("s")
        await page.select_option("details[open] [name=reason]", "language")
        await page.fill("details[open] [name=words]", _NOTE)
        async with away(house, "postgres"):
            await page.click("text=Skip; next case")
            await expect(page.locator("h1")).to_have_text(_SAID, timeout=20_000)
            await expect(page.locator("main")).to_contain_text("What you entered is kept on this page")
        await page.click("text=Send it again")
        await page.wait_for_url(lambda url: not url.endswith("/skip"))
        assert statuses == [503, 303]
        (token,) = [one.get("value", "") for one in await page.context.cookies() if one.get("name") == SESSION_COOKIE]
        person = await web.sessions.find(token)
        assert person is not None
        account = person.account_id
        skipped = await Queue(house.installation.records).page("lumen", QueueFilter(view=QueueView.SKIPPED), account)
        assert [row.line.case_id for row in skipped.rows] == ["away-3"]


async def test_a_password_is_never_given_back(house: House, browsing: Browsing) -> None:
    page = await browsing.anybody()
    await page.goto("/sign-in")
    await page.fill("[name=email]", "ana@shop.example")
    await page.fill("[name=password]", "the kettle is on the stove")
    async with away(house, "postgres"):
        await page.press("[name=password]", "Enter")
        await expect(page.locator("h1")).to_have_text(_SAID, timeout=20_000)
        assert "kettle" not in await page.content()


async def test_a_sentence_typed_while_the_records_are_away_stays_in_its_field_and_is_signed_afterwards(
    house: House, browsing: Browsing
) -> None:
    async with house.worker(WAITING_HOUSEHOLD):
        dispute = await to_sign(house, "away-4")
        page = await browsing.signed_in(Role.REVIEWER)
        await page.goto(address("away-4"))
        async with away(house, "postgres"):
            await page.fill("#t-ground-1", REWORDED)
            await page.keyboard.press("Tab")
            await expect(page.locator("#told")).to_contain_text(_SAID, timeout=20_000)
            assert await page.input_value("#t-ground-1") == REWORDED
        await page.click("text=Save")
        await expect(page.locator("#saved")).to_contain_text("version 1", timeout=20_000)
        await expect(page.locator("#told")).to_have_text("")
        await page.fill("#confirmation", "away-4")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**told=signed")
        await house.until("away-4", Stage.SUBMITTED)
    assert len(await submissions(house, dispute)) == 1


@pytest.mark.parametrize(
    ("case_id", "lasts", "where", "said"),
    [
        ("away-7", 300.0, "#records", _SAID),
        # The stream's own end falls into the outage, so that it is opened anew against closed doors.
        pytest.param("away-8", 3.0, "#told", "Not connected", marks=pytest.mark.long),
    ],
)
async def test_the_queue_says_that_it_may_be_old_and_its_stream_comes_back_by_itself(
    house: House, browsing: Browsing, monkeypatch: pytest.MonkeyPatch, case_id: str, lasts: float, where: str, said: str
) -> None:
    monkeypatch.setattr(live, "_LASTS", lasts)
    async with house.worker():
        await house.open(case(case_id, "lost: nada chegou"), {})
        await house.until(case_id, Stage.REVIEW)
        page = await browsing.signed_in(Role.REVIEWER)
        async with page.expect_response("**/queue/live*"):
            await page.goto("/")
        await page.focus("#q")
        await page.keyboard.type("away")
        async with away(house, "postgres"):
            await expect(page.locator(where)).to_contain_text(said, timeout=30_000)
            await page.keyboard.type("-7")
        await expect(page.locator(where)).to_have_text("", timeout=30_000)
        colleague = await browsing.signed_in(Role.REVIEWER)
        await colleague.goto(f"/cases/{case_id}")
        await expect(page.locator(f"#held-{case_id}")).to_contain_text("Ana Example", timeout=30_000)
        assert await page.input_value("#q") == "away-7"
        assert await page.evaluate("document.activeElement.id") == "q"
