"""The Chroma server from its wheel, persisting to one folder."""

import sys
from importlib.util import find_spec
from pathlib import Path

import httpx

from tools.embedded.processes import Command


class ChromaError(RuntimeError):
    """The server's library is missing; the message says what to do."""


# The wheel's own command imports all of `chromadb` before it reaches this same call, which costs a second.
_RUN = "import sys, chromadb_rust_bindings as chroma; chroma.cli(['chroma', *sys.argv[1:]])"


def chroma_command(folder: Path, port: int, log: Path) -> Command:
    """Run the server on 127.0.0.1 with its files in `folder`, telling nobody about it."""
    if find_spec("chromadb_rust_bindings") is None:
        raise ChromaError("the wheel chromadb is missing: install requirements/runtime.txt")
    return Command(
        name="chroma",
        arguments=(
            *(sys.executable, "-P", "-c", _RUN, "run"),
            *("--path", str(folder), "--host", "127.0.0.1", "--port", str(port)),
        ),
        log=log,
        port=port,
        folder=folder,
        environment={"ANONYMIZED_TELEMETRY": "False", "NO_COLOR": "1"},
    )


async def check_chroma(url: str) -> str:
    """Return the server's API version; httpx.HTTPError while it is not ready."""
    async with httpx.AsyncClient(base_url=url, timeout=5, trust_env=False) as client:
        (await client.get("/api/v2/heartbeat")).raise_for_status()
        return str((await client.get("/api/v2/version")).raise_for_status().json())
