"""Claims about the delivery: it never came, or came late."""

from datetime import timedelta

import pytest

from knowledge.decision import Resolution, Route
from knowledge.facts import Fact, FactName
from tests.knowledge.judgement.claimed import NOW, PROMISED, claim, decided, delivered, euros, fact, order, route

NOT_RECEIVED = claim("not_received")
LATE = claim("late_delivery")


@pytest.mark.parametrize("status", ["lost", "returned", "returning", "refused"])
def test_a_parcel_the_carrier_gives_up_is_refunded_in_full_at_once(status: str) -> None:
    decision = decided(NOT_RECEIVED, *order(), *route(status, last_scan_at=NOW))
    assert (decision.resolution, decision.amount, decision.floor) == (
        Resolution.FULL_REFUND,
        euros(4500),
        euros(4500),
    )
    assert decision.route is Route.AUTOMATIC


def test_a_parcel_lost_before_its_promised_date_is_refunded_though_the_law_does_not_ask_yet() -> None:
    decision = decided(NOT_RECEIVED, *order(promised=NOW + timedelta(days=5)), *route("lost"))
    assert (decision.amount, decision.floor) == (euros(4500), euros(0))
    assert [one.rule for one in decision.reasons] == ["entitlement.delivery.not_yet_due", "not_received.lost"]


def test_a_parcel_silent_past_grace_counts_as_lost_and_cites_status_scan_and_promise() -> None:
    decision = decided(NOT_RECEIVED, *order(), *route("in_transit", last_scan_at=NOW - timedelta(days=10)))
    lost = decision.reasons[1]
    assert (lost.rule, decision.amount) == ("not_received.lost", euros(4500))
    assert [citation.model_dump()["pointer"] for citation in lost.citations] == [
        "/claim.reason",
        "/route.status",
        "/route.last_scan_at",
        "/order.promised_by",
    ]
    assert "7 days of grace, 10 days of silence" in str(lost.source)


def test_a_parcel_left_at_another_address_counts_as_lost() -> None:
    address = [fact(FactName.ORDER_DESTINATION_CITY, "Bremen"), fact(FactName.ORDER_DESTINATION_POSTCODE, "28195")]
    decision = decided(NOT_RECEIVED, *order(), *address, *delivered(4, delivery_place="34117 Kassel, DE"))
    assert (decision.resolution, decision.amount) == (Resolution.FULL_REFUND, euros(4500))
    assert decision.floor == euros(4500)
    assert "another place" in decision.reasons[1].text


def test_a_parcel_delivered_to_the_address_as_carriers_print_it_does_not_count_as_lost() -> None:
    address = [fact(FactName.ORDER_DESTINATION_CITY, "München"), fact(FactName.ORDER_DESTINATION_POSTCODE, "80331")]
    decision = decided(NOT_RECEIVED, *order(), *address, *delivered(4, delivery_place="MUNCHEN, DE"))
    assert (decision.resolution, decision.route) == (Resolution.DENY, Route.REVIEW)


def test_a_recorded_delivery_is_denied_with_the_day_and_the_contradiction_by_a_person() -> None:
    decision = decided(NOT_RECEIVED, *order(), *delivered(5, signed_by="E. Brandt"))
    assert (decision.resolution, decision.amount, decision.ladder) == (Resolution.DENY, euros(0), ())
    assert "2026-11-15" in decision.reasons[1].text
    assert decision.review_because[0].startswith("contradiction: ")
    assert "a denial needs a person" in decision.review_because


@pytest.mark.parametrize(
    ("status", "promised_in", "silent"),
    [("in_transit", 5, 30), ("in_transit", -7, 30), ("out_for_delivery", -30, 2), ("label_created", -8, 9)],
)
def test_a_parcel_still_on_its_way_is_waited_for_and_nothing_is_paid(
    status: str, promised_in: int, silent: int
) -> None:
    decision = decided(
        NOT_RECEIVED,
        *order(promised=NOW + timedelta(days=promised_in)),
        *route(status, last_scan_at=NOW - timedelta(days=silent)),
    )
    assert (decision.resolution, decision.question) == (Resolution.ASK_EVIDENCE, "still_waiting")
    assert (decision.amount, decision.ladder, decision.route) == (euros(0), (), Route.AUTOMATIC)


