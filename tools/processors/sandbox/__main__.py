"""`python -m tools.processors.sandbox --folder F --port P [--specification FILE]`."""

import argparse
import asyncio
from pathlib import Path

from tools.processors.sandbox.server import DAY, sandbox
from tools.processors.sandbox.serving import local_socket, serve


def main() -> None:
    """Serve until stopped; the first line of output is the address."""
    parser = argparse.ArgumentParser(prog="python -m tools.processors.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where everything that happened is kept")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--specification", type=Path, help="Stripe's OpenAPI document, to hold every request to it")
    parser.add_argument("--key-seconds", type=int, default=DAY, help="how long idempotency keys are remembered")
    parser.add_argument("--with-parent", action="store_true", help="stop when the standard input is closed")
    arguments = parser.parse_args()
    application = sandbox(arguments.folder, arguments.specification, arguments.key_seconds)
    asyncio.run(serve(application, local_socket(arguments.port), with_parent=arguments.with_parent))


if __name__ == "__main__":
    main()
