"""The queue made anew from the records and from what the workflows say of their cases' clocks."""

from knowledge.base import Frozen
from knowledge.judgement.queueing import Wait
from knowledge.judgement.waiting import WAITING_STAGES
from knowledge.rules.policy import MerchantPolicy
from tools.records.queue import Queue
from workflows.desk import CaseDesk
from workflows.installation import Installation
from workflows.messages import CaseView


class Requeued(Frozen):
    """What rebuilding did."""

    written: int
    removed: int


async def rebuild_queue(installation: Installation, desk: CaseDesk, merchant: str, policy: MerchantPolicy) -> Requeued:
    """Write every waiting case's line anew and take out what waits for nobody; safe to repeat, also while people work.

    A case whose workflow is not there any more has the dates of its notice and of the policy.
    """
    queue = Queue(installation.records)
    written = removed = 0
    for case_id in await queue.to_rebuild(merchant):
        summary = await installation.cases.summary(merchant, case_id)
        if summary.erased or summary.status not in WAITING_STAGES:
            await queue.remove(merchant, case_id)
            removed += 1
            continue
        view = await _view(desk, merchant, case_id)
        wait = Wait(
            stage=summary.status,
            since=summary.changed_at,
            causes=view.causes if view else (),
            respond_by=view.respond_by if view else None,
            house_due=view.due if view else None,
        )
        await queue.put(merchant, await installation.cases.queue_line(merchant, case_id, wait, policy))
        written += 1
    return Requeued(written=written, removed=removed)


async def _view(desk: CaseDesk, merchant: str, case_id: str) -> CaseView | None:
    try:
        return await desk.view(merchant, case_id)
    except LookupError:
        return None
