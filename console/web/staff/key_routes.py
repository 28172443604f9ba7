"""`/keys`: the merchant's API keys; making one, whose secret is shown once, and revoking one."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ManagesKeys
from knowledge.rules.authority import Permission
from tools.records.api_keys import ApiKey, ApiKeys
from tools.records.sessions import SignedIn

router = APIRouter(prefix="/keys")
_HouseNow = Annotated[House, Depends(house_of)]
_PagesNow = Annotated[Pages, Depends(pages_of)]
_LONGEST_DAYS = 3650


@router.get("")
async def keys(request: Request, signed: ManagesKeys, house: _HouseNow, pages: _PagesNow) -> Response:
    """Every key of the merchant, those that have ended too."""
    return await _page(request, signed, house, pages)


@router.post("")
async def make(
    request: Request,
    signed: ManagesKeys,
    house: _HouseNow,
    pages: _PagesNow,
    name: Annotated[str, Form(max_length=200)],
    scope: Annotated[list[Permission] | None, Form()] = None,
    days: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make a key and show its secret, this once; `days` is how long it opens, empty until it is revoked."""
    try:
        made = await ApiKeys(house.installation.records).make(
            signed.merchant, name, set(scope or ()), by=signed.account_id, ends_at=_end(days)
        )
    except ValueError as refused:
        return await _page(request, signed, house, pages, problem=str(refused), status=400)
    return await _page(request, signed, house, pages, made=made.key, secret=made.secret)


@router.post("/revoke")
async def revoke(signed: ManagesKeys, house: _HouseNow, key: Annotated[str, Form(max_length=100)]) -> Response:
    """End a key at once; LookupError when the merchant has no such key that still opens."""
    await ApiKeys(house.installation.records).revoke(signed.merchant, key, by=signed.account_id)
    return RedirectResponse("/keys", 303)


def _end(days: str) -> datetime | None:
    if not days.strip():
        return None
    if not days.strip().isdecimal() or not 1 <= int(days) <= _LONGEST_DAYS:
        raise ValueError(f"days: write a whole number from 1 to {_LONGEST_DAYS}, or nothing")
    return datetime.now(UTC) + timedelta(days=int(days))


async def _page(
    request: Request,
    signed: SignedIn,
    house: House,
    pages: Pages,
    *,
    problem: str = "",
    made: ApiKey | None = None,
    secret: str = "",
    status: int = 200,
) -> Response:
    found = await ApiKeys(house.installation.records).of_merchant(signed.merchant)
    members = await house.staff.members(signed.merchant)
    return pages.page(
        request,
        "staff/keys.html",
        status=status,
        keys=found[::-1],
        names={one.account_id: one.name for one in members},
        scopes=list(Permission),
        problem=problem,
        made=made,
        secret=secret,
    )
