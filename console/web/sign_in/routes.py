"""Sign-in by password, sign-out, another merchant, light or dark."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from console.web.house import House, house_of
from console.web.landing import QUEUE, landing_of, target_of
from console.web.rendering import Pages, pages_of
from console.web.security.rate import SIGN_INS, Rates, TooOften
from console.web.security.visitor import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    BadFormToken,
    Visitor,
    browser_value,
    keep_session,
)
from knowledge.rules.authority import Role
from tools.records.staff import AccountLocked

router = APIRouter()
THEMES = ("auto", "light", "dark")


@router.get("/sign-in")
async def form(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    next: str = "/",  # noqa: A002 - the word that people know from addresses
) -> Response:
    """The form; its token is bound to a random value of the browser."""
    return sign_in_form(request, house, pages, target=own_path(next))


@router.post("/sign-in")
async def enter(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    pages: Annotated[Pages, Depends(pages_of)],
    email: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Check the password; a wrong one says no more than that."""
    browser = request.cookies.get(BROWSER_COOKIE, "")
    if not browser or not await house.form_tokens.is_right(request, browser):
        raise BadFormToken
    target = own_path(next)
    rates: Rates = request.app.state.rates
    try:
        await rates.refuse_too_often(SIGN_INS, request.client.host if request.client else "")
        member = await house.staff.check_password(email, password)
    except (AccountLocked, TooOften) as refused:
        return sign_in_form(request, house, pages, target=target, email=email, problem=str(refused), status=429)
    if member is None:
        problem = "The address or the password is not right."
        return sign_in_form(request, house, pages, target=target, email=email, problem=problem, status=401)
    if not member.roles:
        problem = "Your account has no role at any merchant yet; ask an administrator."
        return sign_in_form(request, house, pages, target=target, email=email, problem=problem, status=403)
    # A new token each time: one that somebody planted in the browser before is worth nothing.
    merchant = first_merchant(member.roles)
    token = await house.sessions.begin(member.account_id, merchant)
    answer = RedirectResponse(target_of(target, member.roles[merchant]), 303)
    keep_session(answer, token, secure=house.secure)
    return answer


@router.post("/sign-out")
async def leave(request: Request, signed: Visitor, house: Annotated[House, Depends(house_of)]) -> Response:
    """End the session."""
    await house.sessions.end(request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.post("/merchant")
async def turn_to(
    request: Request,
    signed: Visitor,
    house: Annotated[House, Depends(house_of)],
    merchant: Annotated[str, Form(max_length=64)],
) -> Response:
    """Work for another merchant from now on."""
    await house.sessions.go_to(request.cookies[SESSION_COOKIE], merchant)
    there = await house.sessions.find(request.cookies[SESSION_COOKIE])
    return RedirectResponse(landing_of(there.role) if there else QUEUE, 303)


@router.post("/theme")
async def theme(request: Request, signed: Visitor, theme: Annotated[str, Form()]) -> Response:
    """Light, dark, or as the system has it."""
    answer = RedirectResponse(own_path(request.headers.get("referer", "/")), 303)
    if theme in THEMES:
        answer.set_cookie("amends_theme", theme, max_age=365 * 86400, samesite="lax", httponly=True)
    return answer


def first_merchant(roles: Mapping[str, Role]) -> str:
    """The merchant a person begins with: the first by name."""
    return min(roles)


def own_path(target: str) -> str:
    """The path of an address, and never another host: `//elsewhere` and full addresses lead to the queue."""
    parts = urlsplit(target)
    path = parts.path
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    return f"{path}?{parts.query}" if parts.query else path


def sign_in_form(
    request: Request,
    house: House,
    pages: Pages,
    *,
    target: str,
    email: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form, with why somebody is not in yet."""
    browser = browser_value(request)
    request.state.form_token = house.form_tokens.of(browser)
    answer = pages.page(
        request,
        "sign_in/page.html",
        status=status,
        target=target,
        email=email,
        problem=problem,
        provider=house.identity_provider.name if house.identity_provider else "",
    )
    answer.set_cookie(BROWSER_COOKIE, browser, httponly=True, samesite="strict", secure=house.secure)
    return answer
