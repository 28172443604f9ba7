"""`make bench`: ratios measured in one run, and the absolute figures of this machine beside them.

Refund cases with recorded readings against a workflow that does nothing as often; the real readers' cases a minute;
seconds per case and per packet; memory of the worker and the services.
"""

import asyncio
import compileall
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import psutil
from temporalio.worker import Worker

from agents.reading.claims import ClaimReader
from benchmarks.idle_case import ACTIVITIES, HALFWAY, LOCAL_ACTIVITIES, IdleCase, nothing, nothing_halfway
from knowledge.case import CaseBundle
from knowledge.library.embeddings import E5Embedder
from knowledge.library.history import synthetic_history
from knowledge.library.precedents import PrecedentWriter
from tests.workflows.house import House, case, running_house, scratched
from tests.workflows.test_chargeback_case import disputed, sample
from workflows.desk import NotNowError
from workflows.messages import BuyerMessage, BuyerMove, Stage, workflow_id
from workflows.worker import Household

_ROUNDS = 3
_CASES = 40
"""In each round; refund cases and do-nothing workflows take turns, so that a slow minute of the machine meets both."""
_AT_ONCE = 12
_PACKETS = 12
_IDLE_QUEUE = "bench-idle"
_LOOK_SECONDS = 0.05
Claim = tuple[CaseBundle, dict[str, bytes]]


async def at_once(work: Callable[[int], Awaitable[float]], count: int) -> tuple[float, list[float]]:
    """Do `count` pieces, some at once; how long all took, and each."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> float:
        async with gate:
            return await work(number)

    began = time.perf_counter()
    each = await asyncio.gather(*(one(number) for number in range(count)))
    return time.perf_counter() - began, list(each)


class Buyers:
    """Buyers who answer as soon as mail is there: one look at the outbox for all of them, so that waiting costs nothing
    in the workflows that are measured."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: dict[str, asyncio.Event] = {}

    async def watch(self) -> None:
        """Wake whoever has mail, until cancelled."""
        while True:
            folder = self._house.outbox / "lumen"
            addressed = {file.name.rpartition("-")[0] for file in folder.glob("*.json")}
            for case_id in addressed & self._waiting.keys():
                self._waiting[case_id].set()
            await asyncio.sleep(_LOOK_SECONDS)

    async def refunds(self, claims: Sequence[Claim]) -> tuple[float, list[float]]:
        """Small claims from opening to paid; the orders were paid, and the claims written, before the clock runs."""
        for bundle, _ in claims:
            await self._house.charge(bundle)
        return await at_once(lambda number: self._refund(claims[number]), len(claims))

    async def _refund(self, claim: Claim) -> float:
        """A small claim from opening to paid, the buyer accepting at once."""
        bundle, files = claim
        name = bundle.case_id
        began = time.perf_counter()
        mailed = self._waiting[name] = asyncio.Event()
        await self._house.desk.open(bundle, files)
        await mailed.wait()
        del self._waiting[name]
        message = bundle.messages[0].model_copy(update={"id": "m-2", "text": ""})
        accept = BuyerMessage(move=BuyerMove.ACCEPT, message_id="m-2")
        while True:
            try:
                await self._house.desk.buyer("lumen", name, message, accept)
                break
            except NotNowError:  # the mail is out, the case has not noted it yet
                await asyncio.sleep(_LOOK_SECONDS)
        await self._house.installation.temporal.get_workflow_handle(workflow_id("lumen", name)).result()
        return time.perf_counter() - began


async def idle(house: House, name: str) -> float:
    """The do-nothing workflow, answered as soon as it waits."""
    began = time.perf_counter()
    halfway = HALFWAY[name] = asyncio.Event()
    handle = await house.installation.temporal.start_workflow(
        IdleCase.run, name, id=f"idle-{name}", task_queue=_IDLE_QUEUE
    )
    await halfway.wait()
    await asyncio.sleep(_LOOK_SECONDS)  # the wait begins, and its timer
    await cast("Any", handle).execute_update("answer")
    await handle.result()
    return time.perf_counter() - began


