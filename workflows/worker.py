"""The worker: it alone wires readers, graphs, ports and activities together. Run as `python -m workflows.worker`."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy
from temporalio.langgraph import LangGraphPlugin
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from agents.defence.graph import DefenceDesk, defence_graph
from agents.models.calls import CallLog, ModelTask
from agents.models.claims import HostedClaimReader
from agents.models.gateway import ModelGateway
from agents.models.vision import VisionGrader
from agents.reading.graph import ReadingDesk, ReadsClaims, reading_graph
from agents.reading.photos import PhotoReader
from agents.reading.route import RouteReader
from agents.refund.graph import RefundDesk, refund_graph
from knowledge.library.precedents import Embedder, PrecedentReader, PrecedentWriter
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy
from tools.mail.outbox import Outbox
from tools.records.buyer_links import BuyerLinks
from tools.records.gatherings import Gatherings
from tools.records.order_snapshots import OrderSnapshots
from tools.settings import Settings
from workflows.activities.buyers import BuyerActivities
from workflows.activities.counting import CountedResults
from workflows.activities.defence import DefenceActivities
from workflows.activities.gathering import GatheringActivities
from workflows.activities.heartbeat import SILENCE, SignsOfLife
from workflows.activities.money import MoneyActivities
from workflows.activities.records import RecordActivities
from workflows.chargeback_case import ChargebackCase
from workflows.credits import CreditBook
from workflows.desk import CaseDesk
from workflows.gather_dispute import GatherDispute
from workflows.installation import Installation, open_installation
from workflows.messages import TASK_QUEUE
from workflows.operating import seen_from_outside, settings_of_process, telemetry
from workflows.refund_case import RefundCase
from workflows.retention import Retention

_log = logging.getLogger("amends.worker")
_FINISH_WITHIN = timedelta(seconds=10)
"""How long steps under way may take to end when a worker is asked to stop; then another worker repeats them."""
RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "knowledge",
        "tools",
        "workflows.messages",
        "workflows.gathering_messages",
        "workflows.deadline",
        "workflows.doors",
        "workflows.thinking",
        "workflows.undo",
        "workflows.waiting",
        "workflows.activities",
        "workflows.credits",
    )
)
"""Our pure modules and message types are the same objects inside and outside the workflow sandbox."""


@dataclass(frozen=True)
class Household:
    """What a worker is made of beside its connections; tests choose other readers or another policy."""

    claims: ReadsClaims
    embedder: Embedder
    policy: MerchantPolicy = HOUSE_POLICY


def graph_plugin(installation: Installation, household: Household, gateway: ModelGateway) -> LangGraphPlugin:
    """The LangGraph plugin with fresh graphs; one per worker, holding all of them."""
    cases = installation.cases
    grader = VisionGrader(gateway) if gateway.model_for(ModelTask.PHOTOS) else None
    hosted = HostedClaimReader(gateway) if gateway.model_for(ModelTask.CLAIMS) else None
    reading = ReadingDesk(
        cases,
        household.claims,
        PhotoReader(cases, grader),
        RouteReader(cases),
        hosted.second_opinion if hosted else None,
    )
    library = PrecedentReader(installation.addresses.chroma_url, household.embedder)
    refund = RefundDesk(cases, library, household.policy)
    defence = DefenceDesk(cases, CreditBook(cases, installation.ledger), installation.outcomes, household.policy)
    graphs: dict[str, Any] = {
        "reading": reading_graph(reading),
        "refund": refund_graph(refund),
        "defence": defence_graph(defence),
    }
    return LangGraphPlugin(
        graphs=graphs,
        default_activity_options={
            "start_to_close_timeout": timedelta(minutes=2),
            "heartbeat_timeout": SILENCE,
            # Bugs suspend a case until they are mended; nothing is lost by trying again.
            "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=5)),
        },
    )


def make_worker(installation: Installation, household: Household, gateway: ModelGateway, **options: Any) -> Worker:
    """A worker for every workflow and activity; `options` go to Temporal's worker."""
    cases, ledger, processors = installation.cases, installation.ledger, installation.processors
    library = PrecedentWriter(installation.addresses.chroma_url, household.embedder)
    records = RecordActivities(cases, library, household.policy)
    money = MoneyActivities(cases, ledger, processors)
    outbox = Outbox(installation.settings.data.expanduser().absolute() / "outbox")
    buyers = BuyerActivities(cases, outbox, BuyerLinks(installation.records), installation.settings.public_url)
    defence = DefenceActivities(
        cases, ledger, CreditBook(cases, ledger), processors, installation.outcomes, household.policy
    )
    gathering = GatheringActivities(
        cases,
        Gatherings(installation.records),
        OrderSnapshots(installation.records),
        processors,
        installation.sources,
        CaseDesk(installation),
        household.policy,
    )
    return Worker(
        installation.temporal,
        task_queue=TASK_QUEUE,
        workflows=[RefundCase, ChargebackCase, GatherDispute],
        activities=[
            records.note_stage,
            records.record_readings,
            records.amend_fact,
            records.record_decision,
            records.record_person_decision,
            records.record_person_stance,
            records.record_defence,
            records.close,
            money.payment_doubts,
            money.pay_refund,
            money.check_refund,
            buyers.say,
            defence.link_payment,
            defence.write_letter,
            defence.submit,
            defence.concede,
            defence.dispute_standing,
            defence.close,
            gathering.read_dispute,
            gathering.ask_source,
            gathering.open_gathered,
            gathering.add_late,
            gathering.note_gathering,
        ],
        interceptors=[CountedResults(), SignsOfLife()],
        plugins=[graph_plugin(installation, household, gateway)],
        workflow_runner=RUNNER,
        **options,
    )


async def run_worker(settings: Settings, household: Household, stopped: asyncio.Event) -> None:
    """Work until `stopped` is set; what is under way is finished or left to the next worker."""
    async with AsyncExitStack() as leaving:
        process = await leaving.enter_async_context(telemetry("worker", settings))
        installation = await leaving.enter_async_context(open_installation(settings, process.runtime))
        gateway = ModelGateway(settings, CallLog())
        leaving.push_async_callback(gateway.close)
        async with (
            make_worker(installation, household, gateway, graceful_shutdown_timeout=_FINISH_WITHIN),
            seen_from_outside(process, installation, counts_records=True),
            asyncio.TaskGroup() as beside,
        ):
            daily = beside.create_task(Retention(installation).keep_running())
            _log.info("worker works", extra={"task_queue": TASK_QUEUE})
            await stopped.wait()
            daily.cancel()


def main() -> None:
    """Run until SIGINT or SIGTERM."""

    settings = settings_of_process("worker")
    # The embedding model is loaded only by the process that works, not by whoever imports the wiring.
    from agents.reading.claims import ClaimReader
    from knowledge.library.embeddings import E5Embedder

    async def run() -> None:
        embedder = E5Embedder()
        household = Household(claims=ClaimReader(embedder), embedder=embedder)
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await run_worker(settings, household, stopped)

    asyncio.run(run())
    # Temporal's core can abort the interpreter while it ends (sdk-python issue 300); all is flushed by now.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
