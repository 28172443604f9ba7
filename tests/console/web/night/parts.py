"""Parts of a running house that are taken away and given back, each a process of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.workflows.house import SPECIFICATION, House
from tools.processors.sandbox.launch import RunningSandbox, start_sandbox


class KillableBank:
    """The stand-in of Stripe, which is killed and started again where its clients look for it."""

    def __init__(self, folder: Path, running: RunningSandbox) -> None:
        self._folder = folder
        self._running = running
        self.url = running.url

    @classmethod
    async def start(cls, folder: Path) -> "KillableBank":
        """Start it on a free port."""
        return cls(folder, await start_sandbox(folder, SPECIFICATION))

    @asynccontextmanager
    async def away(self) -> AsyncGenerator[None]:
        """It is killed at once, and runs again after the block with everything it knew."""
        await self._running.kill()
        try:
            yield
        finally:
            self._running = await start_sandbox(self._folder, SPECIFICATION, port=self._running.port)

    async def stop(self) -> None:
        """End it."""
        await self._running.stop()


@asynccontextmanager
async def away(house: House, name: str) -> AsyncGenerator[None]:
    """The house's `postgres`, `temporal` or `chroma` is stopped, and runs again after the block on the port it had."""
    services = house.services
    starts = {
        "postgres": services._start_postgres,  # pyright: ignore[reportPrivateUsage]
        "temporal": services._start_temporal,  # pyright: ignore[reportPrivateUsage]
        "chroma": services._start_chroma,  # pyright: ignore[reportPrivateUsage]
    }
    await services.processes.stop(name)
    try:
        yield
    finally:
        await starts[name]()
