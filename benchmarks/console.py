"""The console under an office's load: `python -m benchmarks.console`.

A durable house with 50 000 waiting cases in the records and 1 000 live workflows that wait for a person; the console
and one worker in processes of their own. First one person alone, then fifty for ten minutes: each looks at the queue,
opens a case, reads, decides, and goes on, with pauses drawn around `--pause` seconds. At the end the decisions in the
cases' stories are counted against those acknowledged. Exit code 1 when a 95th percentile of one person alone is above
its target, a page failed, or a decision was lost or doubled.
"""

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import httpx

from benchmarks.console_queue import console, fill, percentile, visitor
from tests.workflows.house import House, case, running_house
from tests.workflows.killable import worker_process
from workflows.messages import Stage

MERCHANT = "lumen"
_TARGETS = {"queue": 200.0, "case": 400.0, "decision": 300.0}
"""Milliseconds at the 95th percentile."""
_OPEN_AT_ONCE = 16
_OPENED_WITHIN = 1_200.0
_WARMING = 5
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
_APPROVAL = re.compile(r'<form hx-post="[^"]*/decisions"(?:(?!</form>).)*name="action" value="approve".*?</form>', re.S)
_QUEUES = ("/", "/", "/?view=high_value", "/?order=due", "/?kind=refund", "/?q=live-00")


@dataclass
class Took:
    """Seconds of every page by kind, what failed, and the decisions that were acknowledged."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _TARGETS})
    errors: list[str] = field(default_factory=list[str])
    decided: list[str] = field(default_factory=list[str])


async def asked(took: Took, kind: str, sent: httpx.AsyncClient, request: httpx.Request) -> str:
    """The answer's text, its time noted; empty when it failed."""
    begun = time.perf_counter()
    try:
        answer = await sent.send(request)
    except httpx.HTTPError as broken:
        took.errors.append(f"{kind}: {type(broken).__name__}")
        return ""
    took.seconds[kind].append(time.perf_counter() - begun)
    if answer.status_code != 200:
        took.errors.append(f"{kind}: {answer.status_code} {request.url.path}")
        return ""
    return answer.text


async def open_cases(house: House, count: int) -> list[str]:
    """Lost parcels that wait for a person; the worker takes them all there."""
    names = [f"live-{number:05}" for number in range(count)]
    at_once = asyncio.Semaphore(_OPEN_AT_ONCE)

    async def opened(case_id: str) -> None:
        async with at_once:
            await house.open(case(case_id, "lost: nada chegou"), {})

    await asyncio.gather(*(opened(name) for name in names))
    # By the records: a query of a workflow waits behind all the others' work, and gives up.
    async with asyncio.timeout(_OPENED_WITHIN):
        for name in names:
            await _waits(house, name)
    return names


async def _waits(house: House, case_id: str) -> None:
    while True:
        if (await house.installation.cases.summary(MERCHANT, case_id)).status == Stage.REVIEW:
            return
        await asyncio.sleep(0.1)


async def turn(client: httpx.AsyncClient, took: Took, case_id: str, random: Random, pause: float) -> None:
    """One person's round: the queue, a case, reading it, and the decision."""
    await asked(took, "queue", client, client.build_request("GET", random.choice(_QUEUES)))
    await asyncio.sleep(pause * random.uniform(0.1, 0.3))
    page = await asked(took, "case", client, client.build_request("GET", f"/cases/{case_id}"))
    if not page:
        return
    approval = _APPROVAL.search(page)
    if approval is None:
        took.errors.append(f"case: {case_id} cannot be approved on its page")
        return
    await asyncio.sleep(pause * random.uniform(0.5, 1.1))
    fields = {**dict(_HIDDEN.findall(approval[0])), "looked": "yes"}
    sent = client.build_request("POST", f"/cases/{case_id}/decisions", data=fields, headers={"hx-request": "true"})
    panel = await asked(took, "decision", client, sent)
    if "Taken:" in panel:
        took.decided.append(case_id)
    elif panel:
        took.errors.append(f"decision: {case_id} was not acknowledged")


