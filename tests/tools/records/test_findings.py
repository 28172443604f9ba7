from collections.abc import Callable

import psycopg
import pytest

from knowledge.decision import DefenceDecision, Route, Stance
from knowledge.facts import FactName, MissingFact, Reading
from tests.tools.records.cases_for_tests import FILES, case, euro, machine_fact, persons_fact, refund_decision
from tools.records.audit import AuditTrail
from tools.records.cases import CaseRecords
from tools.records.records import Records

DAMAGED = machine_fact(FactName.CLAIM_REASON, "damaged")
SEVERE = machine_fact(FactName.PHOTO_DAMAGE, "severe")
PAID = machine_fact(FactName.ORDER_PAID, euro(12_000))
PHOTOS = machine_fact(FactName.PHOTO_COUNT, 1)
DIGITAL = machine_fact(FactName.ORDER_DIGITAL, False)
INPUTS = "a" * 64


@pytest.fixture
async def opened(cases: CaseRecords, new_merchant: Callable[[], str]) -> str:
    merchant = new_merchant()
    await cases.open_case(case(merchant), FILES)
    return merchant


async def test_facts_come_back_as_they_were_read(cases: CaseRecords, opened: str) -> None:
    facts = (DAMAGED, PAID, PHOTOS, DIGITAL)
    await cases.save_readings(opened, "C-1", {"claim": Reading(facts=facts)})
    assert await cases.facts(opened, "C-1") == list(facts)


async def test_a_reader_replaces_its_own_facts_and_no_other_readers(
    cases: CaseRecords, opened: str, superuser: psycopg.Connection
) -> None:
    await cases.save_readings(opened, "C-1", {"claim": Reading(facts=(DAMAGED,))})
    await cases.save_readings(opened, "C-1", {"photos": Reading(facts=(SEVERE,))})
    other = machine_fact(FactName.CLAIM_REASON, "defective")
    for _ in range(2):
        await cases.save_readings(opened, "C-1", {"claim": Reading(facts=(other,))})
    assert await cases.facts(opened, "C-1") == [other, SEVERE]
    history = "select reader from amends.case_reading where merchant = %s order by seq"
    assert superuser.execute(history, (opened,)).fetchall() == [("claim",), ("photos",), ("claim",)]


async def test_a_persons_fact_comes_first_and_wins_over_the_machines(
    records: Records, cases: CaseRecords, opened: str
) -> None:
    await cases.save_readings(opened, "C-1", {"claim": Reading(facts=(DAMAGED, SEVERE))})
    await cases.amend_fact(opened, "C-1", persons_fact(FactName.PHOTO_DAMAGE, "moderate"))
    minor = persons_fact(FactName.PHOTO_DAMAGE, "minor", "looked again")
    await cases.amend_fact(opened, "C-1", minor)
    await cases.amend_fact(opened, "C-1", minor)
    assert await cases.facts(opened, "C-1") == [minor, DAMAGED]
    await cases.save_readings(opened, "C-1", {"photos": Reading(facts=(SEVERE,))})
    assert await cases.facts(opened, "C-1") == [minor, DAMAGED]
    trail = await AuditTrail(records).entries(opened, case_id="C-1")
    assert [entry.actor for entry in trail if entry.action == "fact.amended"] == ["mia", "mia"]


async def test_only_a_person_amends(cases: CaseRecords, opened: str) -> None:
    with pytest.raises(ValueError, match=r"photo\.damage: only a person"):
        await cases.amend_fact(opened, "C-1", SEVERE)


async def test_what_no_reader_and_no_person_supplied_is_missing(cases: CaseRecords, opened: str) -> None:
    no_photo = MissingFact(name=FactName.PHOTO_DAMAGE, why="the photo is blurred")
    no_place = MissingFact(name=FactName.ROUTE_DELIVERY_PLACE, why="the carrier names none")
    no_status = MissingFact(name=FactName.ROUTE_STATUS, why="no tracking")
    await cases.save_readings(opened, "C-1", {"journey": Reading(missing=(no_place, no_status))})
    await cases.save_readings(opened, "C-1", {"photos": Reading(missing=(no_photo,))})
    assert (await cases.case_file(opened, "C-1")).missing == (no_place, no_status, no_photo)
    await cases.save_readings(
        opened, "C-1", {"carrier": Reading(facts=(machine_fact(FactName.ROUTE_STATUS, "delivered"),))}
    )
    await cases.amend_fact(opened, "C-1", persons_fact(FactName.PHOTO_DAMAGE, "severe"))
    assert (await cases.case_file(opened, "C-1")).missing == (no_place,)


async def test_a_decision_is_kept_as_it_was_made(cases: CaseRecords, opened: str) -> None:
    decision_id = await cases.save_decision(opened, "C-1", refund_decision(3_000), INPUTS)
    assert await cases.decision(opened, "C-1", decision_id) == refund_decision(3_000)
    assert await cases.latest_decision(opened, "C-1") == (decision_id, refund_decision(3_000))
    with pytest.raises(LookupError, match="no decision d9"):
        await cases.decision(opened, "C-1", "d9")


async def test_a_defence_is_kept_too(cases: CaseRecords, opened: str) -> None:
    defence = DefenceDecision(
        stance=Stance.FIGHT,
        contested=euro(12_000),
        credited=euro(0),
        win_probability=0.6,
        expected_value=euro(5_000),
        route=Route.REVIEW,
        review_because=("amount above the limit",),
        reasons=(),
        policy_version="1",
        rule_version="1",
    )
    decision_id = await cases.save_decision(opened, "C-1", defence, INPUTS)
    assert await cases.decision(opened, "C-1", decision_id) == defence


async def test_the_same_decision_on_the_same_inputs_is_one_and_the_last_saved_is_the_latest(
    records: Records, cases: CaseRecords, opened: str
) -> None:
    assert await cases.latest_decision(opened, "C-1") is None
    first = await cases.save_decision(opened, "C-1", refund_decision(3_000), INPUTS)
    assert await cases.save_decision(opened, "C-1", refund_decision(3_000), INPUTS) == first
    second = await cases.save_decision(opened, "C-1", refund_decision(4_000), INPUTS)
    other_inputs = await cases.save_decision(opened, "C-1", refund_decision(3_000), "b" * 64)
    assert [one.partition("-")[0] for one in (first, second, other_inputs)] == ["d1", "d2", "d3"]
    # The facts return to what they were, and with them the decision.
    assert await cases.save_decision(opened, "C-1", refund_decision(3_000), INPUTS) == first
    assert await cases.latest_decision(opened, "C-1") == (first, refund_decision(3_000))
    trail = await AuditTrail(records).entries(opened, case_id="C-1")
    assert [entry.action for entry in trail].count("decision.saved") == 4
