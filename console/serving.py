"""Serving a door until SIGINT or SIGTERM: requests under way are finished, live streams told, then it ends."""

import asyncio
import signal
import socket
import sys
from typing import Any

import uvicorn

from tools.telemetry.requests import WatchedRequests
from tools.telemetry.serving import InnerServer


async def serve_until_stopped(
    application: Any, service: str, host: str, port: int | None, *, finish_seconds: int
) -> None:
    """Serve an ASGI application on a port, a free one when it is left out; the first line of output is the address."""
    closing = asyncio.Event()
    config = uvicorn.Config(
        WatchedRequests(application, service=service, closing=closing),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=finish_seconds,
    )
    server = InnerServer(config)

    def stop() -> None:
        closing.set()
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    listening = socket.create_server((host, port or 0))
    at_host, at_port = listening.getsockname()[:2]
    sys.stdout.write(f"http://{at_host}:{at_port}\n")
    sys.stdout.flush()
    await server.serve(sockets=[listening])
