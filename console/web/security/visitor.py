"""Who asks: the session behind the cookie, the merchant it stands at, and what the role allows."""

import secrets
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from console.web.house import House, house_of
from knowledge.rules.authority import Permission
from tools.records.sessions import LASTS, SignedIn

SESSION_COOKIE = "amends_session"
BROWSER_COOKIE = "amends_browser"
"""A random value of the browser before anybody signs in, so that the sign-in form has a token too."""


class NotSignedIn(Exception):
    """The page needs somebody signed in."""


class NotAllowed(Exception):
    """The role does not allow it; what belongs to another merchant is absent instead (404), never forbidden."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"your role does not allow {permission.value}")


class BadFormToken(Exception):
    """A change was asked for without the form's token: an old page, or another site."""


async def visitor(request: Request, house: Annotated[House, Depends(house_of)]) -> SignedIn:
    """Whoever is signed in; NotSignedIn otherwise. Changes need the form's token."""
    token = request.cookies.get(SESSION_COOKIE, "")
    signed = await house.sessions.find(token) if token else None
    if signed is None:
        raise NotSignedIn
    if request.method not in {"GET", "HEAD"} and not await house.form_tokens.is_right(request, token):
        raise BadFormToken
    request.state.signed = signed
    request.state.form_token = house.form_tokens.of(token)
    return signed


Visitor = Annotated[SignedIn, Depends(visitor)]
"""A parameter of pages that need somebody signed in and no permission."""


class Needs:
    """A dependency of a page: whoever is signed in, whose role has the permission.

    It is looked at before the page's own fields are, so that nobody learns from a refused form what it would take.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, signed: Visitor) -> SignedIn:
        """The person; NotAllowed without the permission."""
        refuse_unless_allowed(signed, self.permission)
        return signed


def refuse_unless_allowed(signed: SignedIn, permission: Permission) -> None:
    """NotAllowed unless the person's role allows it: for what a page needs beside its own permission."""
    if not signed.may(permission):
        raise NotAllowed(permission)


async def watches_cases(request: Request, house: Annotated[House, Depends(house_of)]) -> SignedIn:
    """Whoever is signed in and may read cases, for what an open page asks by itself: no idle session is kept by it."""
    token = request.cookies.get(SESSION_COOKIE, "")
    signed = await house.sessions.find(token, used=False) if token else None
    if signed is None:
        raise NotSignedIn
    refuse_unless_allowed(signed, Permission.READ_CASES)
    return signed


WatchesCases = Annotated[SignedIn, Depends(watches_cases)]
"""A parameter of live streams, which are not a person's doing."""
ReadsCases = Annotated[SignedIn, Depends(Needs(Permission.READ_CASES))]
"""A parameter of a page, as the others below: the person signed in, whose role allows what the name says."""
Decides = Annotated[SignedIn, Depends(Needs(Permission.DECIDE))]
TakesOver = Annotated[SignedIn, Depends(Needs(Permission.TAKE_OVER))]
DecidesTogether = Annotated[SignedIn, Depends(Needs(Permission.DECIDE_TOGETHER))]
Reveals = Annotated[SignedIn, Depends(Needs(Permission.REVEAL))]
SignsLetters = Annotated[SignedIn, Depends(Needs(Permission.SIGN_LETTERS))]
ReadsLetters = Annotated[SignedIn, Depends(Needs(Permission.READ_LETTERS))]
ReadsFinance = Annotated[SignedIn, Depends(Needs(Permission.READ_FINANCE))]
ClosesMonth = Annotated[SignedIn, Depends(Needs(Permission.CLOSE_MONTH))]
Exports = Annotated[SignedIn, Depends(Needs(Permission.EXPORT))]
ReadsAudit = Annotated[SignedIn, Depends(Needs(Permission.READ_AUDIT))]
ManagesStaff = Annotated[SignedIn, Depends(Needs(Permission.MANAGE_STAFF))]
ManagesKeys = Annotated[SignedIn, Depends(Needs(Permission.MANAGE_KEYS))]


def keep_session(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser the session's token: not readable by scripts, not sent from other sites."""
    response.set_cookie(
        SESSION_COOKIE, token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax", secure=secure
    )


def browser_value(request: Request) -> str:
    """The browser's own random value, made when it has none yet."""
    return request.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(24)
