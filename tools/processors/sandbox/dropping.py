"""Cutting a connection without an answer, which HTTP servers otherwise take care never to do."""

import asyncio
from typing import Any

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_LINE = "amends.sandbox.line"


class DroppableProtocol(H11Protocol):
    """HTTP/1.1 that shows the application its connection."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        inner = self.app

        async def with_line(scope: Any, receive: Any, send: Any) -> None:
            await inner({**scope, _LINE: self.transport}, receive, send)

        self.app = with_line


def drop_connection(request: Request) -> None:
    """Reset the request's connection."""
    line: asyncio.Transport = request.scope[_LINE]
    line.abort()
