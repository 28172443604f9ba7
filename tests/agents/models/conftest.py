"""Servers and gateways for the tests of the models' room."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio

from agents.models.calls import CallLog
from agents.models.gateway import ModelGateway
from tests.support.model_servers import Connect, ModelServer, Serve, serving
from tools.settings import ModelEndpoint, Settings


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """One running server per behaviour, started when first asked for; its memory is emptied on every use."""
    running: dict[str, ModelServer] = {}
    with ExitStack() as stack:

        def started(kind: str) -> ModelServer:
            if kind not in running:
                running[kind] = stack.enter_context(serving(kind))
            running[kind].received.clear()
            return running[kind]

        yield started
        for server in running.values():
            server.end()


@pytest_asyncio.fixture
async def gateway_to() -> AsyncIterator[Connect]:
    """Gateways whose every task goes to one address; closed after the test."""
    made: list[ModelGateway] = []

    def connect(
        url: str, *, seconds: float = 20.0, clock: Callable[[], float] = time.monotonic
    ) -> tuple[ModelGateway, CallLog]:
        endpoint = ModelEndpoint(
            url=url,
            name="scripted",
            timeout_seconds=seconds,
            price_per_million_input=1.0,
            price_per_million_output=4.0,
        )
        log = CallLog()
        made.append(ModelGateway(Settings(model=endpoint), log, clock=clock))
        return made[-1], log

    yield connect
    for gateway in made:
        await gateway.close()
