"""A folder of its own per installation, and the installation erased afterwards, sheltered files included."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tools.embedded import EmbeddedServices
from tools.settings import Settings


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that does not exist yet, in a place any user can reach."""
    parent = Path(tempfile.mkdtemp(prefix="amends-test-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
async def installation(data: Path) -> AsyncIterator[Callable[..., EmbeddedServices]]:
    """Make services for `data`, or for another folder, with addresses of the settings given by name."""
    made: list[EmbeddedServices] = []
    # Given explicitly, so that the environment's addresses do not count.
    nothing = {"postgres_url": None, "temporal_address": None, "chroma_url": None}

    def install(find_port: Callable[[int], int] | None = None, **addresses: str | None) -> EmbeddedServices:
        settings = Settings.model_validate({**nothing, "data": data, **addresses})
        made.append(EmbeddedServices(settings, durable=False, find_port=find_port))
        return made[-1]

    yield install
    for services in reversed(made):
        await services.erase()