def quantiles(seconds: list[float]) -> str:
    """p50 and p95 in seconds."""
    return f"p50 {np.quantile(seconds, 0.5):.2f} s, p95 {np.quantile(seconds, 0.95):.2f} s"


async def _against_nothing(house: House) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each round of do-nothing workflows, of each round of refund cases, and of each refund case."""
    nothings: list[float] = []
    rounds: list[float] = []
    each: list[float] = []
    idler = Worker(
        house.installation.temporal, task_queue=_IDLE_QUEUE, workflows=[IdleCase], activities=[nothing, nothing_halfway]
    )
    async with house.worker(), idler:
        buyers = Buyers(house)
        watching = asyncio.create_task(buyers.watch())
        await buyers.refunds([scratched(f"warm-{number}") for number in range(_AT_ONCE)])
        await at_once(lambda number: idle(house, f"warm-{number}"), _AT_ONCE)
        for turn in range(_ROUNDS):
            took, _ = await at_once(lambda number, turn=turn: idle(house, f"{turn}-{number}"), _CASES)
            nothings.append(took)
            took, seconds = await buyers.refunds([scratched(f"bench-{turn}-{number}") for number in range(_CASES)])
            rounds.append(took)
            each += seconds
        watching.cancel()
    return nothings, rounds, each


async def _real_reader(house: House) -> float:
    embedder = E5Embedder()
    household = Household(claims=ClaimReader(embedder), embedder=embedder)
    writer = PrecedentWriter(house.installation.addresses.chroma_url, embedder)
    await asyncio.to_thread(writer.teach, "lumen", synthetic_history(400))

    async def one(number: int) -> float:
        name = f"real-{number}"
        began = time.perf_counter()
        await house.open(case(name, f"A lâmpada {number} chegou quebrada e não recebi nada que funcione."), {})
        await house.until(name, Stage.REVIEW, Stage.ASKING, Stage.OFFERED, Stage.CLOSED)
        return time.perf_counter() - began

    async with house.worker(household):
        took, _ = await at_once(one, _CASES)
    return took


async def _packets(house: House) -> list[float]:
    async def one(number: int) -> float:
        bundle, files = sample("c01-visa-131", f"packet-{number}")
        began = time.perf_counter()
        await disputed(house, bundle, files)
        await house.until(f"packet-{number}", Stage.SUBMITTED)
        return time.perf_counter() - began

    async with house.worker():
        return [await one(number) for number in range(_PACKETS)]


def _memory(house: House) -> str:
    parts = [f"worker and bench {psutil.Process().memory_info().rss / 2**20:.0f} MiB"]
    for name, pid in house.services.processes.pids.items():
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        parts.append(f"{name} {sum(one.memory_info().rss for one in family) / 2**20:.0f} MiB")
    return ", ".join(parts)


async def main() -> None:
    """Measure and print."""
    # Temporal's sandbox imports a workflow's module for every run; uncompiled it would be compiled every time, which an
    # installation that may write beside its sources never meets.
    for folder in ("workflows", "benchmarks"):
        compileall.compile_dir(folder, quiet=1)
    async with running_house() as house:
        nothings, rounds, each = await _against_nothing(house)
        ratios = sorted(idle / busy for idle, busy in zip(nothings, rounds, strict=True))
        steps = f"{ACTIVITIES} activities, {LOCAL_ACTIVITIES} local ones, an update and a timer"
        print(
            f"refund workflow over doing nothing ({steps}): {np.median(ratios):.2f} (aim 0.5); "
            f"{_ROUNDS} rounds, {ratios[0]:.2f} to {ratios[-1]:.2f}"
        )
        minute = 60 * _CASES / float(np.median(rounds))
        print(f"recorded readings: {minute:.0f} cases a minute; {quantiles(each)} a case, {_AT_ONCE} at once")
        print(f"real readers: {60 * _CASES / await _real_reader(house):.0f} cases a minute to a decision")
        print(f"chargeback from notice to submitted packet, one at a time: {quantiles(await _packets(house))}")
        print(f"memory: {_memory(house)}")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[1])
    asyncio.run(main())