@pytest.mark.parametrize(("items", "automatic"), [(2500, True), (2501, False)])
def test_without_any_record_a_small_claim_is_believed_and_a_larger_one_needs_a_person(
    items: int, automatic: bool
) -> None:
    decision = decided(NOT_RECEIVED, *order(items))
    assert (decision.resolution, decision.amount) == (Resolution.FULL_REFUND, euros(items + 500))
    assert decision.reasons[1].rule == "not_received.no_proof"
    assert (decision.route is Route.AUTOMATIC) is automatic
    assert ("nothing besides the buyer's word stands behind the claim" in decision.review_because) is not automatic


@pytest.mark.parametrize("record", [[], route("lost")], ids=["no record", "lost"])
def test_a_missing_article_of_a_larger_order_is_refunded_alone_with_the_delivery(record: list[Fact]) -> None:
    decision = decided(NOT_RECEIVED, *order(2000, 500, paid=14000), *record)
    assert decision.amount == euros(2500)
    assert decision.floor <= euros(2500)


def test_what_is_left_of_the_payment_limits_the_refund_and_is_told() -> None:
    decision = decided(NOT_RECEIVED, *order(), *route("lost"), fact(FactName.ORDER_REFUNDED, euros(3000)))
    assert (decision.amount, decision.floor) == (euros(1500), euros(1500))
    assert decision.reasons[-1].text == "30.00 EUR of 45.00 EUR was given back before, so 15.00 EUR is left."


@pytest.mark.parametrize("refunded", [4500, 4600, 90000])
def test_when_all_or_more_was_given_back_nothing_is_paid_and_a_person_looks(refunded: int) -> None:
    decision = decided(NOT_RECEIVED, *order(), *route("lost"), fact(FactName.ORDER_REFUNDED, euros(refunded)))
    assert (decision.amount, decision.floor, decision.route) == (euros(0), euros(0), Route.REVIEW)
    assert "nothing is left of the payment to give back" in decision.review_because


@pytest.mark.parametrize(("days", "percent"), [(1, 1), (9, 9), (15, 15), (16, 15), (120, 15)])
def test_each_day_of_lateness_is_worth_a_percent_up_to_fifteen_beside_the_delivery_charge(
    days: int, percent: int
) -> None:
    late = route("delivered", delivered_at=PROMISED + timedelta(days=days, hours=5))
    decision = decided(LATE, *order(), *late)
    assert (decision.resolution, decision.amount) == (Resolution.PRICE_REDUCTION, euros(500 + 40 * percent))
    assert (decision.fair_low, decision.fair_high) == (decision.amount, decision.amount)
    assert [rung.amount for rung in decision.ladder] == [decision.amount]
    assert decision.route is Route.AUTOMATIC


@pytest.mark.parametrize("hours", [-48, 0, 23])
def test_a_delivery_within_a_day_of_the_promise_is_not_late_and_a_person_says_so(hours: int) -> None:
    decision = decided(LATE, *order(), *route("delivered", delivered_at=PROMISED + timedelta(hours=hours)))
    assert (decision.resolution, decision.reasons[1].rule) == (Resolution.DENY, "late.not_late")
    assert decision.route is Route.REVIEW


def test_lateness_without_a_promise_is_never_paid_and_never_denied_by_the_machine() -> None:
    decision = decided(LATE, *order(promised=None), *delivered(2))
    assert (decision.amount, decision.route) == (euros(0), Route.REVIEW)
    assert "a denial needs a person" in decision.review_because


def test_lateness_without_any_record_of_the_parcel_is_asked_about() -> None:
    decision = decided(LATE, *order())
    assert (decision.resolution, decision.amount, decision.question) == (Resolution.ASK_EVIDENCE, euros(0), "details")
    assert decision.reasons[1].rule == "late.unknown"


@pytest.mark.parametrize("status", ["lost", "in_transit"])
def test_what_is_late_and_has_not_come_is_judged_as_not_received(status: str) -> None:
    late, never = (decided(told, *order(), *route(status)) for told in (LATE, NOT_RECEIVED))
    assert late.resolution is not Resolution.DENY
    assert (late.resolution, late.amount, late.reasons[1].rule) == (
        never.resolution,
        never.amount,
        never.reasons[1].rule,
    )
