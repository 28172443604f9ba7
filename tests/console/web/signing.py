"""What tests of the letter desk share: a case that waits for a signature, and forms filled in as its page has them."""

import html
import re
from collections.abc import Mapping
from datetime import timedelta

import httpx

from tests.console.web.visiting import Visitor
from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from tools.processors.sandbox.messages import Submission
from workflows.messages import Stage
from workflows.worker import Household

WAITING_HOUSEHOLD: Household = plain_household(hasty(automatic_up_to_eur=10))
"""Nothing above ten euros goes out by itself."""


async def to_sign(house: House, case_id: str, name: str = "c01-visa-131", due: timedelta = timedelta(days=9)) -> str:
    """A sample whose proved letter waits for a signature; its dispute's id. Needs a worker of `WAITING_HOUSEHOLD`."""
    bundle, files = sample(name, case_id)
    dispute = await disputed(house, bundle, files, due)
    await house.until(case_id, Stage.REVIEW)
    return dispute


async def submissions(house: House, dispute: str) -> tuple[Submission, ...]:
    return (await house.bank.ledger()).disputes[dispute].submissions


def address(case_id: str) -> str:
    return f"/cases/{case_id}/letter"


class LetterForm:
    """The page's fields as the browser would send them."""

    def __init__(self, page: str) -> None:
        self.hidden = dict(
            re.findall(r'<input type="hidden" name="([a-z0-9_]+)" (?:id="version" )?value="([^"]*)"', page)
        )
        self.texts = {
            place: html.unescape(text)
            for place, text in re.findall(r'<textarea[^>]*name="text-([a-z0-9-]+)"[^>]*>(.*?)</textarea>', page, re.S)
        }

    @property
    def fields(self) -> dict[str, str]:
        return {**self.hidden, **{f"text-{place}": text for place, text in self.texts.items()}}


async def opened(person: Visitor, case_id: str) -> LetterForm:
    page = await person.get(address(case_id))
    assert page.status_code == 200, page.text
    return LetterForm(page.text)


async def save(
    person: Visitor, case_id: str, form: LetterForm, texts: Mapping[str, str | None], *, htmx: bool = True
) -> httpx.Response:
    """Send the form with other texts; None ticks `leave out`."""
    fields = form.fields
    for place, text in texts.items():
        fields |= {f"out-{place}": "on"} if text is None else {f"text-{place}": text}
    headers = {"hx-request": "true"} if htmx else {}
    return await person.http.post(f"{address(case_id)}/draft", data=fields, headers=headers)


async def sign(person: Visitor, case_id: str, form: LetterForm, confirmation: str | None = None) -> httpx.Response:
    fields = {**form.hidden, "confirmation": case_id if confirmation is None else confirmation}
    return await person.http.post(f"{address(case_id)}/sign", data=fields)
