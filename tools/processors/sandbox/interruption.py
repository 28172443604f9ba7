"""Where a request is kept waiting or left without an answer, whichever processor it was meant for."""

import asyncio

from starlette.requests import Request

from tools.processors.sandbox.dropping import drop_connection
from tools.processors.sandbox.faults import Trouble
from tools.processors.sandbox.messages import HoldPoint


async def held(trouble: Trouble, point: HoldPoint, request: Request, key: str | None) -> None:
    """Wait while a hold was planned for this request; after it happened, a client that goes away ends the wait."""
    waiting = trouble.hold_for(point, request.method, request.url.path, key)
    if waiting is None:
        return
    released = asyncio.ensure_future(trouble.wait(waiting))
    waits = {released}
    if point is HoldPoint.AFTER:
        waits.add(asyncio.ensure_future(_client_gone(request)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        trouble.leave(waiting)


async def unanswered(request: Request, *, cut: bool) -> None:
    """Wait until the client is gone, cutting the line when asked; nobody reads the answer that follows."""
    if cut:
        drop_connection(request)
    await _client_gone(request)


async def _client_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
