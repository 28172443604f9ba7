"""A case erased as retention erases it, for tests of what is left."""

from tools.records.cases import CaseRecords
from tools.records.erasure import Doomed, Erasures
from tools.records.records import Records


async def erase(records: Records, merchant: str, case_id: str, *, by: str = "test") -> None:
    """Close the case where it is open, and erase it; nothing of it is outside the database."""
    cases, erasures = CaseRecords(records), Erasures(records)
    if await cases.status(merchant, case_id) != "closed":
        await cases.set_status(merchant, case_id, "closed")
    await erasures.done(merchant, await erasures.of_due(merchant, Doomed(cases=(case_id,)), by=by), by=by)
