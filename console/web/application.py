"""The web application: pages, their static files, and what every refusal looks like."""

import re
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount

from console.api.application import make_api
from console.buyer import routes as buyer
from console.web import health, sign_in
from console.web.account import routes as account
from console.web.as_of import routes as as_of
from console.web.audit import routes as audit
from console.web.case import decisions as case_decisions
from console.web.case import routes as case_page
from console.web.case import second_looks
from console.web.finance import routes as finance
from console.web.house import House
from console.web.letters import editing as letter_editing
from console.web.letters import listing as letter_listing
from console.web.letters import reading as letter_reading
from console.web.queue import live as queue_live
from console.web.queue import routes as queue
from console.web.queue import together
from console.web.queue.counting import ViewCounts
from console.web.rendering import HTMX_REQUEST, SILENT, Pages
from console.web.resending import fields_to_send_again
from console.web.security.headers import SecurityHeaders
from console.web.security.rate import Rates, TooOften
from console.web.security.visitor import BadFormToken, NotAllowed, NotSignedIn
from console.web.staff import key_routes
from console.web.staff import routes as staff
from tools.records.leases import LeaseHeld, LeaseLost
from tools.records.letter_drafts import DraftMovedError
from tools.records.records import RecordsUnavailable
from workflows.desk import CasesSilentError, NotAnsweredError, NotNowError

_STATIC = Path(__file__).parent / "static"
_ROUTERS = (
    health.router,
    sign_in.router,
    queue.router,
    queue_live.router,
    together.router,
    finance.router,
    audit.router,
    as_of.router,
    staff.router,
    key_routes.router,
    account.router,
    sign_in.provider_router,
    case_page.router,
    case_decisions.router,
    second_looks.router,
    letter_listing.router,
    letter_reading.router,
    letter_editing.router,
    buyer.router,
)


def _api_at(path: str, house: House) -> Mount:
    """Everything below the path is the API's, a line break in it too, which `.` in a mount's pattern leaves out."""
    mounted = Mount(path, make_api(house), name="api")
    mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)
    return mounted


def make_application(house: House) -> FastAPI:
    """The console of an installation, to be served under the root of an address of its own."""
    application = FastAPI(title="Amends console", openapi_url=None, docs_url=None, redoc_url=None)
    application.state.house = house
    application.state.pages = Pages(house)
    application.state.rates = Rates()
    application.state.queue_news = queue_live.QueueNews(house)
    application.state.view_counts = ViewCounts(house.installation.records)
    # As they are: including a router makes every route anew for each application.
    application.router.routes.extend(route for router in _ROUTERS for route in router.routes)
    application.router.routes.append(_api_at("/v1", house))
    carried = files("django_htmx") / "static" / "django_htmx"
    application.mount("/static/htmx", StaticFiles(directory=str(carried)), name="htmx")
    application.mount("/static", StaticFiles(directory=_STATIC), name="static")
    application.add_exception_handler(NotSignedIn, _to_sign_in)
    for refusal, status in (
        (NotAllowed, 403),
        (BadFormToken, 403),
        (TooOften, 429),
        (NotNowError, 409),
        (LeaseLost, 409),
        (LeaseHeld, 409),
        (DraftMovedError, 409),
        (LookupError, 404),
        (RecordsUnavailable, SILENT),
        (CasesSilentError, SILENT),
        (NotAnsweredError, SILENT),
        (HTTPException, 0),
    ):
        application.add_exception_handler(refusal, _refused(status))
    application.add_middleware(SecurityHeaders, secure=house.secure)  # pyright: ignore[reportArgumentType]
    return application


async def _to_sign_in(request: Request, _: Exception) -> Response:
    back = request.url.path if request.method == "GET" else "/"
    where = f"/sign-in?next={back}"
    if request.headers.get(HTMX_REQUEST) == "true":
        return HTMLResponse(status_code=401, headers={"HX-Redirect": where})
    return RedirectResponse(where, 303)


_TOLD: dict[type[Exception], tuple[str, str]] = {
    NotAllowed: ("Not allowed", "Ask an administrator of your merchant for another role."),
    BadFormToken: ("This page is old", "Load it again and repeat what you did; nothing was changed."),
    TooOften: ("Too often", "Wait a minute and try again."),
    LeaseLost: ("In other hands", "Somebody else works on the case now; nothing was changed."),
    LeaseHeld: ("In other hands", "Wait until the other person is done, or ask a lead to take the case over."),
    NotNowError: ("Not now", "The case has moved on; load it again to see where it stands."),
    DraftMovedError: ("Somebody was faster", "Nothing was written over; load the letter again to see their version."),
    LookupError: ("Not found", "There is no such thing here, or it belongs to somebody else."),
    RecordsUnavailable: ("The records do not answer", "Nothing was changed. Try again in a moment."),
    CasesSilentError: ("The cases do not answer", "Nothing was sent. Try again in a moment."),
    NotAnsweredError: ("The case does not answer", "Look where it stands before you do it again."),
}


def _refused(status: int):
    async def refuse(request: Request, problem: Exception) -> Response:
        kind = next((each for each in _TOLD if isinstance(problem, each)), None)
        title, mend = _TOLD[kind] if kind else ("Not possible", "")
        said = problem.detail if isinstance(problem, HTTPException) else str(problem)
        if kind is LookupError:
            # An absent thing and another merchant's are told alike.
            said = ""
        code = problem.status_code if isinstance(problem, HTTPException) else status
        pages: Pages = request.app.state.pages
        again = await fields_to_send_again(request) if code == SILENT else None
        return pages.refusal(request, code, title, said=said, mend=mend, again=again)

    return refuse
