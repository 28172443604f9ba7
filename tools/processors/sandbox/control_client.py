"""What every client of a stand-in's control interface is: one address, JSON both ways, refusals as errors."""

from typing import Any, Self

import httpx

from knowledge.base import Frozen


class ControlClient:
    """A client of the control interface of the stand-in at `url`. RuntimeError says what was refused."""

    base = "/_sandbox"
    """Where the interface's paths begin."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=10, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(self, method: str, path: str, message: Frozen | None = None) -> Any:
        content = message.model_dump_json().encode() if message else None
        answer = await self._http.request(method, f"{self.base}{path}", content=content)
        if answer.status_code != 200:
            raise RuntimeError(f"the sandbox refused {method} {path}: {answer.text[:500]}")
        return answer.json()
