"""Ended disputes in the records: each once, the newest end counts, one merchant's only."""

import asyncio
from datetime import UTC, datetime, timedelta

from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from tests.knowledge.outcomes.ended import ended
from tests.tools.records.cases_for_tests import FILES, case
from tools.records.audit import AuditTrail
from tools.records.cases import CaseRecords
from tools.records.outcomes import OutcomeRecords
from tools.records.records import Records


async def shop(records: Records, merchant: str) -> OutcomeRecords:
    for number in (1, 2):
        await CaseRecords(records).open_case(case(merchant, f"case-{number}"), FILES)
    return OutcomeRecords(records)


async def test_an_end_is_kept_once_and_a_second_cycle_replaces_it(records: Records) -> None:
    outcomes = await shop(records, "ends-1")
    won = ended(1)
    await asyncio.gather(*(outcomes.close("ends-1", won) for _ in range(5)))
    await outcomes.close("ends-1", won.model_copy(update={"closed_at": won.closed_at + timedelta(days=1)}))
    assert await outcomes.closed("ends-1") == [won]
    actions = [entry.action for entry in await AuditTrail(records).entries("ends-1")]
    assert actions.count("dispute.won") == 1

    reversed_later: ClosedDispute = ended(1, DisputeEnd.LOST, closed_at=won.closed_at + timedelta(days=40))
    await outcomes.close("ends-1", reversed_later)
    assert await outcomes.closed("ends-1") == [reversed_later]
    (count,) = await outcomes.outcome_counts("ends-1")
    assert (count.answered, count.won_shares) == (1, 0.0)


async def test_ends_are_told_for_a_time_and_to_their_merchant_only(records: Records) -> None:
    ours, theirs = await shop(records, "ends-2"), await shop(records, "ends-3")
    early, late = ended(1), ended(2, closed_at=datetime(2026, 12, 1, tzinfo=UTC))
    await ours.close("ends-2", late)
    await ours.close("ends-2", early)
    assert await ours.closed("ends-2") == [early, late]
    assert await ours.closed("ends-2", since=late.closed_at) == [late]
    assert await ours.closed("ends-2", until=late.closed_at) == [early]
    assert await theirs.closed("ends-3") == []
