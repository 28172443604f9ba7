"""Facts joined: who wins, what contradicts, what is missing, who is liable."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.decision import Liability
from knowledge.facts import Fact, FactMethod, FactName, MissingFact, Reading, Standing
from knowledge.judgement.assess import assess, could_matter, counts_as_lost, join, light_parcel, overdue_days
from knowledge.reasons import DisputeReason
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.judgement.claimed import (
    NOW,
    PROMISED,
    assessed,
    by_name,
    claim,
    delivered,
    fact,
    harm,
    order,
    photo,
    route,
)

IN_HAND = ["damaged", "defective", "not_as_described", "counterfeit", "wrong_item", "missing_parts", "size_fit"]


def test_a_persons_fact_comes_before_a_surer_machines_and_then_the_surer_one() -> None:
    unsure = fact(FactName.PHOTO_DAMAGE, "minor", confidence=0.4)
    sure = fact(FactName.PHOTO_DAMAGE, "moderate", confidence=0.95)
    person = fact(FactName.PHOTO_DAMAGE, "severe", confidence=0.2, method=FactMethod.PERSON)
    assert join([Reading(facts=(unsure, sure)), Reading(facts=(person,))]).facts == (person, sure, unsure)


def test_what_one_reader_misses_and_another_reads_is_not_missing() -> None:
    blind = Reading(
        missing=(
            MissingFact(name=FactName.ROUTE_STATUS, why="no carrier answer"),
            MissingFact(name=FactName.PHOTO_DAMAGE, why="no photo"),
        )
    )
    joined = join([blind, Reading(facts=(fact(FactName.ROUTE_STATUS, "lost"),))])
    assert [gap.name for gap in joined.missing] == [FactName.PHOTO_DAMAGE]


def test_joining_nothing_gives_nothing() -> None:
    assert join([]) == Reading()


@pytest.mark.parametrize(
    ("reason", "gaps"),
    [
        ("damaged", {FactName.PHOTO_DAMAGE}),
        ("wrong_item", {FactName.PHOTO_DAMAGE}),
        ("not_as_described", {FactName.PHOTO_DAMAGE}),
        ("counterfeit", {FactName.PHOTO_DAMAGE}),
        ("defective", set[FactName]()),
        ("missing_parts", set[FactName]()),
        ("not_received", {FactName.ROUTE_STATUS}),
        ("late_delivery", {FactName.ROUTE_STATUS}),
        ("changed_mind", set[FactName]()),
        ("other", set[FactName]()),
    ],
)
def test_only_gaps_that_could_change_the_decision_are_named(reason: str, gaps: set[FactName]) -> None:
    unread = (
        FactName.PHOTO_DAMAGE,
        FactName.ROUTE_STATUS,
        FactName.ROUTE_SIGNED_BY,
        FactName.ORDER_COST,
        FactName.PAYMENT_AVS,
        FactName.ORDER_PAID,
    )
    missing = tuple(MissingFact(name=name, why=f"no {name.value}") for name in unread)
    found = assess(Reading(facts=(claim(reason),), missing=missing), HOUSE_POLICY, NOW)
    assert set(found.missing) == gaps | {FactName.ORDER_PAID}
    assert found.missing_why == tuple(f"no {name.value}" for name in found.missing)


def test_how_a_card_was_checked_matters_to_chargebacks_alone() -> None:
    for name in FactName:
        assert could_matter(name, chargeback=True)
        assert could_matter(name, chargeback=False) == (not name.startswith("payment."))


def contradicted(*facts: Fact) -> list[str]:
    return [one.what for one in assessed(*facts).contradictions]


def test_nothing_came_against_a_recorded_delivery_is_a_contradiction_with_its_day() -> None:
    assert contradicted(claim("not_received"), *order(), *delivered(5)) == [
        "the buyer says nothing came, the carrier recorded a delivery on 2026-11-15"
    ]


def test_nothing_came_agrees_with_a_delivery_at_another_place() -> None:
    where = [fact(FactName.ORDER_DESTINATION_CITY, "Bremen")]
    assert contradicted(claim("not_received"), *where, *delivered(5, delivery_place="34117 Kassel, DE")) == []


@pytest.mark.parametrize("reason", IN_HAND)
def test_goods_in_hand_contradict_a_parcel_that_was_never_delivered(reason: str) -> None:
    assert contradicted(claim(reason), *route("in_transit")) == [
        "the buyer describes goods in hand, the carrier has recorded no delivery (last status in_transit)"
    ]
    assert contradicted(claim(reason), *delivered(3)) == []
    assert contradicted(claim(reason)) == []


def test_lateness_is_contradicted_by_a_delivery_within_the_promise_to_the_second() -> None:
    promise = [fact(FactName.ORDER_PROMISED_BY, PROMISED)]
    on_time = contradicted(claim("late_delivery"), *promise, *route("delivered", delivered_at=PROMISED))
    late = contradicted(
        claim("late_delivery"), *promise, *route("delivered", delivered_at=PROMISED + timedelta(seconds=1))
    )
    assert (len(on_time), late) == (1, [])


def test_a_scan_that_cannot_follow_a_delivery_is_a_contradiction() -> None:
    assert contradicted(claim("not_received"), *route("returning", after_delivery_scan="returning")) == [
        "the carrier recorded 'returning' after a delivery"
    ]


def test_a_photo_from_before_the_order_is_a_contradiction_and_a_day_between_clocks_is_none() -> None:
    placed = datetime(2026, 10, 20, tzinfo=UTC)
    bought = fact(FactName.ORDER_PLACED_AT, placed)
    old = fact(FactName.PHOTO_CAPTURED_AT, placed - timedelta(days=1, seconds=1))
    same_day = fact(FactName.PHOTO_CAPTURED_AT, placed - timedelta(hours=23))
    assert contradicted(claim("damaged"), bought, old) == [
        "the photo was taken on 2026-10-18, before the order of 2026-10-20"
    ]
    assert contradicted(claim("damaged"), bought, same_day) == []


def test_a_picture_sent_in_another_case_is_named_with_that_case() -> None:
    assert contradicted(claim("damaged"), fact(FactName.PHOTO_REUSED_FROM, "case-88")) == [
        "the same picture was sent in case case-88"
    ]


@pytest.mark.parametrize(
    ("told", "graded", "told_apart"),
    [("severe", "minor", True), ("none", "moderate", True), ("minor", "moderate", False), ("minor", "minor", False)],
)
def test_words_and_photo_two_grades_apart_contradict_each_other(told: str, graded: str, told_apart: bool) -> None:
    found = contradicted(claim("defective"), harm(told), *photo(graded))
    assert bool(found) is told_apart


def test_damage_against_an_intact_photo_is_a_contradiction_unless_a_person_graded_it() -> None:
    assert contradicted(claim("damaged"), *photo("none")) == ["damage is claimed, the photo is graded as intact"]
    assert contradicted(claim("damaged"), *photo("none", method=FactMethod.PERSON)) == []


@pytest.mark.parametrize(
    ("status", "lost"),
    [
        ("lost", True),
        ("returned", True),
        ("returning", True),
        ("refused", True),
        ("in_transit", False),
        ("unknown", False),
    ],
)
def test_a_parcel_the_carrier_gives_up_counts_as_lost_before_any_date_passes(status: str, lost: bool) -> None:
    facts = by_name(*route(status, last_scan_at=NOW), fact(FactName.ORDER_PROMISED_BY, NOW + timedelta(days=9)))
    assert counts_as_lost(facts, HOUSE_POLICY, NOW) is lost


@pytest.mark.parametrize(
    ("days_late", "days_silent", "lost"),
    [(7, 10, False), (8, 9, False), (8, 10, True), (30, 9, False), (7, 60, False), (8, None, True)],
)
def test_a_silent_parcel_counts_as_lost_only_after_grace_and_silence(
    days_late: int, days_silent: int | None, lost: bool
) -> None:
    facts = [*route("in_transit"), fact(FactName.ORDER_PROMISED_BY, NOW - timedelta(days=days_late))]
    if days_silent is not None:
        facts.append(fact(FactName.ROUTE_LAST_SCAN_AT, NOW - timedelta(days=days_silent)))
    assert counts_as_lost(by_name(*facts), HOUSE_POLICY, NOW) is lost


def test_no_promise_no_record_or_a_status_only_claimed_never_makes_a_parcel_lost() -> None:
    long_ago = fact(FactName.ROUTE_LAST_SCAN_AT, NOW - timedelta(days=90))
    assert not counts_as_lost(by_name(*route("in_transit"), long_ago), HOUSE_POLICY, NOW)
    assert not counts_as_lost({}, HOUSE_POLICY, NOW)
    assert not counts_as_lost(by_name(fact(FactName.ROUTE_STATUS, "lost", Standing.CLAIMED)), HOUSE_POLICY, NOW)


def test_days_overdue_are_counted_only_while_nothing_came() -> None:
    promise = fact(FactName.ORDER_PROMISED_BY, NOW - timedelta(days=3, hours=5))
    assert overdue_days(by_name(promise), NOW) == 3
    assert overdue_days(by_name(promise, *delivered(1)), NOW) is None
    assert overdue_days({}, NOW) is None


@pytest.mark.parametrize(("weighed", "light"), [(599, True), (600, False), (1000, False), (0, True)])
def test_a_parcel_below_three_fifths_of_the_goods_weight_cannot_hold_them(weighed: int, light: bool) -> None:
    sold = fact(FactName.ORDER_WEIGHT_G, 1000)
    assert light_parcel(by_name(sold, fact(FactName.ROUTE_WEIGHT_G, weighed))) is light
    assert not light_parcel(by_name(fact(FactName.ROUTE_WEIGHT_G, weighed)))


@pytest.mark.parametrize(
    ("reason", "more", "liable"),
    [
        ("not_received", [fact(FactName.ROUTE_STATUS, "lost")], Liability.CARRIER),
        ("not_received", [], Liability.UNKNOWN),
        ("late_delivery", [], Liability.CARRIER),
        ("damaged", [fact(FactName.ROUTE_DAMAGE_SCAN, True)], Liability.CARRIER),
        ("damaged", [], Liability.SELLER),
        ("defective", [fact(FactName.ROUTE_DAMAGE_SCAN, True)], Liability.SELLER),
        ("wrong_item", [], Liability.SELLER),
        ("counterfeit", [], Liability.SELLER),
        ("changed_mind", [], Liability.BUYER),
        ("size_fit", [], Liability.BUYER),
        ("unauthorized", [], Liability.UNKNOWN),
        ("other", [], Liability.UNKNOWN),
    ],
)
def test_who_answers_for_what_went_wrong(reason: str, more: list[Fact], liable: Liability) -> None:
    assert assessed(claim(reason), *more).liability is liable


def test_a_claim_nobody_could_read_has_no_contradictions_and_nobody_liable() -> None:
    found = assessed(*order(), *delivered(3))
    assert (found.contradictions, found.liability) == ((), Liability.UNKNOWN)


@pytest.mark.parametrize("reason", list(DisputeReason))
def test_the_same_facts_at_the_same_moment_are_assessed_the_same(reason: DisputeReason) -> None:
    facts = [claim(reason.value), *order(), *delivered(5, damage_scan=True)]
    assert assessed(*facts) == assessed(*facts)
