"""Months as files over the API: the same bytes finance gets, and their making in the audit chain."""

import pytest

from console.api.shapes import ExportAsked
from console.client import AmendsRefused
from knowledge.finance.month import Month
from knowledge.rules.authority import Permission
from knowledge.rules.policy import HOUSE_POLICY
from tests.console.api.asking import Asking
from tests.workflows.house import House
from tools.finance_files.exports import FinanceExports


async def test_a_month_is_the_same_file_as_in_the_console_and_its_making_is_recorded(
    house: House, asking: Asking
) -> None:
    client = await asking.client({Permission.EXPORT}, merchant="api-month")
    got = await client.export_month(ExportAsked(month="2026-10", kind="journal"))
    exports = FinanceExports(house.installation.records, HOUSE_POLICY)
    made = await exports.make("api-month", Month.parse("2026-10"), "journal", by="test")
    assert got == made.content
    by_key, _ = [each for each in await house.installation.audit.entries("api-month") if "export." in each.action]
    assert (by_key.actor.startswith("key:"), by_key.digest) == (True, made.sha256)
    reader = await asking.client({Permission.READ_FINANCE}, merchant="api-month")
    with pytest.raises(AmendsRefused, match=r"exports\.make"):
        await reader.export_month(ExportAsked(month="2026-10", kind="journal"))
