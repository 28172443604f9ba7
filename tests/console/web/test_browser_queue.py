"""The queue in a real browser: by keyboard alone, without barriers, and alive while somebody types."""

from datetime import timedelta

import pytest

from console.web.house import House
from knowledge.case import CaseKind
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause
from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing, barriers
from tests.tools.records.waiting_cases import line, wait


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_queue_has_no_barriers_wide_or_narrow(browsing: Browsing, busy: str, scheme: str) -> None:
    page = await browsing.signed_in(Role.LEAD, busy, color_scheme=scheme)
    for width, height in ((1440, 900), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        for address in ("/", "/?flag=image_reuse", "/?q=nothing"):
            await page.goto(address)
            assert await barriers(page) == []
