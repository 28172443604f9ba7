"""From a processor's webhook to the finished packet, everything gathered from the stand-ins, and where the time goes.

Disputes come one at a time, with the embedded readers. Times are those of the workflow server's own histories: the
packet is finished when its letter was composed, proved and rendered; what is under way in no activity is the
workflows' own time and the server's.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime

import numpy as np
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from agents.reading.claims import ClaimReader
from knowledge.library.embeddings import E5Embedder
from tests.tools.sources.played import played
from tests.workflows.house import House, running_house
from tests.workflows.test_gathering import disputed
from tests.workflows.test_intake import OPENED, tell
from tools.records.inbox import WebhookInbox
from workflows.intake import Intake
from workflows.messages import Stage, workflow_id
from workflows.worker import Household

_SAMPLES = ("c01-visa-131", "c02-visa-104-3ds", "c06-amex-c08")
_STEPS = {
    "defence.weigh": "deciding",
    "record_defence": "deciding",
    "record_readings": "reading",
    "link_payment": "linking the payment",
    "write_letter": "letter and packet",
}
_FINISHED = "write_letter"


async def _history(house: House, identifier: str) -> list[HistoryEvent]:
    handle = house.installation.temporal.get_workflow_handle(identifier)
    return list((await handle.fetch_history()).events)


def _activities(events: list[HistoryEvent]) -> list[tuple[str, datetime, datetime]]:
    """Name, begin (scheduled) and end of every activity that was completed."""
    scheduled: dict[int, tuple[str, datetime]] = {}
    done: list[tuple[str, datetime, datetime]] = []
    for event in events:
        at = event.event_time.ToDatetime(tzinfo=UTC)
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            name = event.activity_task_scheduled_event_attributes.activity_type.name
            scheduled[event.event_id] = (name, at)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            name, began = scheduled[event.activity_task_completed_event_attributes.scheduled_event_id]
            done.append((name, began, at))
    return done


async def _one(house: House, intake: Intake, inbox: WebhookInbox, number: int) -> dict[str, float]:
    """Seconds of each step of one dispute; `all` is the whole."""
    bundle, files = played(_SAMPLES[number % len(_SAMPLES)], f"bench_{number}")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    told = datetime.now(UTC)
    began = time.perf_counter()
    await tell(inbox, OPENED, dispute, f"bench-{number}")
    await intake.work("lumen")
    steps: dict[str, float] = defaultdict(float)
    steps["storing and working the webhook"] = time.perf_counter() - began
    await house.until_open(dispute)
    await house.until(dispute, Stage.SUBMITTED, Stage.REVIEW)
    case = _activities(await _history(house, workflow_id("lumen", dispute)))
    finished = next(end for name, _, end in case if name == _FINISHED)
    opened = min(start for _, start, _ in case)
    # Up to the case's first step everything is gathering, whichever of its steps it is.
    steps["gathering from processor, shop, carrier and helpdesk"] = (opened - told).total_seconds() - steps[
        "storing and working the webhook"
    ]
    for name, start, end in case:
        if end <= finished:
            steps[_STEPS.get(name, "reading")] += (end - start).total_seconds()
    steps["all"] = (finished - told).total_seconds()
    named = sum(seconds for step, seconds in steps.items() if step != "all")
    steps["workflows and server in between"] = max(0.0, steps["all"] - named)
    return dict(steps)


async def measure(count: int) -> None:
    """Print p50 and p95, and each step's share."""
    embedder = E5Embedder()
    household = Household(claims=ClaimReader(embedder), embedder=embedder)
    async with running_house() as house, house.worker(household):
        inbox = WebhookInbox(house.installation.records)
        intake = Intake(inbox, house.installation.cases, house.desk)
        await _one(house, intake, inbox, count)  # warms readers and connections
        each = [await _one(house, intake, inbox, number) for number in range(count)]
    whole = [one["all"] for one in each]
    print(
        f"webhook to finished packet, {count} disputes one at a time: p50 {np.quantile(whole, 0.5):.2f} s, "
        f"p95 {np.quantile(whole, 0.95):.2f} s"
    )
    names = sorted(
        {step for one in each for step in one} - {"all"}, key=lambda step: -sum(o.get(step, 0) for o in each)
    )
    for step in names:
        print(f"  {sum(one.get(step, 0.0) for one in each) / sum(whole):4.0%}  {step}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disputes", type=int, default=30)
    asyncio.run(measure(parser.parse_args().disputes))


if __name__ == "__main__":
    main()
