"""Buyers at their page without a browser: the link, and forms as the page gives them."""

import re
from collections.abc import Mapping, Sequence

import httpx

from knowledge.money import Money
from tests.console.web.visiting import Visitor
from tests.workflows.house import House
from tools.records.buyer_links import BuyerLinks

_HIDDEN = re.compile(r'name="(form_token|form)" value="([0-9a-f]+)"')


async def link_of(house: House, case_id: str) -> str:
    """The path of the buyer's page of a case of `lumen`."""
    return f"/b/{await BuyerLinks(house.installation.records).token('lumen', case_id)}"


async def offer_of(house: House, case_id: str) -> Money:
    """What the buyer is offered now; what people decided in other tests may have taught another amount."""
    rung = (await house.desk.view("lumen", case_id)).rung
    assert rung is not None
    return rung.amount


async def hidden(visitor: Visitor, path: str) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    page = await visitor.get(path)
    assert page.status_code == 200
    return {found[1]: found[2] for found in _HIDDEN.finditer(page.text)}


async def send(
    visitor: Visitor,
    path: str,
    act: str,
    fields: Mapping[str, str] | None = None,
    photos: Sequence[tuple[str, bytes]] = (),
) -> httpx.Response:
    """A form of the page, sent; `fields` may bring its own hidden ones."""
    given = {**await hidden(visitor, path), **(fields or {})}
    files = [("photos", (name, data, "image/jpeg")) for name, data in photos]
    return await visitor.http.post(f"{path}/{act}", data=given, files=files or [("photos", ("", b"", ""))])
