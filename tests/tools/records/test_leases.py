"""Leases: one person at a case, a silent one loses it, and a lost one changes nothing."""

import asyncio

import pytest

from tests.tools.records.cases_for_tests import FILES, case
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseUnknown
from tools.records.cases import CaseRecords
from tools.records.leases import LeaseHeld, LeaseLost, Leases
from tools.records.records import Records


async def leases(records: Records, merchant: str) -> Leases:
    await CaseRecords(records).open_case(case(merchant, "case-1"), FILES)
    return Leases(records)


async def run_out(records: Records, merchant: str) -> None:
    async with records.merchant(merchant) as scope:
        await scope.execute("update amends.case_lease set ends_at = clock_timestamp() - interval '1 second'")


async def test_of_twenty_who_take_a_case_at_once_one_has_it(records: Records) -> None:
    held = await leases(records, "lease-1")
    taken = await asyncio.gather(*(held.take("lease-1", "case-1", f"a_{n}") for n in range(20)), return_exceptions=True)
    assert sum(not isinstance(each, BaseException) for each in taken) == 1
    assert sum(isinstance(each, LeaseHeld) for each in taken) == 19


async def test_a_silent_holder_loses_the_case_to_the_next_and_is_told(records: Records) -> None:
    held = await leases(records, "lease-2")
    first = await held.take("lease-2", "case-1", "a_1")
    assert (await held.keep("lease-2", "case-1", first.token)).ends_at > first.ends_at
    await run_out(records, "lease-2")
    assert await held.held("lease-2", ["case-1"]) == {}
    await held.take("lease-2", "case-1", "a_2")
    with pytest.raises(LeaseLost, match="in other hands"):
        await held.keep("lease-2", "case-1", first.token)


async def test_a_lease_that_ended_while_nobody_took_the_case_goes_on(records: Records) -> None:
    held = await leases(records, "lease-3")
    first = await held.take("lease-3", "case-1", "a_1")
    await run_out(records, "lease-3")
    assert (await held.keep("lease-3", "case-1", first.token)).holder == "a_1"


async def test_a_second_window_of_the_same_person_takes_the_case_from_the_first(records: Records) -> None:
    held = await leases(records, "lease-4")
    first = await held.take("lease-4", "case-1", "a_1")
    second = await held.take("lease-4", "case-1", "a_1")
    with pytest.raises(LeaseLost):
        await held.keep("lease-4", "case-1", first.token)
    await held.give_back("lease-4", "case-1", first.token)
    assert (await held.held("lease-4", ["case-1"]))["case-1"].ends_at == second.ends_at


async def test_taking_over_is_recorded(records: Records) -> None:
    held = await leases(records, "lease-5")
    await held.take("lease-5", "case-1", "a_1")
    with pytest.raises(LeaseHeld, match="in other hands until"):
        await held.take("lease-5", "case-1", "lead")
    assert (await held.take("lease-5", "case-1", "lead", over=True)).holder == "lead"
    entries = await AuditTrail(records).entries("lease-5", case_id="case-1")
    assert [(one.actor, one.action) for one in entries][-1] == ("lead", "lease.taken_over")


async def test_a_foreign_case_is_an_absent_one(records: Records) -> None:
    held = await leases(records, "lease-6")
    for merchant, case_id in (("lease-7", "case-1"), ("lease-6", "case-9")):
        with pytest.raises(CaseUnknown):
            await held.take(merchant, case_id, "a_1")
