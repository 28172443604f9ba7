"""`python -m console.web`: the console, until SIGINT or SIGTERM."""

import asyncio
import os
import socket
import sys

import uvicorn

from console.web.application import make_application
from console.web.house import open_house
from tools.settings import Settings
from tools.telemetry.logs import configure_logs
from workflows.installation import open_installation


async def serve(settings: Settings) -> None:
    """Serve on the settings' host and port (a free one when it is left out) until asked to stop."""
    async with open_installation(settings) as installation:
        config = uvicorn.Config(
            make_application(open_house(installation, secure=settings.console_secure)),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        listening = socket.create_server((settings.console_host, settings.console_port or 0))
        host, port = listening.getsockname()[:2]
        sys.stdout.write(f"http://{host}:{port}\n")
        sys.stdout.flush()
        await uvicorn.Server(config).serve(sockets=[listening])


def main() -> None:
    """Run until stopped; the first line of output is the address."""
    settings = Settings()
    configure_logs("console", settings.log)
    asyncio.run(serve(settings))
    # Temporal's core can abort the interpreter while it ends (sdk-python issue 300); all is flushed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
