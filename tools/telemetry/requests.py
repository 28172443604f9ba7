"""Requests to our doors: timed by route, a server's span each, and live streams that are told when the house closes."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from opentelemetry.trace import SpanKind, Status, StatusCode

from tools.telemetry.figures import REQUEST_SECONDS
from tools.telemetry.spans import context_of, span

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

_UNKNOWN = "other"
_LAST_EVENT = b"retry: 1000\nevent: closing\ndata: the console restarts\n\n"
"""Browsers come again after a second, to whoever serves then."""


class WatchedRequests:
    """ASGI middleware around a whole application.

    Once `closing` is set, each stream of server-sent events gets a last event named `closing` and ends, so that a
    graceful stop does not wait for browsers.
    """

    def __init__(self, application: Application, *, service: str, closing: asyncio.Event) -> None:
        self._application = application
        self._service = service
        self._closing = closing

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method: str = scope["method"]
        watched = _Answer(send)
        began = time.perf_counter()
        with span(method, SpanKind.SERVER, {"http.request.method": method}, context_of(given)) as made:
            try:
                await self._until_closing(scope, receive, watched)
            finally:
                route = _template(scope)
                status = watched.status or 500
                took = (watched.began_at or time.perf_counter()) - began
                REQUEST_SECONDS.labels(self._service, method, route, str(status)).observe(took)
                made.update_name(f"{method} {route}")
                made.set_attributes({"http.route": route, "http.response.status_code": status})
                if status >= 500:
                    made.set_status(Status(StatusCode.ERROR))

    async def _until_closing(self, scope: Message, receive: Receive, answer: "_Answer") -> None:
        serving = asyncio.ensure_future(self._application(scope, receive, answer.send))
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({serving, closing}, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done() and answer.live:
                serving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await serving
                await answer.end(_LAST_EVENT)
                return
            await serving
        finally:
            closing.cancel()
            if not serving.done():
                serving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await serving


class _Answer:
    """What was sent so far."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.began_at: float | None = None
        self.live = False

    async def send(self, message: Message) -> None:
        """Pass it on, and remember how it began."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.began_at = time.perf_counter()
            kinds = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
            self.live = any(kind.startswith(b"text/event-stream") for kind in kinds)
        await self._send(message)

    async def end(self, last: bytes) -> None:
        """The stream's end. A browser that is gone already need not be told."""
        with contextlib.suppress(OSError):
            await self._send({"type": "http.response.body", "body": last, "more_body": False})


def _template(scope: Message) -> str:
    """`/cases/{case_id}`; a path nobody serves is `other`, so that strangers cannot make figures."""
    path: object = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else _UNKNOWN
