"""The Compose file as typed parts, for tests of what it promises; the specification's own schema is checked beside."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

ROOT = Path(__file__).parents[2]
_VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")

Duration = Annotated[str, Field(pattern=r"^\d+(ms|s|m|h)$")]


class Strict(BaseModel):
    """A mapping of the Compose file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Healthcheck(Strict):
    test: Annotated[list[str], Field(min_length=2)]
    interval: Duration
    timeout: Duration
    retries: Annotated[int, Field(ge=1)]
    start_period: Duration | None = None


class Dependency(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class MountedConfig(Strict):
    source: str
    target: str


class Service(Strict):
    image: Annotated[str, Field(pattern=r"^[a-z0-9./-]+:[A-Za-z0-9._-]+$")]
    build: str | None = None
    restart: Annotated[str, Field(pattern=r"^(no|always|unless-stopped|on-failure(:\d+)?)$")]
    profiles: list[str] = []
    depends_on: dict[str, Dependency] = {}
    environment: dict[str, str | None] = {}
    entrypoint: list[str] | None = None
    command: list[str] | None = None
    configs: list[MountedConfig] = []
    volumes: list[Annotated[str, Field(pattern=r"^[a-z]+:/[a-z/]+$")]] = []
    ports: list[str] = []
    network_mode: str | None = None
    healthcheck: Healthcheck | None = None
    shm_size: str | None = None
    init: bool = False
    stop_grace_period: Duration | None = None
    security_opt: list[str] = []
    cap_drop: list[str] = []

    @property
    def runs_once(self) -> bool:
        """It ends when its task is done, so there is nothing to ask for health."""
        return self.restart.startswith("on-failure")


class Config(Strict):
    content: str


class ComposeFile(Strict):
    name: str
    services: dict[str, Service]
    configs: dict[str, Config]
    volumes: dict[str, None]


def text() -> str:
    """The file as it is written."""
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def compose_file() -> ComposeFile:
    """The file, checked."""
    raw: Any = yaml.safe_load(text())
    return ComposeFile.model_validate(raw)


def variables(written: str) -> dict[str, set[str]]:
    """Names of the variables a text takes from the shell, each with what follows the name: `:?message`, `:-default`."""
    found: dict[str, set[str]] = {}
    for match in _VARIABLE.finditer(written):
        found.setdefault(match["name"], set()).add(match["rest"])
    return found
