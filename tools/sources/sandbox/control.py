"""`SourcesControl`: the typed client of the stand-ins' control interface, and how they are started."""

from base64 import b64encode
from collections.abc import Mapping

from knowledge.case import CaseBundle
from tools.processors.sandbox.control_client import ControlClient
from tools.processors.sandbox.launch import RunningSandbox, start_stand_in
from tools.processors.sandbox.messages import Fault, FaultKind
from tools.sources.sandbox.world import PlayedCase


class SourcesControl(ControlClient):
    """Makes things happen at the stand-ins at `url` and reads what did."""

    async def play(self, bundle: CaseBundle, files: Mapping[str, bytes], *, with_tracking: bool = True) -> str:
        """Let shop, carrier and helpdesk each hold their part of the case; Shopify's number of the order."""
        encoded = {path: b64encode(data).decode() for path, data in files.items()}
        case = PlayedCase(bundle=bundle, files=encoded, with_tracking=with_tracking)
        return (await self._call("POST", "/cases", case))["order"]

    async def plan_fault(self, kind: FaultKind, path: str, *, times: int = 1) -> None:
        """The next `times` readings whose whole path matches `path` go wrong."""
        await self._call("POST", "/faults", Fault(kind=kind, method="GET", path=path, times=times))

    async def clear_troubles(self) -> None:
        """No more faults."""
        await self._call("DELETE", "/troubles")

    async def violations(self) -> list[dict[str, str]]:
        """Requests that the real interfaces would have refused."""
        return (await self._call("GET", "/seen"))["violations"]

    async def asked(self) -> list[str]:
        """The paths that were asked and answered."""
        return (await self._call("GET", "/seen"))["asked"]


async def start_sources(*, port: int = 0) -> RunningSandbox:
    """Start the stand-ins as our child and wait until they answer; RuntimeError when they do not."""
    return await start_stand_in("tools.sources.sandbox", ["--port", str(port), "--with-parent"])
