"""What the buyer may insist on, market by market."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from knowledge.reasons import DisputeReason
from knowledge.rules.entitlements import EEA_AND_EU, EU, Entitlement, EntitlementFacts, Guarantee, entitlement
from knowledge.rules.iso3166 import COUNTRIES

FAULTS = ["damaged", "defective", "not_as_described", "counterfeit", "wrong_item", "missing_parts"]
NO_FAULT = ["changed_mind", "size_fit"]
NEITHER = ["late_delivery", "unauthorized", "duplicate_charge", "refund_not_processed", "other"]


def found(reason: str, market: str = "DE", **facts: Any) -> Entitlement:
    fields: dict[str, Any] = {"arrived": True, "days_since_delivery": 3, "overdue_days": None, "digital": False}
    return entitlement(EntitlementFacts.model_validate({"market": market, "reason": reason} | fields | facts))


def lost(market: str, overdue: int | None = 12) -> Entitlement:
    return found("not_received", market, arrived=False, days_since_delivery=None, overdue_days=overdue)


def test_every_reason_is_about_a_fault_no_fault_delivery_or_none_of_these() -> None:
    assert {*FAULTS, *NO_FAULT, *NEITHER, "not_received"} == {reason.value for reason in DisputeReason}


def test_the_union_has_27_members_and_the_single_market_three_more() -> None:
    assert len(EU) == 27
    assert sorted(EEA_AND_EU - EU) == ["IS", "LI", "NO"]
    assert EEA_AND_EU <= COUNTRIES
    assert not {"GB", "CH", "US"} & EEA_AND_EU


@pytest.mark.parametrize(
    ("market", "law"),
    [
        ("DE", "2011/83/EU"),
        ("NO", "2011/83/EU"),
        ("GB", "Consumer Rights Act 2015"),
        ("US", "16 CFR 435"),
        ("BR", "Código de Defesa do Consumidor"),
        ("JP", "Visa 13.1"),
        ("", "Visa 13.1"),
    ],
)
def test_goods_that_never_came_in_time_are_refunded_in_full_everywhere(market: str, law: str) -> None:
    right = lost(market)
    assert (right.guarantee, right.rule) == (Guarantee.FULL_REFUND, "entitlement.delivery.overdue")
    assert law in right.source


@pytest.mark.parametrize("overdue", [None, -4, 0])
def test_before_a_promised_date_has_passed_the_law_asks_for_nothing_and_says_no_other(overdue: int | None) -> None:
    right = lost("DE", overdue)
    assert (right.guarantee, right.rule) == (Guarantee.NONE, "entitlement.delivery.not_yet_due")
    assert right.text == "No promised delivery date has passed, so the law does not ask for a refund yet."


@pytest.mark.parametrize("arrived", [True, None])
def test_a_parcel_not_shown_to_be_missing_gives_no_right_to_a_refund(arrived: bool | None) -> None:
    assert found("not_received", arrived=arrived, overdue_days=12).guarantee is Guarantee.NONE


@pytest.mark.parametrize("reason", FAULTS)
@pytest.mark.parametrize(
    ("market", "days", "rule", "guarantee"),
    [
        ("DE", 0, "entitlement.eu.conformity", Guarantee.REMEDY),
        ("DE", 730, "entitlement.eu.conformity", Guarantee.REMEDY),
        ("DE", 731, "entitlement.network.not_as_described", Guarantee.NONE),
        ("NO", 400, "entitlement.eu.conformity", Guarantee.REMEDY),
        ("DE", None, "entitlement.eu.conformity", Guarantee.REMEDY),
        ("GB", 30, "entitlement.uk.reject", Guarantee.REMEDY),
        ("BR", 90, "entitlement.br.defect", Guarantee.REMEDY),
        ("BR", 91, "entitlement.network.not_as_described", Guarantee.NONE),
        ("US", 30, "entitlement.network.not_as_described", Guarantee.REMEDY),
        ("US", 31, "entitlement.network.not_as_described", Guarantee.NONE),
        ("JP", None, "entitlement.network.not_as_described", Guarantee.REMEDY),
    ],
)
def test_faulty_goods_are_remedied_within_the_markets_time(
    reason: str, market: str, days: int | None, rule: str, guarantee: Guarantee
) -> None:
    right = found(reason, market, days_since_delivery=days)
    assert (right.rule, right.guarantee) == (rule, guarantee)


@pytest.mark.parametrize("reason", FAULTS)
def test_goods_that_did_not_arrive_cannot_be_faulty(reason: str) -> None:
    assert found(reason, arrived=False).guarantee is Guarantee.NONE
    assert found(reason, arrived=None).guarantee is Guarantee.REMEDY


@pytest.mark.parametrize("reason", FAULTS)
def test_digital_goods_at_fault_are_remedied_too(reason: str) -> None:
    assert found(reason, digital=True).guarantee is Guarantee.REMEDY


@pytest.mark.parametrize("reason", NO_FAULT)
@pytest.mark.parametrize(
    ("market", "days", "lawful"),
    [
        ("DE", 0, True),
        ("DE", 14, True),
        ("DE", 15, False),
        ("IS", 14, True),
        ("GB", 14, True),
        ("GB", 15, False),
        ("BR", 7, True),
        ("BR", 8, False),
        ("US", 1, False),
        ("JP", None, False),
        ("DE", None, True),
        ("BR", None, True),
    ],
)
def test_a_buyer_may_withdraw_within_the_markets_days(reason: str, market: str, days: int | None, lawful: bool) -> None:
    right = found(reason, market, days_since_delivery=days)
    assert (right.guarantee is Guarantee.WITHDRAW) is lawful
    assert right.rule == ("entitlement.withdrawal" if lawful else "entitlement.withdrawal.none")


@pytest.mark.parametrize("reason", NO_FAULT)
@pytest.mark.parametrize("market", ["DE", "GB", "BR"])
def test_nobody_withdraws_from_digital_goods(reason: str, market: str) -> None:
    assert found(reason, market, digital=True).guarantee is Guarantee.NONE


@pytest.mark.parametrize("reason", NEITHER)
def test_other_complaints_trigger_no_guarantee(reason: str) -> None:
    assert found(reason).rule == "entitlement.none"


FACTS = some.builds(
    EntitlementFacts,
    market=some.sampled_from(sorted(COUNTRIES)),
    reason=some.sampled_from(DisputeReason),
    arrived=some.sampled_from([True, False, None]),
    days_since_delivery=some.none() | some.integers(min_value=0, max_value=2000),
    overdue_days=some.none() | some.integers(min_value=-60, max_value=400),
    digital=some.booleans(),
)


@given(facts=FACTS)
def test_every_answer_names_its_rule_its_words_and_its_source(facts: EntitlementFacts) -> None:
    right = entitlement(facts)
    assert right.rule.startswith("entitlement.")
    assert right.text.endswith(".")
    assert right.source
    assert entitlement(facts) == right


@given(facts=FACTS, later=some.integers(min_value=0, max_value=1000))
def test_a_right_that_has_lapsed_never_comes_back(facts: EntitlementFacts, later: int) -> None:
    days = facts.days_since_delivery
    assume(days is not None and entitlement(facts).guarantee is Guarantee.NONE)
    assert days is not None
    assert entitlement(facts.model_copy(update={"days_since_delivery": days + later})).guarantee is Guarantee.NONE


@given(facts=FACTS)
def test_a_full_refund_is_only_owed_for_goods_that_did_not_come(facts: EntitlementFacts) -> None:
    if entitlement(facts).guarantee is Guarantee.FULL_REFUND:
        assert (facts.reason, facts.arrived) == (DisputeReason.NOT_RECEIVED, False)
