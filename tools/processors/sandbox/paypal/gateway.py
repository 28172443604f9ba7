"""The front of the sandbox's PayPal side: tokens, faults, hold points, request ids and the specification's guard."""

import json
from contextlib import suppress
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tools.processors.sandbox.books import SavedAnswer, Wire
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.interruption import held, unanswered
from tools.processors.sandbox.messages import FaultKind, HoldPoint
from tools.processors.sandbox.paypal.api import Asked, PayPalApi
from tools.processors.sandbox.paypal.payments import minimal
from tools.processors.sandbox.paypal.reading import PayPalReading
from tools.processors.sandbox.paypal.refusal import PayPalRefusal, malformed, unauthenticated, unknown_resource

BASE = "/paypal"
_KEY_SECONDS = 45 * 86_400
""""The server stores keys for 45 days" (Payments v2, PayPal-Request-Id)."""
_FILE_PART_BYTES = 64 * 1024 * 1024


class PayPalGateway:
    """Takes every request to `/paypal/…`."""

    def __init__(self, api: PayPalApi, reading: PayPalReading, trouble: Trouble) -> None:
        self._api = api
        self._reading = reading
        self._trouble = trouble
        self._in_progress: set[str] = set()

    async def handle(self, request: Request) -> Response:
        """The answer, after whatever trouble was planned."""
        fault = self._trouble.fault_for(request.method, request.url.path)
        path = request.url.path.removeprefix(BASE)
        try:
            if fault is not None:
                await _before(fault, request)
            answer = await (self._token(request) if path == "/v1/oauth2/token" else self._worked(request, path, fault))
        except PayPalRefusal as refusal:
            answer = JSONResponse(refusal.error, refusal.status, {"Paypal-Debug-Id": refusal.error["debug_id"]})
        except _GatewayTimeout:
            return HTMLResponse("<h1>504 Gateway Time-out</h1>", 504)
        with suppress(LookupError):
            body = json.loads(bytes(answer.body))
            for what in self._reading.answer_problems(request.method, path, answer.status_code, body):
                self._violation(request, "response", what)
        return answer

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            given = self._api.tokens.give(
                request.headers.get("authorization", ""), str(form.get("grant_type", "")), self._api.now()
            )
        if given is None:
            refused = {"error": "invalid_client", "error_description": "Client Authentication failed"}
            return JSONResponse(refused, 401)
        return JSONResponse(given)

    async def _worked(self, request: Request, path: str, fault: FaultKind | None) -> Response:
        """Look, hold, do, spoil, hold, answer."""
        if not self._api.tokens.good(request.headers.get("authorization", ""), self._api.now()):
            raise unauthenticated()
        asked = await _decoded(request, path)
        self._refuse_broken(request, asked)
        key = request.headers.get("paypal-request-id") if path.endswith("/refund") else None
        if key is not None and key in self._in_progress:
            raise PayPalRefusal(
                409,
                "RESOURCE_CONFLICT",
                "The server has detected a conflict while processing this request.",
                {"issue": "PREVIOUS_REQUEST_IN_PROGRESS"},
            )
        if key is not None:
            self._in_progress.add(key)
        try:
            await held(self._trouble, HoldPoint.BEFORE, request, key)
            status, body = self._done(asked, key)
        finally:
            self._in_progress.discard(key or "")
        if fault in (FaultKind.DROP_AFTER, FaultKind.HANG_AFTER):
            await unanswered(request, cut=fault is FaultKind.DROP_AFTER)
        if fault is FaultKind.SERVER_ERROR_AFTER:
            raise _server_error()
        await held(self._trouble, HoldPoint.AFTER, request, key)
        if status == 201 and request.headers.get("prefer") != "return=representation":
            body = minimal(body)
        return JSONResponse(body, status)

    def _done(self, asked: Asked, key: str | None) -> tuple[int, Wire]:
        """What the request asks for, in one transaction with what its request id remembers.

        A refund asked for again under its id answers with the refund as it stands now, whatever the body says.
        """
        books, now = self._api.books, int(self._api.now())
        saved = books.answer_under(f"paypal/{key}", now - _KEY_SECONDS) if key else None
        if saved is not None:
            return saved.status, self._api.payments.show_refund(saved.body["id"], asked.base)
        with books.changing():
            status, body = self._api.answer(asked)
            if key:
                books.save_answer(f"paypal/{key}", SavedAnswer(asked.path, status, {"id": body["id"]}, ""), now)
        return status, body

    def _refuse_broken(self, request: Request, asked: Asked) -> None:
        try:
            problems = self._reading.request_problems(
                asked.method, asked.path, asked.query, asked.body, asked.files.keys()
            )
        except LookupError:
            self._violation(request, "request", "PayPal has no such address")
            raise unknown_resource() from None
        for what in problems:
            self._violation(request, "request", what)
        if problems:
            field, _, what = problems[0].partition(": ")
            raise malformed(field, what)

    def _violation(self, request: Request, where: str, what: str) -> None:
        self._api.books.add_violation(
            {"method": request.method, "path": request.url.path, "where": where, "what": what}
        )


class _GatewayTimeout(Exception):
    """What stands in front of PayPal gave up."""


def _server_error() -> PayPalRefusal:
    return PayPalRefusal(500, "INTERNAL_SERVER_ERROR", "An internal server error occurred.")


async def _before(fault: FaultKind, request: Request) -> None:
    """The faults in which nothing happens."""
    match fault:
        case FaultKind.RATE_LIMIT:
            raise PayPalRefusal(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.")
        case FaultKind.SERVER_ERROR:
            raise _server_error()
        case FaultKind.GATEWAY_TIMEOUT:
            raise _GatewayTimeout
        case FaultKind.HANG_BEFORE | FaultKind.DROP_BEFORE:
            await request.body()
            await unanswered(request, cut=fault is FaultKind.DROP_BEFORE)
            raise _server_error()
        case _:
            return


async def _decoded(request: Request, path: str) -> Asked:
    """The parts of a request: query, JSON body or the part `input`, and files."""
    base = str(request.base_url).rstrip("/") + BASE
    query = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "multipart/form-data":
        body: Any = {}
        files: dict[str, tuple[str, bytes]] = {}
        async with request.form(max_part_size=_FILE_PART_BYTES) as form:
            for name, value in form.multi_items():
                content = await value.read() if isinstance(value, UploadFile) else value.encode()
                if isinstance(value, UploadFile) and value.filename:
                    files[name] = (value.filename, content)
                elif name == "input":
                    body = _json(content)
                else:
                    raise malformed(name, "not a part of this call")
        return Asked(request.method, path, base, query, body, files)
    content = await request.body()
    return Asked(request.method, path, base, query, _json(content) if content else {})


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise malformed("/", "not JSON") from None
