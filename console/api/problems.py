"""Refusals as problem details (RFC 9457): what is wrong, where, and what to do about it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from temporalio.service import RPCError

from console.api.caller import KeyNotAllowed
from knowledge.base import Frozen
from tools.bundles import BundleRefused
from tools.bundles.refused import pointer_to
from tools.records.case_words import CaseConflict
from tools.records.leases import LeaseHeld, LeaseLost
from tools.records.ledger_words import LedgerRefused
from tools.records.order_snapshots import SnapshotConflict
from tools.records.records import RecordsUnavailable
from workflows.desk import CasesSilentError, NotAnsweredError, NotNowError

MEDIA_TYPE = "application/problem+json"
_NOT_FOUND = "There is no such thing here, or it belongs to somebody else."


class Place(Frozen):
    """One thing that is wrong in a request."""

    pointer: str
    """JSON pointer into the body, or into the file of the body that is named; empty for the whole."""
    parameter: str | None = None
    """The parameter of path, query or headers, when it is not the body."""
    problem: str
    mend: str


class Problem(Frozen):
    """A refusal. `title` names its kind, `detail` this one."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    problems: tuple[Place, ...] = ()


class Refused(Exception):
    """A refusal of a door's own; raised by routes, told as a problem."""

    def __init__(self, status: int, detail: str, problems: Sequence[Place] = ()) -> None:
        self.status = status
        self.detail = detail
        self.problems = tuple(problems)
        super().__init__(detail)


def refused_field(pointer: str, problem: str, mend: str) -> Refused:
    """A 422 about one field of the body."""
    return Refused(422, "the request cannot be taken", [Place(pointer=pointer, problem=problem, mend=mend)])


def refused_parameter(parameter: str, problem: str, mend: str) -> Refused:
    """A 422 about one parameter."""
    place = Place(pointer="", parameter=parameter, problem=problem, mend=mend)
    return Refused(422, "the request cannot be taken", [place])


def problem(
    status: int, detail: str = "", problems: Sequence[Place] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer to a refused request."""
    content = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, problems=tuple(problems))
    return JSONResponse(content.model_dump(mode="json"), status, dict(headers or {}), MEDIA_TYPE)


def tell_problems(application: FastAPI) -> None:
    """Have every refusal of the application told as a problem."""
    for kind, handler in (
        (Refused, _refused),
        (RequestValidationError, _invalid),
        (ValidationError, _invalid),
        (BundleRefused, _bundle),
        (CaseConflict, _conflict),
        (SnapshotConflict, _status(409)),
        (LedgerRefused, _status(409)),
        (NotNowError, _status(409)),
        (LeaseHeld, _status(409)),
        (LeaseLost, _status(409)),
        (KeyNotAllowed, _status(403)),
        (LookupError, _not_found),
        (RecordsUnavailable, _unavailable),
        (CasesSilentError, _unavailable),
        (RPCError, _unavailable),
        (NotAnsweredError, _late),
        (TimeoutError, _late),
        (HTTPException, _http),
        (Exception, _broken),
    ):
        application.add_exception_handler(kind, handler)


def _status(status: int):
    async def tell(_: Request, refused: Exception) -> Response:
        return problem(status, str(refused))

    return tell


async def _refused(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return problem(refused.status, refused.detail, refused.problems)


async def _invalid(_: Request, invalid: Exception) -> Response:
    assert isinstance(invalid, RequestValidationError | ValidationError)
    return problem(422, "the request cannot be taken", [_place(each["loc"], each["msg"]) for each in invalid.errors()])


def _place(where: tuple[str | int, ...], said: str) -> Place:
    wrong, _, mend = said.partition("; ")
    mend = mend or "follow the specification at /v1/openapi.json"
    if where and where[0] in {"path", "query", "header", "cookie"}:
        return Place(pointer="", parameter=str(where[-1]), problem=wrong, mend=mend)
    inside = where[1:] if where and where[0] == "body" else where
    return Place(pointer=pointer_to(*inside), problem=wrong, mend=mend)


async def _bundle(_: Request, refused: Exception) -> Response:
    assert isinstance(refused, BundleRefused)
    places = [Place(pointer=each.pointer, problem=each.problem, mend=each.mend) for each in refused.refusals]
    return problem(422, f"{refused.where} is refused", places)


async def _conflict(_: Request, conflict: Exception) -> Response:
    assert isinstance(conflict, CaseConflict)
    mend = "add evidence to the case that is open, or use another id"
    places = [Place(pointer=each, problem="differs from the case that is open", mend=mend)
              for each in conflict.differences]  # fmt: skip
    return problem(409, str(conflict), places)


async def _not_found(_: Request, __: Exception) -> Response:
    return problem(404, _NOT_FOUND)


async def _unavailable(_: Request, down: Exception) -> Response:
    said = down.message if isinstance(down, RPCError) else str(down)
    return problem(503, f"nothing was changed; try again: {said}", headers={"retry-after": "2"})


async def _late(_: Request, __: Exception) -> Response:
    detail = "the case did not answer in time and may still take it; read the case before you ask again"
    return problem(503, detail, headers={"retry-after": "10"})


async def _http(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, HTTPException)
    if refused.status_code == 404:
        return problem(404, _NOT_FOUND)
    headers = {name.lower(): value for name, value in (refused.headers or {}).items()}
    if refused.status_code == 405:
        headers["allow"] = ", ".join(_allowed(request))
    return problem(refused.status_code, refused.detail, headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods of the path: the framework names those of the first route that has it, and a path may have more."""
    routers: tuple[APIRouter, ...] = request.app.state.routers
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    matching = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in matching for method in route.methods or ()})


async def _broken(_: Request, __: Exception) -> Response:
    return problem(500, "Amends made a mistake; it is in its log. The request can be repeated under the same key.")
