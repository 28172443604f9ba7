"""How a process is seen from outside: its logs, its figures, its spans, and the port where it answers operators."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import ValidationError
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError

from tools.records.house import HOUSE
from tools.records.records import RecordsUnavailable
from tools.settings import Settings
from tools.telemetry.logs import configure_logs
from tools.telemetry.operating_door import OperatingDoor
from tools.telemetry.spans import configure_tracing
from workflows.installation import Installation
from workflows.records_reading import RecordsReading

_log = logging.getLogger("amends.operating")


@dataclass(frozen=True)
class Telemetry:
    """What a process sets up before it connects to anything."""

    service: str
    runtime: Runtime
    sdk: str | None
    """Where on this host Temporal's library shows its own figures."""


def settings_of_process(service: str) -> Settings:
    """The settings, or the end of the process with a line that names each variable that is wrong; never its value."""
    try:
        return Settings()
    except ValidationError as wrong:
        configure_logs(service, None)
        for each in wrong.errors(include_input=False, include_url=False):
            named = "__".join(str(part) for part in each["loc"]).upper()
            _log.critical("settings are wrong", extra={"mend": f"AMENDS_{named}: {each['msg']}"})
        raise SystemExit(2) from None


@asynccontextmanager
async def telemetry(service: str, settings: Settings) -> AsyncGenerator[Telemetry, None]:
    """Logs, Temporal's runtime and tracing of one process; what spans are left are sent at the end."""
    configure_logs(service, settings.log)
    sdk = None if settings.metrics_port is None else f"127.0.0.1:{_free_port()}"
    runtime = Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
                forwarding=LogForwardingConfig(logger=logging.getLogger("temporal.core")),
            ),
            metrics=None if sdk is None else PrometheusConfig(
                bind_address=sdk, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
            ),
        )
    )  # fmt: skip
    provider = configure_tracing(service)
    try:
        yield Telemetry(service=service, runtime=runtime, sdk=sdk)
    finally:
        if provider is not None:
            await asyncio.to_thread(provider.shutdown)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        found: int = free.getsockname()[1]
        return found


@asynccontextmanager
async def seen_from_outside(
    process: Telemetry, installation: Installation, *, counts_records: bool = False
) -> AsyncGenerator[int | None, None]:
    """Answer operators on the settings' port, if one is set; the port.

    With `counts_records` the figures of the records are shown too: by workers, which every installation has.
    """
    settings = installation.settings
    if settings.metrics_port is None:
        yield None
        return
    read = RecordsReading(installation)

    async def refresh() -> None:
        if counts_records:
            await read.refresh()

    door = OperatingDoor(process.service, lambda: readiness(installation), refresh, process.sdk)
    async with door.open(settings.metrics_host, settings.metrics_port) as port:
        _log.info("operators are answered", extra={"address": f"{settings.metrics_host}:{port}"})
        yield port


async def readiness(installation: Installation) -> Mapping[str, str]:
    """Records and workflow server, each `ready` or why not."""
    state = {"records": "ready", "workflows": "ready"}
    try:
        async with installation.records.merchant(HOUSE) as scope:
            await scope.execute("select 1")
    except RecordsUnavailable as down:
        state["records"] = str(down)
    try:
        if not await installation.temporal.service_client.check_health():
            state["workflows"] = "the workflow server is not serving"
    except RPCError as down:
        state["workflows"] = f"the workflow server does not answer: {down.message}"
    return state
