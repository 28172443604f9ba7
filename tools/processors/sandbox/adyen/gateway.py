"""The front of the sandbox's Adyen side: key, faults, hold points, idempotency and the specification's guard."""

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tools.processors.sandbox.adyen.disputes import Disputes
from tools.processors.sandbox.adyen.notices import ACCOUNT, Notices, new_reference
from tools.processors.sandbox.adyen.payments import Payments
from tools.processors.sandbox.adyen.refusal import NotTaken, ServiceError
from tools.processors.sandbox.books import Books, SavedAnswer, Wire
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.interruption import held, unanswered
from tools.processors.sandbox.messages import FaultKind, HoldPoint

if TYPE_CHECKING:
    from tools.processors.sandbox.adyen.specification import AdyenSpecification


BASE = "/adyen"
_DISPUTES = f"{BASE}/ca/services/DisputeService/v30"
_CHECKOUT = f"{BASE}/checkout/v71"
_KEY_LENGTH = 64
_KEY_SECONDS = 7 * 86_400
"""Adyen remembers idempotency keys for at least this long."""
_SERVER_ERROR = ServiceError("An internal error occurred", status=500, code="905", kind="internal")


class AdyenWorld:
    """Adyen's books and rules."""

    def __init__(self, books: Books, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.books = books
        self.notices = Notices(books)
        self.payments = Payments(books, self.notices)
        self.disputes = Disputes(books, self.payments, self.notices, folder)
        self._now = now

    def now(self) -> int:
        """Unix seconds."""
        return int(self._now())

    def refunded(self, payment: str, body: Wire, key: str | None) -> Wire:
        """The Checkout API's one call here."""
        _check_account(body.get("merchantAccount"))
        return self.payments.refund(payment, body, self.now(), key)

    def disputed(self, call: str, body: Wire, key: str | None) -> Wire:
        """A call of the Disputes API; what is not taken is answered all the same."""
        _check_account(body.get("merchantAccountCode"))
        dispute, answer = body["disputePspReference"], cast(Wire, {})
        try:
            match call:
                case "retrieveApplicableDefenseReasons":
                    answer["defenseReasons"] = self.disputes.reasons(dispute)
                case "supplyDefenseDocument":
                    self.disputes.supply(dispute, body["defenseDocuments"], self.now())
                case "deleteDisputeDefenseDocument":
                    self.disputes.delete(dispute, body["defenseDocumentType"], self.now())
                case "defendDispute":
                    self.disputes.defend(dispute, body["defenseReasonCode"], self.now(), key)
                case _:
                    self.disputes.accept(dispute, self.now())
        except NotTaken as why:
            return {"disputeServiceResult": {"success": False, "errorMessage": str(why)}}
        return {**answer, "disputeServiceResult": {"success": True}}


class AdyenGateway:
    """Takes every request below `/adyen`."""

    def __init__(self, world: AdyenWorld, specification: "AdyenSpecification | None", trouble: Trouble) -> None:
        self._world = world
        self._specification = specification
        self._trouble = trouble
        self._in_progress: set[str] = set()

    def routes(self) -> list[Route]:
        """Adyen's addresses."""
        return [
            Route(f"{_DISPUTES}/{{call}}", self.handle, methods=["POST"]),
            Route(f"{_CHECKOUT}/payments/{{payment}}/refunds", self.handle, methods=["POST"]),
        ]

    async def handle(self, request: Request) -> Response:
        """The answer, after whatever trouble was planned."""
        reference = new_reference()
        fault = self._trouble.fault_for(request.method, request.url.path)
        try:
            answer = await self._answered(request, fault, reference)
        except ServiceError as refusal:
            answer = _json(refusal.status, refusal.body(reference), reference)
        if self._specification is not None and not isinstance(answer, HTMLResponse):
            body = json.loads(bytes(answer.body))
            with suppress(LookupError):
                problems = self._specification.answer_problems(_below(request), answer.status_code, body)
                self._violations(request, "response", problems)
        return answer

    async def _answered(self, request: Request, fault: FaultKind | None, reference: str) -> Response:
        if not request.headers.get("x-api-key"):
            raise ServiceError("HTTP Status Response - Unauthorized", status=401, code="000", kind="security")
        if fault is FaultKind.GATEWAY_TIMEOUT:
            return HTMLResponse("<h1>504 Gateway Time-out</h1>", 504)
        if fault is not None:
            await _before(fault, request)
        body = self._read(request, await request.body())
        given = request.headers.get("idempotency-key")
        if given is not None and not 0 < len(given) <= _KEY_LENGTH:
            raise ServiceError("The idempotency key has more than 64 characters.", status=422, code="702")
        if given is None:
            return await self._worked(request, body, None, fault, reference)
        # Keys belong to one address: https://docs.adyen.com/development-resources/api-idempotency
        key = f"{request.url.path}#{given}"
        if key in self._in_progress:
            raise ServiceError("Request already processed or in progress", status=422, code="704")
        self._in_progress.add(key)
        try:
            return await self._worked(request, body, key, fault, reference)
        finally:
            self._in_progress.discard(key)

    async def _worked(
        self, request: Request, body: Wire, key: str | None, fault: FaultKind | None, reference: str
    ) -> Response:
        """Hold, do, spoil, hold, answer."""
        given = request.headers.get("idempotency-key")
        await held(self._trouble, HoldPoint.BEFORE, request, given)
        books = self._world.books
        fingerprint = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        saved = books.answer_under(key, self._world.now() - _KEY_SECONDS) if key else None
        if saved is not None and saved.fingerprint != fingerprint:
            raise ServiceError("Request already processed or in progress", status=422, code="702")
        if saved is None:
            saved = self._done(request, body, key, fault, SavedAnswer(fingerprint, 200, {}, reference))
        if fault in (FaultKind.DROP_AFTER, FaultKind.HANG_AFTER):
            await _unanswered(request, cut=fault is FaultKind.DROP_AFTER)
        await held(self._trouble, HoldPoint.AFTER, request, given)
        return _json(saved.status, saved.body, saved.request_id)

    def _done(
        self, request: Request, body: Wire, key: str | None, fault: FaultKind | None, empty: SavedAnswer
    ) -> SavedAnswer:
        """What the request asks for, in one transaction with the answer its key remembers."""
        books, payment = self._world.books, request.path_params.get("payment")
        given = request.headers.get("idempotency-key")
        with books.changing():
            try:
                if payment is not None:
                    status, answer = 201, self._world.refunded(payment, body, given)
                else:
                    status, answer = 200, self._world.disputed(request.path_params["call"], body, given)
            except ServiceError as refusal:
                status, answer = refusal.status, refusal.body(empty.request_id)
            if fault is FaultKind.SERVER_ERROR_AFTER:
                status, answer = 500, _SERVER_ERROR.body(empty.request_id)
            saved = SavedAnswer(empty.fingerprint, status, answer, empty.request_id)
            if key:
                books.save_answer(key, saved, self._world.now())
        return saved

    def _read(self, request: Request, content: bytes) -> Wire:
        try:
            body: Any = json.loads(content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ServiceError("Unable to parse the request", status=400, code="702")
        read = cast(Wire, body)
        if self._specification is not None:
            try:
                problems = self._specification.request_problems(_below(request), read)
            except LookupError:
                problems = [f"{request.url.path}: no such call"]
            if problems:
                self._violations(request, "request", problems)
                raise ServiceError(f"Structure of the request is invalid: {problems[0]}", status=422, code="702")
        return read

    def _violations(self, request: Request, where: str, problems: list[str]) -> None:
        for what in problems:
            self._world.books.add_violation(
                {"method": request.method, "path": request.url.path, "where": where, "what": what}
            )


def _below(request: Request) -> str:
    """The path below its service's address, as the specification writes it."""
    return request.url.path.removeprefix(_DISPUTES).removeprefix(_CHECKOUT)


def _check_account(given: str | None) -> None:
    if given != ACCOUNT:
        raise ServiceError("Invalid Merchant Account", status=403, code="901", kind="security")


async def _before(fault: FaultKind, request: Request) -> None:
    """The faults in which nothing happens."""
    match fault:
        case FaultKind.RATE_LIMIT:
            raise ServiceError("Too many requests", status=429, code="029")
        case FaultKind.SERVER_ERROR:
            raise _SERVER_ERROR
        case FaultKind.HANG_BEFORE | FaultKind.DROP_BEFORE:
            await request.body()
            await _unanswered(request, cut=fault is FaultKind.DROP_BEFORE)
        case _:
            return


async def _unanswered(request: Request, *, cut: bool) -> None:
    await unanswered(request, cut=cut)
    raise _SERVER_ERROR


def _json(status: int, body: Wire, reference: str) -> JSONResponse:
    return JSONResponse(body, status, {"pspReference": reference})
