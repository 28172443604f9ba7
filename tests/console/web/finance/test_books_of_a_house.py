"""A dispute that ran through the whole house is in the books as it was: opened, won, its costs, its letter."""

from datetime import UTC, datetime

from knowledge.finance.lines import LineKind
from knowledge.finance.month import Month
from knowledge.rules.policy import HOUSE_POLICY
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import decided, disputed, sample
from tools.records.finance import FinanceRecords
from tools.records.month_close import Books
from workflows.messages import Stage


async def test_a_won_dispute_is_booked_once_with_its_letter_and_the_processors_reference(house: House) -> None:
    bundle, files = sample("c01-visa-131", "booked-1")
    async with house.worker():
        dispute = await disputed(house, bundle, files)
        await house.until("booked-1", Stage.SUBMITTED)
        await decided(house, "booked-1", dispute, "won")
    records, merchant, month = house.installation.records, bundle.merchant.id, Month.of(datetime.now(UTC))
    lines = [
        one for one in (await Books(records, HOUSE_POLICY).month(merchant, month)).lines if one.case_id == "booked-1"
    ]
    assert bundle.chargeback is not None
    by_kind = {line.kind: line for line in lines if line.dispute == bundle.chargeback.dispute_id}
    assert by_kind[LineKind.DISPUTED].amount == bundle.chargeback.amount
    assert by_kind[LineKind.RECOVERED].amount == bundle.chargeback.amount
    assert by_kind[LineKind.COSTS].amount_minor > 0
    letters = {
        one.sha256 for one in await house.installation.cases.artifacts(merchant, "booked-1") if one.kind == "letter"
    }
    assert {line.letter_sha256 for line in lines} <= letters
    differences = await FinanceRecords(records).differences(merchant, month)
    assert [one for one in differences if one.case_id == "booked-1"] == []
