"""`/staff`: who has a role at the merchant; invitations, roles, closing, ending sessions.

An administrator acts for one merchant. Closing an account, ending its sessions and making it a new link reach further,
so they are there only for people whose every role is at this merchant.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.visitor import ManagesStaff
from knowledge.rules.authority import Role
from tools.records.sessions import SignedIn
from tools.records.staff import StaffMember

router = APIRouter(prefix="/staff")
_HouseNow = Annotated[House, Depends(house_of)]
_PagesNow = Annotated[Pages, Depends(pages_of)]
_Account = Annotated[str, Form(max_length=100)]


@router.get("")
async def staff(request: Request, signed: ManagesStaff, house: _HouseNow, pages: _PagesNow) -> Response:
    """Everybody with a role here."""
    return await _page(request, signed, house, pages)


@router.post("/invite")
async def invite(
    request: Request,
    signed: ManagesStaff,
    house: _HouseNow,
    pages: _PagesNow,
    email: Annotated[str, Form(max_length=200)],
    name: Annotated[str, Form(max_length=100)],
    role: Annotated[Role, Form()],
) -> Response:
    """Make an account with a role and show the link that sets its password; a known address gets the role alone."""
    try:
        known = await house.staff.find(email)
        if known is not None and known.account_id == signed.account_id:
            raise ValueError("email: is your own; another administrator changes your role")
        account = known.account_id if known else await house.staff.add(email, name, by=signed.account_id)
    except ValueError as refused:
        return await _page(request, signed, house, pages, problem=str(refused), status=400)
    await house.staff.grant(account, signed.merchant, role, by=signed.account_id)
    if known is not None:
        return await _page(request, signed, house, pages, told=f"{known.email} has an account; the role was given.")
    token = await house.invitations.make(account, by=signed.account_id)
    return await _page(request, signed, house, pages, link=_link(request, token), invited=email.strip())


@router.post("/role")
async def role(signed: ManagesStaff, house: _HouseNow, account: _Account, role: Annotated[Role, Form()]) -> Response:
    """Another role at this merchant."""
    member = await _other(signed, house, account)
    await house.staff.grant(member.account_id, signed.merchant, role, by=signed.account_id)
    return RedirectResponse("/staff", 303)


@router.post("/remove")
async def remove(signed: ManagesStaff, house: _HouseNow, account: _Account) -> Response:
    """No role at this merchant any more."""
    member = await _other(signed, house, account)
    await house.staff.revoke(member.account_id, signed.merchant, by=signed.account_id)
    return RedirectResponse("/staff", 303)


@router.post("/link")
async def link(
    request: Request, signed: ManagesStaff, house: _HouseNow, pages: _PagesNow, account: _Account
) -> Response:
    """A new link, for somebody who lost theirs or their password."""
    member = await _own_person(signed, house, account)
    token = await house.invitations.make(member.account_id, by=signed.account_id)
    return await _page(request, signed, house, pages, link=_link(request, token), invited=member.email)


@router.post("/closed")
async def closed(
    signed: ManagesStaff, house: _HouseNow, account: _Account, closed: Annotated[bool, Form()]
) -> Response:
    """Close the account, ending its sessions, or open it again."""
    member = await _own_person(signed, house, account)
    await house.staff.set_disabled(member.account_id, closed, by=signed.account_id)
    return RedirectResponse("/staff", 303)


@router.post("/end-sessions")
async def end_sessions(signed: ManagesStaff, house: _HouseNow, account: _Account) -> Response:
    """Sign the person out everywhere."""
    member = await _own_person(signed, house, account)
    await house.sessions.end_of(member.account_id, by=signed.account_id)
    return RedirectResponse("/staff", 303)


def belongs_here_alone(member: StaffMember, merchant: str) -> bool:
    """Whether every role of the person is at the merchant."""
    return set(member.roles) == {merchant}


async def _other(signed: SignedIn, house: House, account: str) -> StaffMember:
    """Somebody else with a role here; LookupError otherwise, for oneself too: nobody locks themselves out or up."""
    for member in await house.staff.members(signed.merchant):
        if member.account_id == account != signed.account_id:
            return member
    raise LookupError(f"nobody else here is {account}")


async def _own_person(signed: SignedIn, house: House, account: str) -> StaffMember:
    member = await _other(signed, house, account)
    if not belongs_here_alone(member, signed.merchant):
        raise LookupError(f"{account} works for others too")
    return member


def _link(request: Request, token: str) -> str:
    return str(request.url_for("invitation", token=token))


async def _page(
    request: Request,
    signed: SignedIn,
    house: House,
    pages: Pages,
    *,
    problem: str = "",
    told: str = "",
    link: str = "",
    invited: str = "",
    status: int = 200,
) -> Response:
    members = await house.staff.members(signed.merchant)
    return pages.page(
        request,
        "staff/page.html",
        status=status,
        members=members,
        alone={one.account_id for one in members if belongs_here_alone(one, signed.merchant)},
        open_sessions={one.account_id: len(await house.sessions.open_of(one.account_id)) for one in members},
        roles=list(Role),
        problem=problem,
        told=told,
        link=link,
        invited=invited,
    )
