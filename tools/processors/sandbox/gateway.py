"""The front of the sandbox's Stripe side: keys, faults, hold points, idempotency and the specification's guard."""

import hashlib
import json
import re
from contextlib import suppress
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tools.processors.sandbox import objects
from tools.processors.sandbox.books import SavedAnswer, Wire
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.forms import nested
from tools.processors.sandbox.interruption import held, unanswered
from tools.processors.sandbox.messages import FaultKind, HoldPoint
from tools.processors.sandbox.reading import RequestReading
from tools.processors.sandbox.refusal import Refusal
from tools.processors.sandbox.stripe_api import StripeApi

_KEY_LENGTH = 255


class Gateway:
    """Takes every request to `/v1/…`. `key_seconds` is how long an idempotency key is remembered."""

    def __init__(self, api: StripeApi, reading: RequestReading, trouble: Trouble, key_seconds: int) -> None:
        self._api = api
        self._reading = reading
        self._trouble = trouble
        self._key_seconds = key_seconds
        self._in_progress: set[str] = set()

    async def handle(self, request: Request) -> Response:
        """The answer, after whatever trouble was planned."""
        request_id = objects.new_id("req")
        fault = self._trouble.fault_for(request.method, request.url.path)
        try:
            answer = await self._answered(request, fault, request_id)
        except Refusal as refusal:
            answer = _json(refusal.status, refusal.body(), request_id)
        for what in self._reading_problems(request, answer):
            self._violation(request, "response", what)
        return answer

    async def _answered(self, request: Request, fault: FaultKind | None, request_id: str) -> Response:
        _check_secret_key(request)
        if fault is FaultKind.GATEWAY_TIMEOUT:
            return HTMLResponse("<h1>504 Gateway Time-out</h1>", 504)
        if fault is not None:
            await _before(fault, request)
        fields, file = await _decoded(request)
        params = self._typed(request, fields)
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None and not 0 < len(key) <= _KEY_LENGTH:
            raise Refusal("Idempotency keys have 1 to 255 characters.", saved=False)
        if key is None:
            return await self._worked(request, params, file, None, fault, request_id)
        if key in self._in_progress:
            raise Refusal(
                "There is currently another in-progress request using this Idempotent Key (that probably means you "
                f"submitted twice, and the other request is still going through): {key}. Please try again later.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
                saved=False,
            )
        self._in_progress.add(key)
        try:
            return await self._worked(request, params, file, key, fault, request_id)
        finally:
            self._in_progress.discard(key)

    async def _worked(
        self,
        request: Request,
        params: Wire,
        file: tuple[str, bytes] | None,
        key: str | None,
        fault: FaultKind | None,
        request_id: str,
    ) -> Response:
        """Hold, do, spoil, hold, answer."""
        await held(self._trouble, HoldPoint.BEFORE, request, key)
        fingerprint = _fingerprint(request, params, file)
        saved = self._api.books.answer_under(key, self._api.now() - self._key_seconds) if key else None
        if saved is not None and saved.fingerprint != fingerprint:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
                saved=False,
            )
        if saved is None:
            answer = self._done(request, params, file, key, fault, fingerprint, request_id)
        else:
            answer = _json(saved.status, saved.body, request_id, replayed_from=saved.request_id)
        if fault in (FaultKind.DROP_AFTER, FaultKind.HANG_AFTER):
            await _unanswered(request, cut=fault is FaultKind.DROP_AFTER)
        await held(self._trouble, HoldPoint.AFTER, request, key)
        return answer

    def _done(
        self,
        request: Request,
        params: Wire,
        file: tuple[str, bytes] | None,
        key: str | None,
        fault: FaultKind | None,
        fingerprint: str,
        request_id: str,
    ) -> Response:
        """What the request asks for, in one transaction with the answer its key remembers."""
        books = self._api.books
        refusal: Refusal | None = None
        body: Wire = {}
        with books.changing():
            # A refusal changes nothing: every rule checks before it writes, and only the answer is kept.
            try:
                body = self._api.answer(request.method, request.url.path, params, file, key)
            except Refusal as refused:
                refusal = refused
            if fault is FaultKind.SERVER_ERROR_AFTER and refusal is None:
                refusal = _server_error(saved=True)
            status = refusal.status if refusal else 200
            body = refusal.body() if refusal else body
            if key and (refusal is None or refusal.saved):
                books.save_answer(key, SavedAnswer(fingerprint, status, body, request_id), self._api.now())
        return _json(status, body, request_id)

    def _typed(self, request: Request, fields: Wire) -> Wire:
        try:
            params, problem = self._reading.read_request(request.method, request.url.path, fields)
        except LookupError:
            what = f"Unrecognized request URL ({request.method}: {request.url.path})."
            self._violation(request, "request", what)
            raise Refusal(what, status=404, saved=False) from None
        if problem is not None:
            self._violation(request, "request", problem.message)
            raise Refusal(problem.message, code=problem.code, param=problem.param, saved=False)
        return params

    def _reading_problems(self, request: Request, answer: Response) -> list[str]:
        if isinstance(answer, HTMLResponse):
            return []
        with suppress(LookupError):
            body = json.loads(bytes(answer.body))
            return self._reading.answer_problems(request.method, request.url.path, answer.status_code, body)
        return []

    def _violation(self, request: Request, where: str, what: str) -> None:
        self._api.books.add_violation(
            {"method": request.method, "path": request.url.path, "where": where, "what": what}
        )


