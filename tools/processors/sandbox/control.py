"""`SandboxControl`: the typed client of the control interface, for the demonstration and the tests."""

import asyncio
from typing import Any
from urllib.parse import quote

from tools.processors.sandbox.control_client import ControlClient
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


class SandboxControl(ControlClient):
    """Makes things happen in the sandbox at `url` and reads what did. RuntimeError says what it refused."""

    async def create_charge(self, new: NewCharge) -> str:
        """A payment that was captured; its id. Asking again for the same id and amount is harmless."""
        return (await self._call("POST", "/charges", new))["id"]

    async def open_dispute(self, new: NewDispute) -> str:
        """The issuer opens a dispute; its id. Asking again for the same id is harmless."""
        return (await self._call("POST", "/disputes", new))["id"]

    async def refund_in_dashboard(self, new: DashboardRefund) -> str:
        """Somebody refunds behind our back; the refund's id."""
        return (await self._call("POST", "/dashboard/refunds", new))["id"]

    async def decide_refund(self, refund: str, status: str, failure_reason: str | None = None) -> None:
        """What becomes of a refund: `succeeded`, `failed`, …."""
        outcome = RefundOutcome(status=status, failure_reason=failure_reason)
        await self._call("POST", f"/refunds/{refund}/outcome", outcome)

    async def decide_dispute(self, dispute: str, status: str, recovered: int | None = None, **more: Any) -> None:
        """What the issuer decides: `won`, `lost`, `lost` with a part recovered, `appeal_needs_response` with a date."""
        outcome = DisputeOutcome(status=status, recovered=recovered, **more)
        await self._call("POST", f"/disputes/{dispute}/outcome", outcome)

    async def plan_fault(self, kind: FaultKind, path: str, *, method: str = "POST", times: int = 1) -> None:
        """The next `times` requests of `method` whose whole path matches `path` go wrong."""
        await self._call("POST", "/faults", Fault(kind=kind, method=method, path=path, times=times))

    async def storm(self, share: float, *kinds: FaultKind, seed: int = 0) -> None:
        """This share of all requests goes wrong from now on, at random among `kinds`."""
        await self._call("POST", "/storm", Storm(share=share, kinds=kinds, seed=seed))

    async def plan_hold(self, point: HoldPoint, path: str, *, method: str = "POST", times: int = 1) -> None:
        """The next `times` matching requests wait at `point`."""
        await self._call("POST", "/holds", Hold(point=point, method=method, path=path, times=times))

    async def held(self) -> list[HeldRequest]:
        """Who waits now."""
        return [HeldRequest.model_validate(held) for held in await self._call("GET", "/holds")]

    async def until_held(self, count: int = 1, *, seconds: float = 20) -> list[HeldRequest]:
        """Wait until `count` requests are held; TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while len(waiting := await self.held()) < count:  # noqa: ASYNC110 -- they wait in another process
                await asyncio.sleep(0.02)
        return waiting

    async def release(self, ticket: int | None = None) -> int:
        """Let one held request go on, or all; how many."""
        query = "" if ticket is None else f"?ticket={ticket}"
        return (await self._call("POST", f"/holds/release{query}"))["released"]

    async def clear_troubles(self) -> None:
        """No more faults and holds; everybody goes on."""
        await self._call("DELETE", "/troubles")

    async def forget_keys(self, ending: str = "") -> int:
        """Idempotency keys that end so expire now, all without an ending; how many there were."""
        return (await self._call("DELETE", f"/keys?ending={quote(ending)}"))["forgotten"]

    async def ledger(self) -> Ledger:
        """What really happened."""
        return Ledger.model_validate(await self._call("GET", "/ledger"))

    async def violations(self) -> list[Violation]:
        """Requests and answers that broke the specification."""
        return [Violation.model_validate(found) for found in await self._call("GET", "/violations")]

    async def forget_violations(self) -> None:
        """Start a clean list."""
        await self._call("DELETE", "/violations")
