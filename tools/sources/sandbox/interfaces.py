"""The three interfaces as they look from outside, each request checked as the real one would."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.interruption import held, unanswered
from tools.processors.sandbox.messages import FaultKind, HoldPoint
from tools.sources.sandbox.world import World
from tools.sources.shopify.client import VERSION

_ADMIN = f"/admin/api/{VERSION}"
_PAGES = frozenset({"limit", "since_id", "page_info", "fields"})
_Handler = Callable[[Request], Any]


class BrokenRequest(Exception):
    """A request the real interface would refuse, and with which status."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


class Interfaces:
    """Shopify under `/admin`, the aggregator under `/v1`, Zendesk under `/api/v2`; no two share an address."""

    def __init__(self, world: World, trouble: Trouble) -> None:
        self._world = world
        self._trouble = trouble

    def routes(self) -> Sequence[Route]:
        """Every address of the three."""
        handlers: dict[str, tuple[_Handler, frozenset[str]]] = {
            f"{_ADMIN}/shop.json": (self._shop, frozenset({"fields"})),
            f"{_ADMIN}/orders.json": (
                self._orders,
                _PAGES | {"status", "created_at_min", "created_at_max", "ids", "financial_status"},
            ),
            f"{_ADMIN}/orders/{{order}}.json": (self._order, frozenset({"fields"})),
            f"{_ADMIN}/orders/{{order}}/transactions.json": (self._transactions, _PAGES),
            f"{_ADMIN}/orders/{{order}}/metafields.json": (self._metafields, _PAGES | {"namespace", "key"}),
            f"{_ADMIN}/customers/{{customer}}/orders.json": (self._orders_of, _PAGES | {"status"}),
            "/v1/trackings/{carrier}/{number}": (self._tracking, frozenset()),
            "/api/v2/tickets.json": (self._tickets, frozenset({"external_id", "per_page", "page", "sort_by"})),
            "/api/v2/search.json": (self._search, frozenset({"query", "sort_by", "sort_order", "per_page", "page"})),
            "/api/v2/tickets/{ticket}/comments.json": (self._comments, frozenset({"include", "page", "per_page"})),
            "/attachments/token/{attachment}/": (self._attachment, frozenset({"name"})),
        }
        made = [Route(path, self._checked(handler, known)) for path, (handler, known) in handlers.items()]
        return [*made, Route("/{rest:path}", self._checked(_nowhere, frozenset()))]

    def _checked(self, handler: _Handler, known: frozenset[str]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            fault = self._trouble.fault_for(request.method, request.url.path)
            await held(self._trouble, HoldPoint.BEFORE, request, None)
            if fault is not None:
                return await _spoilt(fault, request)
            try:
                _check_key(request)
                strange = sorted(set(request.query_params) - known)
                if strange:
                    raise BrokenRequest(400, f"unknown parameter {strange[0]}")
                found: Response = handler(request)
            except BrokenRequest as broken:
                self._world.violations.append({"path": request.url.path, "what": str(broken)})
                return JSONResponse({"errors": str(broken)}, broken.status)
            self._world.asked.append(request.url.path)
            await held(self._trouble, HoldPoint.AFTER, request, None)
            return found

        return answer

    def _shop(self, _: Request) -> Response:
        return JSONResponse({"shop": self._world.shop})

    def _orders(self, request: Request) -> Response:
        since, until = (request.query_params.get(f"created_at_{end}", "") for end in ("min", "max"))
        if not since or not until or request.query_params.get("status") != "any":
            raise BrokenRequest(400, "orders.json is asked for a span of time and every status here")
        found = [each for each in self._world.orders.orders.values() if since <= each["created_at"] <= until]
        return JSONResponse({"orders": found})

    def _order(self, request: Request) -> Response:
        found = self._world.orders.orders.get(request.path_params["order"])
        return _not_found() if found is None else JSONResponse({"order": found})

    def _transactions(self, request: Request) -> Response:
        return _of(self._world.orders.transactions, request.path_params["order"], "transactions")

    def _metafields(self, request: Request) -> Response:
        if request.query_params.get("namespace") != "amends":
            raise BrokenRequest(400, "metafields of another namespace than ours are nobody's business here")
        return _of(self._world.orders.metafields, request.path_params["order"], "metafields")

    def _orders_of(self, request: Request) -> Response:
        customer = request.path_params["customer"]
        found = [each for each in self._world.orders.orders.values() if str(each["customer"]["id"]) == customer]
        return JSONResponse({"orders": found})

    def _tracking(self, request: Request) -> Response:
        found = self._world.trackings.get((request.path_params["carrier"], request.path_params["number"]))
        return _not_found() if found is None else Response(found, media_type="application/octet-stream")

    def _tickets(self, request: Request) -> Response:
        wanted = request.query_params.get("external_id")
        found = [each for each in self._world.tickets.values() if wanted is None or each["external_id"] == wanted]
        return JSONResponse({"tickets": found, "count": len(found)})

    def _search(self, request: Request) -> Response:
        asked = re.fullmatch(r'type:ticket requester:"([^"]+)"', request.query_params.get("query", ""))
        if asked is None:
            raise BrokenRequest(422, 'query must be type:ticket requester:"…"')
        found = [each for each in self._world.tickets.values() if each["requester_email"] == asked[1]]
        return JSONResponse({"results": found, "count": len(found)})

    def _comments(self, request: Request) -> Response:
        found = self._world.comments.get(request.path_params["ticket"])
        return _not_found() if found is None else JSONResponse(found)

    def _attachment(self, request: Request) -> Response:
        found = self._world.attachments.get(request.path_params["attachment"])
        return _not_found() if found is None else Response(found)


def _nowhere(request: Request) -> Response:
    raise BrokenRequest(404, f"there is no {request.method} {request.url.path}")


def _not_found() -> Response:
    return JSONResponse({"errors": "Not Found"}, 404)


def _of(listed: dict[str, list[Any]], order: str, name: str) -> Response:
    return _not_found() if order not in listed else JSONResponse({name: listed[order]})


def _check_key(request: Request) -> None:
    path, given = request.url.path, request.headers.get("authorization", "")
    if path.startswith("/admin/") and not request.headers.get("x-shopify-access-token", "").startswith("shpat_"):
        raise BrokenRequest(401, "X-Shopify-Access-Token must be an app's token, shpat_…")
    if path.startswith("/v1/") and not given.startswith("Bearer "):
        raise BrokenRequest(401, "Authorization must be Bearer and the aggregator's key")
    if path.startswith("/api/v2/"):
        try:
            user = b64decode(given.removeprefix("Basic "), validate=True).decode()
        except (NotBase64, UnicodeDecodeError):
            user = ""
        if not re.fullmatch(r"[^@:]+@[^:]+/token:.+", user):
            raise BrokenRequest(401, "Authorization must be Basic with {email}/token:{token}")


async def _spoilt(fault: FaultKind, request: Request) -> Response:
    match fault:
        case FaultKind.RATE_LIMIT:
            return JSONResponse({"errors": "Exceeded 2 calls per second."}, 429, {"Retry-After": "2.0"})
        case FaultKind.GATEWAY_TIMEOUT:
            return HTMLResponse("<html>504 Gateway Time-out</html>", 504)
        case FaultKind.SERVER_ERROR | FaultKind.SERVER_ERROR_AFTER:
            return JSONResponse({"errors": "Internal Server Error"}, 500)
        case FaultKind.HANG_BEFORE | FaultKind.HANG_AFTER | FaultKind.DROP_BEFORE | FaultKind.DROP_AFTER:
            await unanswered(request, cut=fault in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER))
            return Response(status_code=500)
