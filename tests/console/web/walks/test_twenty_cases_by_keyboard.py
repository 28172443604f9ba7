"""Twenty mixed cases decided in a browser that never gets a click: refunds and chargebacks, every kind of decision."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, expect

from knowledge.rules.authority import Role
from tests.console.web.browsing import Browsing
from tests.console.web.case.shown_cases import scratched_lamp
from tests.console.web.signing import WAITING_HOUSEHOLD, to_sign
from tests.workflows.hasty import regretted
from tests.workflows.house import House, case
from workflows.messages import Stage

Opening = Callable[[House, str], Awaitable[None]]


async def lost_parcel(house: House, case_id: str) -> None:
    await house.open(case(case_id, "lost: nada chegou"), {})


async def damaged_lamp(house: House, case_id: str) -> None:
    await house.open(*scratched_lamp(case_id))


async def coming_back(house: House, case_id: str) -> None:
    await house.open(regretted(case_id), {})


async def letter(house: House, case_id: str) -> None:
    await to_sign(house, case_id)


async def contradicted(house: House, case_id: str) -> None:
    await to_sign(house, case_id, "c05-mc-4853-place")


@dataclass(frozen=True)
class Decided:
    """A case, the keys pressed on its page, and what then stands in its story or where it then is."""

    opening: Opening
    keys: tuple[str, ...]
    told: str
    stages: tuple[Stage, ...]


_ENDED = (Stage.CLOSED,)
_OFFERED = (Stage.OFFERED, Stage.CLOSED)
_AMOUNT = ("e", "ArrowDown", "Escape", "w", "h", "Enter")
_DENIED = ("d", "w", "f", "Enter")
_ASKED = ("i", "Escape", "w", "m", "Enter")
_CASES = (
    Decided(lost_parcel, ("a", "Enter"), "Taken", _ENDED),
    Decided(damaged_lamp, ("a", "Enter"), "Taken", _OFFERED),
    Decided(letter, ("a", "Enter"), "Taken", (Stage.SUBMITTED,)),
    Decided(lost_parcel, _AMOUNT, "Taken", _OFFERED),
    Decided(damaged_lamp, _DENIED, "Taken", _ENDED),
    Decided(contradicted, ("a", "Enter"), "Taken", _ENDED),
    Decided(lost_parcel, _ASKED, "Taken", (Stage.ASKING,)),
    Decided(damaged_lamp, ("x", "Enter"), "Taken", (Stage.ESCALATED,)),
    Decided(letter, ("h", "Enter"), "Taken", (Stage.REVIEW, Stage.ESCALATED)),
    Decided(coming_back, ("a", "Enter"), "Taken", _ENDED),
    Decided(lost_parcel, ("s", "Tab", "Tab", "Enter"), "", (Stage.REVIEW,)),
    Decided(damaged_lamp, _AMOUNT, "Taken", _OFFERED),
    Decided(lost_parcel, _DENIED, "Taken", _ENDED),
    Decided(letter, _DENIED, "Taken", _ENDED),
    Decided(damaged_lamp, _ASKED, "Taken", (Stage.ASKING,)),
    Decided(lost_parcel, ("x", "Enter"), "Taken", (Stage.ESCALATED,)),
    Decided(contradicted, ("h", "Enter"), "Taken", (Stage.REVIEW, Stage.ESCALATED)),
    Decided(coming_back, ("a", "Enter"), "Taken", _ENDED),
    Decided(damaged_lamp, ("s", "Tab", "Tab", "Enter"), "", (Stage.REVIEW,)),
    Decided(lost_parcel, ("a", "Enter"), "Taken", _ENDED),
)


async def pressed(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def found(page: Page, case_id: str) -> None:
    """From any page to the case, by way of the queue's search."""
    async with page.expect_navigation(wait_until="load"):
        await pressed(page, "g", "q")
    await pressed(page, "/")
    await page.keyboard.type(case_id)
    await pressed(page, "Enter")
    await page.wait_for_url(f"**?q={case_id}")
    await page.wait_for_load_state("load")
    await pressed(page, "j", "Enter")
    await page.wait_for_url(f"**/cases/{case_id}")
    await page.wait_for_load_state("load")


async def decided(page: Page, case_id: str, one: Decided) -> None:
    """Press the keys; where the page asks for a second one, the person looks and presses it."""
    first, *rest = one.keys
    await pressed(page, first)
    if await page.locator("details[open] [data-key=y]").count():
        await pressed(page, "y")
    await pressed(page, *rest)
    if one.told:
        await expect(page.locator("#decision")).to_contain_text(one.told)
    else:
        await page.wait_for_url(lambda address: not address.endswith(case_id))
        await page.wait_for_load_state("load")


async def test_twenty_mixed_cases_are_decided_by_keyboard_alone(house: House, browsing: Browsing) -> None:
    assert len(_CASES) == 20
    async with house.worker(WAITING_HOUSEHOLD):
        named = {f"twenty-{number:02}": one for number, one in enumerate(_CASES, 1)}
        for case_id, one in named.items():
            await one.opening(house, case_id)
        for case_id in named:
            await house.until(case_id, Stage.REVIEW)
        page = await browsing.signed_in(Role.LEAD, viewport={"width": 1440, "height": 900})
        await page.add_init_script(
            "addEventListener('pointerdown', () => sessionStorage.setItem('pointed', 'yes'), true)"
        )
        await page.goto("/")
        for case_id, one in named.items():
            await found(page, case_id)
            await decided(page, case_id, one)
        for case_id in (each for each, one in named.items() if one.opening is coming_back):
            await house.until(case_id, Stage.RETURNING)
            # It waits for goods and not for a person, so it left the queue: its address is typed.
            await page.goto(f"/cases/{case_id}")
            await pressed(page, "r", "Enter")
            await expect(page.locator("#decision")).to_contain_text("The goods are noted as returned")
        for case_id, one in named.items():
            await house.until(case_id, *one.stages)
        assert await page.evaluate("sessionStorage.getItem('pointed')") is None
