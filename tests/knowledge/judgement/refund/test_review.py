"""Every reason to bring a person in, each alone: the same case without it goes out by itself."""

from datetime import timedelta
from typing import Any

import pytest

from knowledge.decision import Assessment, Liability, Resolution, Route
from knowledge.facts import Fact, FactMethod, FactName, Standing
from knowledge.judgement.refund import RefundQuestion, decide_refund, unreadable
from knowledge.reasons import DisputeReason
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.judgement.claimed import (
    NOW,
    PROMISED,
    claim,
    decided,
    delivered,
    euros,
    fact,
    harm,
    order,
    photo,
    route,
)

HOSTED = FactMethod.HOSTED_MODEL
CHIPPED = [claim("damaged"), harm("minor"), *photo("minor"), *order(), *delivered(3)]


def because(*facts: Fact, **how: Any) -> tuple[str, ...]:
    decision = decided(*facts, **how)
    assert (decision.route is Route.REVIEW) is bool(decision.review_because)
    return decision.review_because


def test_a_clear_claim_with_a_photo_goes_out_by_itself() -> None:
    assert because(*CHIPPED) == ()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (fact(FactName.PHOTO_REUSED_FROM, "case-88"), "contradiction: the same picture was sent in case case-88"),
        (
            fact(FactName.PHOTO_CAPTURED_AT, NOW - timedelta(days=400)),
            "contradiction: the photo was taken on 2025-10-16, before the order of 2026-10-20",
        ),
        (
            fact(FactName.ROUTE_AFTER_DELIVERY_SCAN, "returning"),
            "contradiction: the carrier recorded 'returning' after a delivery",
        ),
        (fact(FactName.CLAIM_INSTRUCTS, True), "a message tries to instruct the system"),
    ],
)
def test_one_thing_amiss_brings_a_person_and_leaves_the_amount(more: Fact, why: str) -> None:
    placed = fact(FactName.ORDER_PLACED_AT, NOW - timedelta(days=31))
    assert because(*CHIPPED, placed) == ()
    assert because(*CHIPPED, placed, more) == (why,)
    assert decided(*CHIPPED, placed, more).amount == decided(*CHIPPED, placed).amount


def test_a_doubt_from_outside_the_facts_brings_a_person_once() -> None:
    told = "a dispute is open on the payment"
    assert because(*CHIPPED, doubts=(told, told)) == (told,)


def test_a_text_that_was_looked_at_and_instructs_nobody_brings_nobody() -> None:
    assert because(*CHIPPED, fact(FactName.CLAIM_INSTRUCTS, False)) == ()


@pytest.mark.parametrize(("confidence", "sure"), [(0.49, False), (0.5, True), (0.9, True)])
def test_a_claim_read_without_confidence_brings_a_person(confidence: float, sure: bool) -> None:
    facts = [claim("damaged", confidence=confidence), *CHIPPED[1:]]
    assert because(*facts) == (() if sure else ("the claim's reason is read with only 49% confidence",))


def test_a_reason_a_person_read_is_sure_enough() -> None:
    assert because(claim("damaged", confidence=0.1, method=FactMethod.PERSON), *CHIPPED[1:]) == ()


@pytest.mark.parametrize(("confidence", "sure"), [(0.29, False), (0.3, True), (0.49, True)])
@pytest.mark.parametrize(
    ("reason", "record"),
    [
        ("not_received", route("lost")),
        ("late_delivery", route("delivered", delivered_at=PROMISED + timedelta(days=5))),
    ],
)
def test_a_vague_complaint_that_the_carriers_record_bears_out_needs_less_confidence(
    reason: str, record: list[Fact], confidence: float, sure: bool
) -> None:
    assert (because(claim(reason, confidence=confidence), *order(), *record) == ()) is sure


@pytest.mark.parametrize(
    ("told", "graded", "method", "why"),
    [
        ("minor", "moderate", HOSTED, "the photo is graded moderate, the words say minor"),
        (None, "minor", HOSTED, "the photo is graded minor, the words say nothing"),
        ("minor", "minor", HOSTED, None),
        ("minor", "moderate", FactMethod.PERSON, None),
        ("minor", "moderate", FactMethod.LOCAL_MODEL, None),
    ],
)
def test_a_hosted_models_word_about_a_photo_never_moves_an_automatic_amount(
    told: str | None, graded: str, method: FactMethod, why: str | None
) -> None:
    words = [harm(told)] if told else []
    facts = [claim("damaged"), *words, *photo(graded, method=method), *order(), *delivered(3)]
    assert because(*facts) == ((why,) if why else ())


@pytest.mark.parametrize("reason", list(HOUSE_POLICY.always_reviewed))
def test_some_kinds_of_claim_are_always_reviewed(reason: DisputeReason) -> None:
    found = because(claim(reason.value), harm("minor"), *photo("minor"), *order(), *delivered(3))
    # A photo of harm shows nothing of whose label it is.
    unproved = reason is DisputeReason.COUNTERFEIT
    word = ("nothing besides the buyer's word stands behind the claim",) if unproved else ()
    assert found == (f"claims of the kind '{reason.value}' are always reviewed", *word)


