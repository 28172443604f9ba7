"""Serving a stand-in on a local address until it is stopped or its parent is gone."""

import asyncio
import socket
import sys
from typing import Any

import uvicorn

from tools.processors.sandbox.dropping import DroppableProtocol


def local_socket(port: int) -> socket.socket:
    """A local socket. asyncio sends small answers at once only where the protocol is named; else each waits 40 ms."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


async def serve(application: Any, listening: socket.socket, *, with_parent: bool) -> None:
    """Serve an ASGI application; the first line of output is its address."""
    config = uvicorn.Config(
        application,
        http=DroppableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server = uvicorn.Server(config)
    if with_parent:
        await _stop_with_parent(server)
    await server.serve(sockets=[listening])


async def _stop_with_parent(server: uvicorn.Server) -> None:
    """The parent holds the other end of our input: when it is gone, however it died, so are we."""

    class Parent(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            server.should_exit = True

    await asyncio.get_running_loop().connect_read_pipe(Parent, sys.stdin)