def told(name: str, took: Took) -> bool:
    """Print the figures of each kind of page; whether every one is within its target and nothing failed."""
    holds = not took.errors
    for kind, seconds in took.seconds.items():
        if not seconds:
            continue
        p50, p95, p99 = (percentile(seconds, part) for part in (0.5, 0.95, 0.99))
        print(f"  {name}, {kind}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms ({len(seconds)} pages)")
        holds = holds and p95 < _TARGETS[kind]
    print(f"  {name}: {len(took.errors)} errors, {len(took.decided)} decisions, load {os.getloadavg()[0]:.1f}")
    for error in took.errors[:5]:
        print(f"    {error}")
    return holds


async def crowd(house: House, address: str, free: Iterator[str], people: int, minutes: float, pause: float) -> Took:
    """So many people at once; whoever finds no live case left goes on looking at the queue."""
    took, ends = Took(), time.monotonic() + 60 * minutes

    async def works(number: int) -> None:
        random, client = Random(number), await visitor(house, address, MERCHANT, number)
        await asyncio.sleep(random.uniform(0, pause))
        while time.monotonic() < ends:
            case_id = next(free, None)
            if case_id is None:
                await asked(took, "queue", client, client.build_request("GET", random.choice(_QUEUES)))
            else:
                await turn(client, took, case_id, random, pause)
            await asyncio.sleep(pause * random.uniform(0.1, 0.3))
        await client.aclose()

    await asyncio.gather(*(works(number + 1) for number in range(people)))
    return took


async def miscounted(house: House, acknowledged: list[str], all_cases: list[str]) -> list[str]:
    """Cases whose story does not have exactly the decisions that were acknowledged."""
    wrong: list[str] = []
    for case_id in all_cases:
        events = await house.installation.cases.events(MERCHANT, case_id)
        written = sum(event.what == "decided" for event in events)
        if written != acknowledged.count(case_id):
            wrong.append(f"{case_id}: acknowledged {acknowledged.count(case_id)} times, written {written} times")
    return wrong


async def measure(given: argparse.Namespace) -> bool:
    """Fill, work, count and print; whether everything holds."""
    async with running_house(durable=True) as house:
        begun = time.perf_counter()
        await fill(house, MERCHANT, given.cases)
        async with worker_process(house), console(house) as address:
            names = await open_cases(house, given.live)
            print(f"{given.cases} waiting cases, {given.live} live workflows ({time.perf_counter() - begun:.0f} s)")
            free, alone, random = iter(names), Took(), Random(0)
            one = await visitor(house, address, MERCHANT, 0)
            # Not counted: a console that has just started reads its templates and connects.
            warming = Took()
            for case_id in [next(free) for _ in range(_WARMING)]:
                await turn(one, warming, case_id, random, 0.2)
            for case_id in [next(free) for _ in range(given.rounds)]:
                await turn(one, alone, case_id, random, 0.2)
            await one.aclose()
            holds = told("one person", alone)
            together = await crowd(house, address, free, given.people, given.minutes, given.pause)
            spans = f"{given.people} people, {given.minutes:g} min, pause {given.pause:g} s"
            told(spans, together)
            pages = sum(len(each) for each in together.seconds.values())
            print(f"  {spans}: {pages / (60 * given.minutes):.1f} pages a second")
            wrong = await miscounted(house, [*warming.decided, *alone.decided, *together.decided], names)
            print(f"  lost or doubled decisions: {len(wrong)}")
            for line in wrong[:5]:
                print(f"    {line}")
            holds = holds and not [*warming.errors, *together.errors] and not wrong
    p95 = ", ".join(f"{kind} {percentile(seconds, 0.95):.0f} ms" for kind, seconds in alone.seconds.items())
    print(
        f"console {'holds' if holds else 'MISSED'}: p95 {p95}; {len(together.errors)} errors, {len(wrong)} miscounted"
    )
    return holds


def main() -> None:
    """Read the arguments and measure."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--cases", type=int, default=50_000)
    given.add_argument("--live", type=int, default=1_000)
    given.add_argument("--rounds", type=int, default=60, help="rounds of one person alone")
    given.add_argument("--people", type=int, default=50)
    given.add_argument("--minutes", type=float, default=10)
    given.add_argument("--pause", type=float, default=30, help="seconds somebody reads a case, about")
    sys.exit(0 if asyncio.run(measure(given.parse_args())) else 1)


if __name__ == "__main__":
    main()