def test_what_is_always_reviewed_is_the_merchants_choice() -> None:
    strict = HOUSE_POLICY.model_copy(update={"always_reviewed": (DisputeReason.DAMAGED,)})
    assert because(*CHIPPED, policy=strict) == ("claims of the kind 'damaged' are always reviewed",)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ([claim("not_received"), *order(), *delivered(3)], "not_received.delivered"),
        ([claim("late_delivery"), *order(), *delivered(19)], "late.not_late"),
        ([claim("changed_mind"), *order(), *delivered(40)], "unwanted.too_late"),
    ],
)
def test_every_denial_has_a_person_behind_it(facts: list[Fact], rule: str) -> None:
    decision = decided(*facts)
    assert (decision.resolution, decision.reasons[1].rule) == (Resolution.DENY, rule)
    assert "a denial needs a person" in decision.review_because


@pytest.mark.parametrize(("items", "above"), [(14500, False), (14501, True)])
def test_an_amount_above_the_automatic_limit_needs_a_person(items: int, above: bool) -> None:
    found = because(claim("not_received"), *order(items), *route("lost"))
    assert found == (("150.01 EUR is above the automatic limit of 150.00 EUR",) if above else ())


@pytest.mark.parametrize(("items", "above"), [(25300, False), (25301, True)])
def test_the_limit_is_converted_and_shown_in_the_orders_currency(items: int, above: bool) -> None:
    found = because(claim("not_received"), *order(items, 500, currency="JPY"), *route("lost"))
    assert found == (("25801 JPY is above the automatic limit of 25800 JPY",) if above else ())


def test_a_currency_the_policy_has_no_rate_for_always_needs_a_person() -> None:
    found = because(claim("not_received"), *order(100, 0, currency="ISK"), *route("lost"))
    assert found == ("the policy has no limits for ISK",)


def test_in_a_currency_without_a_rate_no_claim_is_small() -> None:
    found = because(claim("not_received"), *order(100, 0, currency="ISK"))
    assert "nothing besides the buyer's word stands behind the claim" in found


def test_what_could_not_be_read_is_named_when_only_the_buyers_word_is_there() -> None:
    unread = Assessment(
        facts=(claim("not_received"), *order()),
        missing=(FactName.ROUTE_STATUS,),
        missing_why=("the carrier's answer was not sent with the case",),
        liability=Liability.UNKNOWN,
    )
    decision = decide_refund(RefundQuestion(assessment=unread, policy=HOUSE_POLICY, as_of=NOW))
    assert decision.review_because == (
        "missing route.status: the carrier's answer was not sent with the case",
        "nothing besides the buyer's word stands behind the claim",
    )


def test_a_claim_that_stands_is_not_held_up_by_what_could_not_be_read() -> None:
    stands = Assessment(
        facts=tuple(CHIPPED), missing=(FactName.ORDER_PAID,), missing_why=("odd",), liability=Liability.SELLER
    )
    assert decide_refund(RefundQuestion(assessment=stands, policy=HOUSE_POLICY, as_of=NOW)).review_because == ()


def test_asking_the_buyer_one_thing_needs_no_person_however_dear_the_goods() -> None:
    dear = [claim("damaged"), harm("severe"), *order(90000), *delivered(3)]
    assert decided(*dear).question == "photo_of_damage"
    assert because(*dear) == ()


def test_every_reason_is_told_and_none_twice() -> None:
    found = because(
        claim("counterfeit", confidence=0.2),
        harm("severe"),
        *photo("severe", method=HOSTED, standing=Standing.CLAIMED),
        fact(FactName.PHOTO_REUSED_FROM, "case-88"),
        fact(FactName.CLAIM_INSTRUCTS, True),
        *order(40000),
        *delivered(3),
        doubts=("the readers disagree",),
    )
    assert found == (
        "contradiction: the same picture was sent in case case-88",
        "the readers disagree",
        "the claim's reason is read with only 20% confidence",
        "a message tries to instruct the system",
        "claims of the kind 'counterfeit' are always reviewed",
        "405.00 EUR is above the automatic limit of 150.00 EUR",
        "nothing besides the buyer's word stands behind the claim",
    )


def test_a_claim_nobody_could_read_pays_nothing_and_names_what_is_missing() -> None:
    decision = unreadable(["claim.reason (no message)", "order.paid (no capture)"], HOUSE_POLICY, "JPY")
    assert decision.review_because == (
        "the claim could not be read: claim.reason (no message); order.paid (no capture)",
    )
    assert (decision.resolution, decision.route, decision.ladder) == (Resolution.ASK_EVIDENCE, Route.REVIEW, ())
    assert {str(amount) for amount in (decision.amount, decision.floor, decision.fair_low, decision.fair_high)} == {
        "0 JPY"
    }


@pytest.mark.parametrize("absent", [FactName.CLAIM_REASON, FactName.ORDER_PAID, FactName.ORDER_ITEMS_PRICE])
def test_without_the_claim_or_the_money_nothing_is_decided(absent: FactName) -> None:
    with pytest.raises(KeyError, match=absent.name):
        decided(*(one for one in CHIPPED if one.name is not absent))


def test_a_person_who_corrects_a_fact_changes_the_decision() -> None:
    person = fact(FactName.PHOTO_DAMAGE, "moderate", method=FactMethod.PERSON)
    corrected = [person, *CHIPPED]
    assert (decided(*CHIPPED).amount, decided(*corrected).amount) == (euros(600), euros(1600))
