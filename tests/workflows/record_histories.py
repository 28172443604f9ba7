"""Records golden histories: `python -m tests.workflows.record_histories STAMP`. Adds files, never replaces one."""

import asyncio
import hashlib
import os
import sys

from tests.workflows.house import House, case, lost, running_house, scratched
from tests.workflows.test_chargeback_case import decided, disputed, sample
from tests.workflows.test_redeploy import HISTORIES
from workflows.messages import BuyerMessage, BuyerMove, Review, ReviewAction, Stage, workflow_id


async def _play(house: House, stamp: str) -> list[str]:
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
    names.append(bundle.case_id)

    bundle, files = sample("c01-visa-131", f"fought-{stamp}")
    dispute = await disputed(house, bundle, files)
    await house.until(bundle.case_id, Stage.SUBMITTED)
    await decided(house, bundle.case_id, dispute, "won")
    return [*names, bundle.case_id]


async def main(stamp: str) -> None:
    """Run four cases and keep their histories under new names."""
    HISTORIES.mkdir(exist_ok=True)
    async with running_house() as house, house.worker():
        for name in await _play(house, stamp):
            handle = house.installation.temporal.get_workflow_handle(workflow_id("lumen", name))
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
