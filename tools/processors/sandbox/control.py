"""`SandboxControl`: the typed client of the control interface, for the demonstration and the tests."""

import asyncio
from typing import Any, Self
from urllib.parse import quote

import httpx

from knowledge.base import Frozen
from tools.processors.sandbox.messages import (
    DashboardRefund,
    DisputeOutcome,
    Fault,
    FaultKind,
    HeldRequest,
    Hold,
    HoldPoint,
    Ledger,
    NewCharge,
    NewDispute,
    RefundOutcome,
    Storm,
    Violation,
)


class SandboxControl:
    """Makes things happen in the sandbox at `url` and reads what did. RuntimeError says what it refused."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=10, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def create_charge(self, new: NewCharge) -> str:
        """A payment that was captured; its id. Asking again for the same id and amount is harmless."""
        return (await self._call("POST", "/_sandbox/charges", new))["id"]

    async def open_dispute(self, new: NewDispute) -> str:
        """The issuer opens a dispute; its id. Asking again for the same id is harmless."""
        return (await self._call("POST", "/_sandbox/disputes", new))["id"]

    async def refund_in_dashboard(self, new: DashboardRefund) -> str:
        """Somebody refunds behind our back; the refund's id."""
        return (await self._call("POST", "/_sandbox/dashboard/refunds", new))["id"]

    async def decide_refund(self, refund: str, status: str, failure_reason: str | None = None) -> None:
        """What becomes of a refund: `succeeded`, `failed`, …."""
        outcome = RefundOutcome(status=status, failure_reason=failure_reason)
        await self._call("POST", f"/_sandbox/refunds/{refund}/outcome", outcome)

    async def decide_dispute(self, dispute: str, status: str, recovered: int | None = None, **more: Any) -> None:
        """What the issuer decides: `won`, `lost`, `lost` with a part recovered, `appeal_needs_response` with a date."""
        outcome = DisputeOutcome(status=status, recovered=recovered, **more)
        await self._call("POST", f"/_sandbox/disputes/{dispute}/outcome", outcome)

    async def plan_fault(self, kind: FaultKind, path: str, *, method: str = "POST", times: int = 1) -> None:
        """The next `times` requests of `method` whose whole path matches `path` go wrong."""
        await self._call("POST", "/_sandbox/faults", Fault(kind=kind, method=method, path=path, times=times))

    async def storm(self, share: float, *kinds: FaultKind, seed: int = 0) -> None:
        """This share of all requests goes wrong from now on, at random among `kinds`."""
        await self._call("POST", "/_sandbox/storm", Storm(share=share, kinds=kinds, seed=seed))

    async def plan_hold(self, point: HoldPoint, path: str, *, method: str = "POST", times: int = 1) -> None:
        """The next `times` matching requests wait at `point`."""
        await self._call("POST", "/_sandbox/holds", Hold(point=point, method=method, path=path, times=times))

    async def held(self) -> list[HeldRequest]:
        """Who waits now."""
        return [HeldRequest.model_validate(held) for held in await self._call("GET", "/_sandbox/holds")]

    async def until_held(self, count: int = 1, *, seconds: float = 20) -> list[HeldRequest]:
        """Wait until `count` requests are held; TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while len(waiting := await self.held()) < count:  # noqa: ASYNC110 -- they wait in another process
                await asyncio.sleep(0.02)
        return waiting

    async def release(self, ticket: int | None = None) -> int:
        """Let one held request go on, or all; how many."""
        query = "" if ticket is None else f"?ticket={ticket}"
        return (await self._call("POST", f"/_sandbox/holds/release{query}"))["released"]

    async def clear_troubles(self) -> None:
        """No more faults and holds; everybody goes on."""
        await self._call("DELETE", "/_sandbox/troubles")

    async def forget_keys(self, ending: str = "") -> int:
        """Idempotency keys that end so expire now, all without an ending; how many there were."""
        return (await self._call("DELETE", f"/_sandbox/keys?ending={quote(ending)}"))["forgotten"]

    async def ledger(self) -> Ledger:
        """What really happened."""
        return Ledger.model_validate(await self._call("GET", "/_sandbox/ledger"))

    async def violations(self) -> list[Violation]:
        """Requests and answers that broke the specification."""
        return [Violation.model_validate(found) for found in await self._call("GET", "/_sandbox/violations")]

    async def forget_violations(self) -> None:
        """Start a clean list."""
        await self._call("DELETE", "/_sandbox/violations")

    async def _call(self, method: str, path: str, message: Frozen | None = None) -> Any:
        content = message.model_dump_json().encode() if message else None
        answer = await self._http.request(method, path, content=content)
        if answer.status_code != 200:
            raise RuntimeError(f"the sandbox refused {method} {path}: {answer.text[:500]}")
        return answer.json()
