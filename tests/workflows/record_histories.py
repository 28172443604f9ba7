"""Records golden histories: `python -m tests.workflows.record_histories STAMP`. Adds files, never replaces one."""

import asyncio
import hashlib
import os
import sys
from datetime import UTC, datetime, timedelta

from knowledge.case import ProcessorName
from tests.tools.sources.played import played
from tests.workflows.house import House, case, lost, running_house, scratched
from tests.workflows.test_chargeback_case import decided, disputed, sample
from tests.workflows.test_dispute_cycles import small
from tests.workflows.test_gathering import disputed as told_alone
from tests.workflows.test_intake import OPENED, tell
from tests.workflows.test_redeploy import HISTORIES
from tools.records.inbox import WebhookInbox
from workflows.gathering_messages import gathering_id
from workflows.intake import Intake
from workflows.messages import BuyerMessage, BuyerMove, Review, ReviewAction, Stage, workflow_id


async def _play(house: House, stamp: str) -> dict[str, str]:
    """The name of each history and the workflow it is of."""
    cases = [*await _refunds(house, stamp), *await _disputes(house, stamp)]
    known = {name: workflow_id("lumen", name) for name in cases}
    bundle, files = played("c01-visa-131", f"g{stamp.replace('-', '')}")
    dispute = await told_alone(house, bundle, await house.sources.play(bundle, files))
    inbox = WebhookInbox(house.installation.records)
    await tell(inbox, OPENED, dispute, f"gathered-{stamp}")
    await Intake(inbox, house.installation.cases, house.desk).work("lumen")
    await house.until_open(dispute)
    await house.until(dispute, Stage.SUBMITTED)
    await decided(house, dispute, dispute, "won")
    await house.installation.temporal.get_workflow_handle(workflow_id("lumen", dispute)).result()
    return known | {
        f"gathering-{stamp}": gathering_id("lumen", ProcessorName.STRIPE, dispute),
        f"gathered-{stamp}": workflow_id("lumen", dispute),
    }


async def _refunds(house: House, stamp: str) -> list[str]:
    bundle, files = lost(f"lost-{stamp}")
    await house.open(bundle, files)
    await house.until(bundle.case_id, Stage.CLOSED)
    names = [bundle.case_id]

    await house.open(case(f"reviewed-{stamp}", "lost: nada chegou"), {})
    await house.until(f"reviewed-{stamp}", Stage.REVIEW)
    await house.desk.review("lumen", f"reviewed-{stamp}", Review(by="Marta", action=ReviewAction.APPROVE))
    await house.until(f"reviewed-{stamp}", Stage.CLOSED)
    names.append(f"reviewed-{stamp}")

    bundle, files = scratched(f"offered-{stamp}")
    await house.open(bundle, files)
    await house.until(bundle.case_id, Stage.OFFERED)
    message = bundle.messages[0].model_copy(update={"id": "m-2", "text": ""})
    accept = BuyerMessage(move=BuyerMove.ACCEPT, message_id="m-2")
    await house.desk.buyer("lumen", bundle.case_id, message, accept)
    await house.until(bundle.case_id, Stage.CLOSED)
    return [*names, bundle.case_id, await _contested(house, f"contested-{stamp}")]


async def _contested(house: House, case_id: str) -> str:
    """A denial that its buyer contests and a person turns round; the history is that of the second run."""
    await house.open(case(case_id, "lost: nada chegou"), {})
    await house.until(case_id, Stage.REVIEW)
    await house.desk.review("lumen", case_id, Review(by="Marta", action=ReviewAction.DENY))
    await house.until(case_id, Stage.CLOSED)
    bundle = await house.installation.cases.bundle("lumen", case_id)
    words = bundle.messages[0].model_copy(update={"id": "m-2", "text": "lost: olhem outra vez"})
    await house.desk.appeal("lumen", case_id, words)
    await house.until(case_id, Stage.ESCALATED)
    whole = Review(by="Marta", action=ReviewAction.ADJUST, amount=bundle.order.payment.captured)
    await house.desk.review("lumen", case_id, whole)
    await house.until(case_id, Stage.CLOSED)
    return case_id


async def _disputes(house: House, stamp: str) -> list[str]:
    bundle, files = sample("c01-visa-131", f"fought-{stamp}")
    dispute = await disputed(house, bundle, files)
    await house.until(bundle.case_id, Stage.SUBMITTED)
    await decided(house, bundle.case_id, dispute, "won")
    names = [bundle.case_id]

    bundle, files = sample("c01-visa-131", f"cycles-{stamp}")
    dispute = await disputed(house, bundle, files)
    await house.until(bundle.case_id, Stage.SUBMITTED)
    due = datetime.now(UTC) + timedelta(days=12)
    await house.bank.decide_dispute(dispute, "appeal_needs_response", due_by=due.isoformat())
    await house.desk.outcome_news("lumen", bundle.case_id, "event-1")
    await house.until(bundle.case_id, Stage.REVIEW)
    await house.desk.review("lumen", bundle.case_id, Review(by="Marta", action=ReviewAction.APPROVE))
    await house.until(bundle.case_id, Stage.SUBMITTED)
    await decided(house, bundle.case_id, dispute, "lost")
    names.append(bundle.case_id)

    bundle, files = small(f"announced-{stamp}")
    await disputed(house, bundle, files)
    await house.until(bundle.case_id, Stage.ANNOUNCED)
    await house.desk.review("lumen", bundle.case_id, Review(by="Marta", action=ReviewAction.APPROVE))
    await house.until(bundle.case_id, Stage.CLOSED)
    return [*names, bundle.case_id]


async def main(stamp: str) -> None:
    """Run refunds and disputes and keep their histories under new names."""
    HISTORIES.mkdir(exist_ok=True)
    async with running_house() as house, house.worker():
        for name, identifier in (await _play(house, stamp)).items():
            handle = house.installation.temporal.get_workflow_handle(identifier)
            history = await handle.fetch_history()
            content = history.to_json()
            with (HISTORIES / f"{name}.json").open("x", encoding="utf-8") as file:
                file.write(content)
            with (HISTORIES / "SHA256SUMS").open("a", encoding="utf-8") as sums:
                sums.write(f"{hashlib.sha256(content.encode()).hexdigest()}  {name}.json\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
