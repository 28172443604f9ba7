"""The operators' door: `/metrics`, `/health` and `/ready` on a port of its own, apart from every page and API.

It asks for no password, so it listens on this host alone unless it is told another address, and belongs behind a
firewall or inside the private network of the containers.
"""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import httpx
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tools.telemetry.figures import READY
from tools.telemetry.serving import InnerServer

_PATIENCE_SECONDS = 3.0
Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""What is needed and `ready` or why not, by name."""


class OperatingDoor:
    """Answers for one process, `service`.

    `refresh` is awaited before the figures are written; `sdk` is the address on this host where Temporal's own library
    shows its figures, which are passed on.
    """

    def __init__(
        self, service: str, readiness: Readiness, refresh: Callable[[], Awaitable[object]], sdk: str | None
    ) -> None:
        self._service = service
        self._readiness = readiness
        self._refresh = refresh
        self._sdk = sdk

    def application(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Route("/metrics", self._metrics, methods=["GET"]),
                Route("/health", self._health, methods=["GET"]),
                Route("/ready", self._ready, methods=["GET"]),
            ]
        )

    @asynccontextmanager
    async def open(self, host: str, port: int) -> AsyncGenerator[int, None]:
        """Serve until left; the port, which a `port` of 0 leaves to the system."""
        config = uvicorn.Config(
            self.application(), ws="none", log_config=None, access_log=False, server_header=False,
            timeout_graceful_shutdown=1, lifespan="off",
        )  # fmt: skip
        listening = socket.create_server((host, port))
        server = InnerServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await serving

    async def _metrics(self, _: Request) -> Response:
        ready = await self._readiness()
        READY.labels(self._service).set(set(ready.values()) == {"ready"})
        await self._refresh()
        # Written aside: 1000 lines take milliseconds, which a worker's loop need not wait for.
        written = await asyncio.to_thread(generate_latest)
        if self._sdk is not None:
            with suppress(httpx.HTTPError):
                async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS, trust_env=False) as http:
                    written += (await http.get(f"http://{self._sdk}/metrics")).content
        return Response(written, media_type=CONTENT_TYPE_LATEST)

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"state": "alive"})

    async def _ready(self, _: Request) -> Response:
        ready = await self._readiness()
        return JSONResponse(dict(ready), 200 if set(ready.values()) == {"ready"} else 503)
