"""Refund decisions as a reviewer would tell them."""

from datetime import UTC, datetime

from knowledge.decision import Resolution, Route
from knowledge.facts import FactName, Standing
from knowledge.judgement.refund import decide_refund
from tests.knowledge.judgement.claimed import euros, fact, order, question


def test_a_parcel_the_carrier_lost_is_refunded_in_full_without_a_person() -> None:
    decision = decide_refund(
        question(
            fact(FactName.CLAIM_REASON, "not_received", Standing.CLAIMED),
            fact(FactName.ROUTE_STATUS, "lost"),
            *order(),
        )
    )
    assert (decision.resolution, decision.amount, decision.route) == (
        Resolution.FULL_REFUND,
        euros(4500),
        Route.AUTOMATIC,
    )
    assert decision.floor == euros(4500)


def test_a_parcel_recorded_as_delivered_is_never_denied_by_the_machine() -> None:
    decision = decide_refund(
        question(
            fact(FactName.CLAIM_REASON, "not_received", Standing.CLAIMED),
            fact(FactName.ROUTE_STATUS, "delivered"),
            fact(FactName.ROUTE_DELIVERED_AT, datetime(2026, 11, 2, tzinfo=UTC)),
            *order(),
        )
    )
    assert decision.resolution is Resolution.DENY
    assert decision.amount == euros(0)
    assert decision.route is Route.REVIEW
    assert "a denial needs a person" in decision.review_because


def test_lateness_costs_the_delivery_charge_and_a_percent_a_day() -> None:
    decision = decide_refund(
        question(
            fact(FactName.CLAIM_REASON, "late_delivery", Standing.CLAIMED),
            fact(FactName.ROUTE_STATUS, "delivered"),
            fact(FactName.ROUTE_DELIVERED_AT, datetime(2026, 11, 11, tzinfo=UTC)),
            *order(),
        )
    )
    assert (decision.resolution, decision.amount) == (Resolution.PRICE_REDUCTION, euros(500 + 400))


def test_what_was_given_back_before_is_never_given_back_again() -> None:
    decision = decide_refund(
        question(
            fact(FactName.CLAIM_REASON, "not_received", Standing.CLAIMED),
            fact(FactName.ROUTE_STATUS, "lost"),
            fact(FactName.ORDER_REFUNDED, euros(3000)),
            *order(),
        )
    )
    assert decision.amount == euros(1500)


def test_a_text_that_instructs_the_system_goes_to_a_person_with_the_same_amount() -> None:
    facts = [
        fact(FactName.CLAIM_REASON, "not_received", Standing.CLAIMED),
        fact(FactName.ROUTE_STATUS, "lost"),
        *order(),
    ]
    plain = decide_refund(question(*facts))
    instructed = decide_refund(question(*facts, fact(FactName.CLAIM_INSTRUCTS, True, Standing.CLAIMED)))
    assert instructed.route is Route.REVIEW
    assert instructed.amount == plain.amount
