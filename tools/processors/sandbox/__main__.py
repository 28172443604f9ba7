"""`python -m tools.processors.sandbox --folder F --port P [--specification FILE]`."""

import argparse
import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from tools.processors.sandbox.dropping import DroppableProtocol
from tools.processors.sandbox.server import DAY, sandbox


async def _serve(arguments: argparse.Namespace) -> None:
    config = uvicorn.Config(
        sandbox(arguments.folder, arguments.specification, arguments.key_seconds),
        http=DroppableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    listening = _listening(arguments.port)
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server = uvicorn.Server(config)
    if arguments.with_parent:
        await _stop_with_parent(server)
    await server.serve(sockets=[listening])


def _listening(port: int) -> socket.socket:
    """A local socket. asyncio sends small answers at once only where the protocol is named; else each waits 40 ms."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


async def _stop_with_parent(server: uvicorn.Server) -> None:
    """The parent holds the other end of our input: when it is gone, however it died, so are we."""

    class Parent(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            server.should_exit = True

    await asyncio.get_running_loop().connect_read_pipe(Parent, sys.stdin)


def main() -> None:
    """Serve until stopped; the first line of output is the address."""
    parser = argparse.ArgumentParser(prog="python -m tools.processors.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where everything that happened is kept")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--specification", type=Path, help="Stripe's OpenAPI document, to hold every request to it")
    parser.add_argument("--key-seconds", type=int, default=DAY, help="how long idempotency keys are remembered")
    parser.add_argument("--with-parent", action="store_true", help="stop when the standard input is closed")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
