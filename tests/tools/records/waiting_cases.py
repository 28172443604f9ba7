"""Lines of the queue for tests, and cases and proposals that wait in the records without a workflow."""

from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.case import CaseKind
from knowledge.judgement.priority import rank
from knowledge.judgement.waiting import CertaintyBand, WaitCause, WaitingCase
from knowledge.money import Money
from tests.tools.records.cases_for_tests import FILES, case, euro
from tools.records.cases import CaseRecords
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.records import Records


def line(case_id: str, *, due_in: timedelta = timedelta(days=2), **changes: Any) -> WaitingCase:
    """A routine refund of 48.00 EUR that waits for review."""
    due = datetime.now(UTC) + due_in
    fields: dict[str, Any] = {
        "case_id": case_id,
        "kind": CaseKind.REFUND,
        "stage": "review",
        "causes": (WaitCause.ABOVE_LIMIT,),
        "proposal": "price_reduction",
        "decision_id": "d1-0123456789abcdef",
        "amount": euro(1_710),
        "stake": euro(4_800),
        "worth_cents": 4_800,
        "house_due": due,
        "due": due,
        "band": CertaintyBand.LOOK,
        "reason": "damaged",
        "network": "visa",
        "carrier": "dhl_express",
        "language": "pt",
        "destination": "PT",
        "policy_version": "house-2026-11@1",
        "chance_wrong": 0.1,
        "minutes": 1.5,
        "opened_at": datetime.now(UTC) - timedelta(days=1),
        "order_id": f"O-{case_id}",
        "payment_reference": f"ch_{case_id}",
    } | changes
    fields.setdefault("rank", rank(fields["worth_cents"], fields["chance_wrong"], fields["minutes"], due))
    return WaitingCase.model_validate(fields)


async def wait(records: Records, merchant: str, *lines: WaitingCase) -> None:
    """Open each case where it is new, and let it wait with that line."""
    cases = CaseRecords(records)
    for one in lines:
        await cases.open_case(case(merchant, one.case_id), FILES)
        await cases.set_status(merchant, one.case_id, one.stage, "somebody looks", one)


async def propose(
    records: Records, merchant: str, of: WaitingCase, account: str, action: str = "approve", amount: Money | None = None
) -> str:
    """Somebody decides the case above their limit; the id of their review."""
    kept = await PersonReviews(records).keep(
        merchant,
        of.case_id,
        f"r-{of.case_id}-{account}",
        account=account,
        decision_id=of.decision_id or "",
        action=action,
        amount=amount or of.amount,
        state=ReviewState.PROPOSED,
        spent=timedelta(seconds=40),
        content=b"{}",
    )
    return kept.review_id
