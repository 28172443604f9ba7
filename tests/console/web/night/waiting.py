"""What the tests of the night share: a case that waits for a person, and what became of it."""

from playwright.async_api import Page

from tests.workflows.house import House, case
from workflows.messages import Stage
from workflows.review_rules import FORCED_LOOK_SHARE, drawn


async def waiting(house: House, case_id: str) -> str:
    """A lost parcel of 45.00 EUR that waits for a routine decision, with a worker at hand; its page's address."""
    await house.open(case(case_id, "lost: nada chegou"), {})
    view = await house.until(case_id, Stage.REVIEW)
    assert view.decision_id is not None
    assert not drawn(FORCED_LOOK_SHARE, "forced-look", case_id, view.decision_id), (
        "choose another id: not a routine case"
    )
    return f"/cases/{case_id}"


async def approve(page: Page) -> None:
    """Two keys."""
    await page.keyboard.press("a")
    await page.keyboard.press("Enter")


async def paid_once(house: House, case_id: str) -> None:
    """One decision of a person, one payment, and a chain of records that is whole."""
    view = await house.until(case_id, Stage.CLOSED)
    assert view.result == "paid"
    events = await house.installation.cases.events("lumen", case_id)
    assert sum(event.what == "decided" for event in events) == 1
    assert await house.refunded(f"ch_{case_id.replace('-', '_')}") == [4500]
    assert (await house.installation.audit.verify("lumen")).intact
