"""`SourcesControl`: the typed client of the stand-ins' control interface, and how they are started."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Self

import httpx

from knowledge.base import Frozen
from knowledge.case import CaseBundle
from tools.processors.sandbox.launch import RunningSandbox, start_stand_in
from tools.processors.sandbox.messages import Fault, FaultKind
from tools.sources.sandbox.world import PlayedCase


class SourcesControl:
    """Makes things happen at the stand-ins at `url` and reads what did."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=10, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def play(self, bundle: CaseBundle, files: Mapping[str, bytes], *, with_tracking: bool = True) -> str:
        """Let shop, carrier and helpdesk each hold their part of the case; Shopify's number of the order."""
        encoded = {path: b64encode(data).decode() for path, data in files.items()}
        case = PlayedCase(bundle=bundle, files=encoded, with_tracking=with_tracking)
        return (await self._call("POST", "cases", case))["order"]

    async def plan_fault(self, kind: FaultKind, path: str, *, times: int = 1) -> None:
        """The next `times` readings whose whole path matches `path` go wrong."""
        await self._call("POST", "faults", Fault(kind=kind, method="GET", path=path, times=times))

    async def clear_troubles(self) -> None:
        """No more faults."""
        await self._call("DELETE", "troubles")

    async def violations(self) -> list[dict[str, str]]:
        """Requests that the real interfaces would have refused."""
        return (await self._call("GET", "seen"))["violations"]

    async def asked(self) -> list[str]:
        """The paths that were asked and answered."""
        return (await self._call("GET", "seen"))["asked"]

    async def _call(self, method: str, path: str, message: Frozen | None = None) -> Any:
        content = message.model_dump_json().encode() if message else None
        answer = await self._http.request(method, f"/_sandbox/{path}", content=content)
        if answer.status_code != 200:
            raise RuntimeError(f"the stand-ins refused {method} {path}: {answer.text[:500]}")
        return answer.json()


async def start_sources(*, port: int = 0) -> RunningSandbox:
    """Start the stand-ins as our child and wait until they answer; RuntimeError when they do not."""
    return await start_stand_in("tools.sources.sandbox", ["--port", str(port), "--with-parent"])
