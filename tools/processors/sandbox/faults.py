"""Faults and hold points: what goes wrong with a request, and where it is kept waiting."""

import asyncio
import itertools
import re
from dataclasses import dataclass, field
from random import Random

from tools.processors.sandbox.messages import Fault, FaultKind, HeldRequest, Hold, HoldPoint, Storm


@dataclass
class _Planned:
    plan: Fault | Hold
    left: int

    def matches(self, method: str, path: str) -> bool:
        return self.left > 0 and self.plan.method == method and re.fullmatch(self.plan.path, path) is not None


@dataclass
class _Waiting:
    request: HeldRequest
    released: asyncio.Event = field(default_factory=asyncio.Event)


class Trouble:
    """What was planned and who waits. Kept in memory: a restarted sandbox has no troubles left."""

    def __init__(self) -> None:
        self._faults: list[_Planned] = []
        self._holds: list[_Planned] = []
        self._waiting: dict[int, _Waiting] = {}
        self._tickets = itertools.count(1)
        self._storm = Storm(share=0)
        self._chance = Random()  # noqa: S311 -- chance, not secrecy

    def plan_fault(self, fault: Fault) -> None:
        """The next matching requests go wrong."""
        self._faults.append(_Planned(fault, fault.times))

    def storm(self, storm: Storm) -> None:
        """From now on, this share of all requests goes wrong."""
        self._storm, self._chance = storm, Random(storm.seed)  # noqa: S311 -- chance, not secrecy

    def plan_hold(self, hold: Hold) -> None:
        """The next matching requests wait."""
        self._holds.append(_Planned(hold, hold.times))

    def fault_for(self, method: str, path: str) -> FaultKind | None:
        """The fault this request meets, counted as used."""
        for planned in self._faults:
            if planned.matches(method, path) and isinstance(planned.plan, Fault):
                planned.left -= 1
                return planned.plan.kind
        if self._storm.kinds and self._chance.random() < self._storm.share:
            return self._chance.choice(self._storm.kinds)
        return None

    def hold_for(self, point: HoldPoint, method: str, path: str, key: str | None) -> HeldRequest | None:
        """The hold this request meets at `point`, counted as used; it now waits."""
        for planned in self._holds:
            if planned.matches(method, path) and isinstance(planned.plan, Hold) and planned.plan.point is point:
                planned.left -= 1
                held = HeldRequest(
                    ticket=next(self._tickets), point=point, method=method, path=path, idempotency_key=key
                )
                self._waiting[held.ticket] = _Waiting(held)
                return held
        return None

    async def wait(self, held: HeldRequest) -> None:
        """Until released."""
        await self._waiting[held.ticket].released.wait()

    def leave(self, held: HeldRequest) -> None:
        """The request waits no more."""
        self._waiting.pop(held.ticket, None)

    def waiting(self) -> list[HeldRequest]:
        """Who waits, first come first."""
        return [waiting.request for waiting in self._waiting.values()]

    def release(self, ticket: int | None) -> int:
        """Let one go on, or all; how many."""
        chosen = [waiting for waiting in self._waiting.values() if ticket in (None, waiting.request.ticket)]
        for waiting in chosen:
            waiting.released.set()
        return len(chosen)

    def clear(self) -> None:
        """Forget what was planned and let everybody go."""
        self._faults.clear()
        self._holds.clear()
        self._storm = Storm(share=0)
        self.release(None)
