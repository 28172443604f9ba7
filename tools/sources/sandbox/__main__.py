"""`python -m tools.sources.sandbox --port P`."""

import argparse
import asyncio

from tools.processors.sandbox.serving import local_socket, serve
from tools.sources.sandbox.server import sources


def main() -> None:
    """Serve until stopped; the first line of output is the address."""
    parser = argparse.ArgumentParser(prog="python -m tools.sources.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--with-parent", action="store_true", help="stop when the standard input is closed")
    arguments = parser.parse_args()
    listening = local_socket(arguments.port)
    application = sources(f"http://127.0.0.1:{listening.getsockname()[1]}")
    asyncio.run(serve(application, listening, with_parent=arguments.with_parent))


if __name__ == "__main__":
    main()