def _check_secret_key(request: Request) -> None:
    given = request.headers.get("authorization", "")
    if not re.fullmatch(r"Bearer (sk|rk)_\w+", given):
        raise Refusal(
            "You did not provide an API key: send it as a bearer token that begins with sk_ or rk_.",
            status=401,
            saved=False,
        )


def _server_error(*, saved: bool) -> Refusal:
    return Refusal("An unknown error occurred.", status=500, kind="api_error", saved=saved)


async def _before(fault: FaultKind, request: Request) -> None:
    """The faults in which nothing happens."""
    match fault:
        case FaultKind.RATE_LIMIT:
            raise Refusal("Request rate limit exceeded.", status=429, code="rate_limit", saved=False)
        case FaultKind.SERVER_ERROR:
            raise _server_error(saved=False)
        case FaultKind.HANG_BEFORE | FaultKind.DROP_BEFORE:
            await request.body()
            await _unanswered(request, cut=fault is FaultKind.DROP_BEFORE)
        case _:
            return


async def _unanswered(request: Request, *, cut: bool) -> None:
    await unanswered(request, cut=cut)
    raise _server_error(saved=False)


async def _decoded(request: Request) -> tuple[Wire, tuple[str, bytes] | None]:
    """The fields of query, form or multipart body, nested, and the uploaded file's name and bytes."""
    pairs: list[tuple[str, str]] = list(request.query_params.multi_items())
    file: tuple[str, bytes] | None = None
    if request.method == "POST":
        async with request.form(max_part_size=1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    file = (value.filename or "file", await value.read())
                    pairs.append((name, "(file)"))
                else:
                    pairs.append((name, value))
    try:
        return nested(pairs), file
    except ValueError as error:
        raise Refusal(str(error), saved=False) from error


def _fingerprint(request: Request, params: Wire, file: tuple[str, bytes] | None) -> str:
    digest = hashlib.sha256(file[1]).hexdigest() if file else None
    asked: Any = [request.method, request.url.path, params, digest]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _json(status: int, body: Wire, request_id: str, *, replayed_from: str | None = None) -> JSONResponse:
    headers = {"Request-Id": request_id}
    if replayed_from is not None:
        headers |= {"Idempotent-Replayed": "true", "Original-Request": replayed_from}
    return JSONResponse(body, status, headers)
