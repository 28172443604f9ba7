"""`/account`: one's password and sessions; `/invitation/{token}`: the first password, by the link passed on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.web.house import House, house_of
from console.web.rendering import Pages, pages_of
from console.web.security.rate import SIGN_INS, Rates
from console.web.security.visitor import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    BadFormToken,
    Visitor,
    browser_value,
    keep_session,
)
from tools.records.sessions import SignedIn
from tools.records.staff import AccountLocked

router = APIRouter()
_HouseNow = Annotated[House, Depends(house_of)]
_PagesNow = Annotated[Pages, Depends(pages_of)]


@router.get("/account")
async def account(request: Request, signed: Visitor, house: _HouseNow, pages: _PagesNow) -> Response:
    """What belongs to oneself; every role has it."""
    return await _page(request, signed, house, pages)


@router.post("/account/password")
async def password(
    request: Request,
    signed: Visitor,
    house: _HouseNow,
    pages: _PagesNow,
    current: Annotated[str, Form(max_length=1000)],
    fresh: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Another password; every other session ends, and this one goes on under a new token."""
    rates: Rates = request.app.state.rates
    await rates.refuse_too_often(SIGN_INS, signed.account_id)
    try:
        if await house.staff.check_password(signed.email, current) is None:
            raise ValueError("current: is not your password")
        if fresh != again:
            raise ValueError("again: differs from the new password")
        await house.staff.set_password(signed.account_id, fresh, by=signed.account_id)
    except (ValueError, AccountLocked) as refused:
        return await _page(request, signed, house, pages, problem=str(refused), status=400)
    token = await house.sessions.begin(signed.account_id, signed.merchant)
    answer = RedirectResponse("/account", 303)
    keep_session(answer, token, secure=house.secure)
    return answer


@router.post("/account/end-session")
async def end_session(
    signed: Visitor, house: _HouseNow, session: Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]
) -> Response:
    """End one of one's own sessions."""
    await house.sessions.end_of(signed.account_id, session_id=session, by=signed.account_id)
    return RedirectResponse("/account", 303)


@router.get("/invitation/{token}")
async def invitation(request: Request, house: _HouseNow, pages: _PagesNow, token: str) -> Response:
    """The form for the first password; LookupError for a link that holds no more."""
    return await _invited(request, house, pages, token)


@router.post("/invitation/{token}")
async def accept(
    request: Request,
    house: _HouseNow,
    pages: _PagesNow,
    token: str,
    fresh: Annotated[str, Form(max_length=1000)],
    again: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Set it and use the link up; then the person signs in."""
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not browser or not await house.form_tokens.is_right(request, browser):
        raise BadFormToken
    try:
        if fresh != again:
            raise ValueError("again: differs from the new password")
        await house.invitations.accept(token, fresh)
    except ValueError as refused:
        return await _invited(request, house, pages, token, problem=str(refused), status=400)
    return RedirectResponse("/sign-in", 303)


async def _invited(
    request: Request, house: House, pages: Pages, token: str, *, problem: str = "", status: int = 200
) -> Response:
    rates: Rates = request.app.state.rates
    await rates.refuse_too_often(SIGN_INS, request.client.host if request.client else "")
    email = await house.invitations.whose(token)
    if email is None:
        raise LookupError("the link was used, replaced, or is too old")
    browser = browser_value(request)
    request.state.form_token = house.form_tokens.of(browser)
    answer = pages.page(request, "account/invitation.html", status=status, email=email, token=token, problem=problem)
    answer.set_cookie(BROWSER_COOKIE, browser, httponly=True, samesite="strict", secure=house.secure)
    return answer


async def _page(
    request: Request, signed: SignedIn, house: House, pages: Pages, *, problem: str = "", status: int = 200
) -> Response:
    sessions = await house.sessions.open_of(signed.account_id, request.cookies[SESSION_COOKIE])
    member = await house.staff.find(signed.email)
    return pages.page(
        request,
        "account/page.html",
        status=status,
        sessions=sessions,
        with_password=member is not None and member.with_password,
        roles=member.roles if member else {},
        problem=problem,
    )
