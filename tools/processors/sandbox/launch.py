"""Starting the sandbox as a child process, for the demonstration and the tests."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import httpx

_SOURCES = Path(__file__).parents[3]


class RunningSandbox:
    """A sandbox that runs as our child and ends with us."""

    def __init__(self, process: Process, url: str) -> None:
        self._process = process
        self.url = url

    @property
    def port(self) -> int:
        """Its port, to start it again where clients look for it."""
        return int(self.url.rsplit(":", 1)[1])

    async def stop(self) -> None:
        """End it orderly, and by force when that takes longer than five seconds."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(5):
                    await self._process.wait()
            except TimeoutError:
                await self.kill()

    async def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def start_sandbox(
    folder: Path, specification: Path | None = None, *, port: int = 0, key_seconds: int | None = None
) -> RunningSandbox:
    """Start a sandbox that keeps everything in `folder` and wait until it answers; RuntimeError when it does not.

    `port` 0 takes a free one.
    """
    options = ["--folder", str(folder), "--port", str(port), "--with-parent"]
    if specification is not None:
        options += ["--specification", str(specification)]
    if key_seconds is not None:
        options += ["--key-seconds", str(key_seconds)]
    return await start_stand_in("tools.processors.sandbox", options)


async def start_stand_in(module: str, options: list[str]) -> RunningSandbox:
    """Start a stand-in's module as our child and wait until it answers; RuntimeError when it does not."""
    path = os.pathsep.join(part for part in (str(_SOURCES), os.environ.get("PYTHONPATH", "")) if part)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *options,
        stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    running = RunningSandbox(process, url)
    if not url or not await _answers(url, process):
        await running.kill()
        raise RuntimeError(f"{module} did not start with {' '.join(options)}; see its messages above")
    return running


async def _answers(url: str, process: Process) -> bool:
    """Whether it answers within twenty seconds."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        for _ in range(400):
            if process.returncode is not None:
                return False
            try:
                return (await http.get("/_sandbox/ready")).status_code == 200
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    return False
