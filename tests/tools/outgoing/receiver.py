"""A merchant's side of webhooks: a real server that keeps what it was told and answers as the test likes."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tools.outgoing.events import Event


@dataclass
class Receiver:
    """What came, in the order it came. `answers` are given one after the other, then 204."""

    url: str = ""
    answers: list[int] = field(default_factory=list[int])
    got: list[tuple[bytes, str]] = field(default_factory=list[tuple[bytes, str]])
    slow: float = 0.0

    @property
    def events(self) -> list[Event]:
        return [Event.model_validate_json(body) for body, _ in self.got]

    async def take(self, request: Request) -> Response:
        body = await request.body()
        self.got.append((body, request.headers["amends-signature"]))
        await asyncio.sleep(self.slow)
        return Response(status_code=self.answers.pop(0) if self.answers else 204)


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver, None]:
    receiver = Receiver()
    listening = socket.create_server(("127.0.0.1", 0))
    receiver.url = f"http://127.0.0.1:{listening.getsockname()[1]}/hooks"
    application = Starlette(routes=[Route("/hooks", receiver.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield receiver
    finally:
        server.should_exit = server.force_exit = True
        await serving
