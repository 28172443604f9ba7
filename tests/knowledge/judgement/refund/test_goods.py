"""Claims about the goods: at fault, or no longer wanted."""

import pytest

from knowledge.decision import Resolution, Route
from knowledge.facts import Fact, FactMethod, FactName, Standing
from knowledge.reasons import DisputeReason, Severity
from tests.knowledge.judgement.claimed import claim, decided, delivered, euros, fact, harm, order, photo, precedent

FAULTS = ["damaged", "defective", "not_as_described", "wrong_item", "missing_parts"]
BY_A_PERSON = ["unauthorized", "duplicate_charge", "refund_not_processed", "other"]


def faulty(reason: str, *facts: Fact) -> tuple[Fact, ...]:
    return (claim(reason), *order(), *delivered(3), *facts)


@pytest.mark.parametrize("reason", ["changed_mind", "size_fit"])
@pytest.mark.parametrize(
    ("market", "days", "amount", "rule"),
    [
        ("DE", 14, 4500, "unwanted.return"),
        ("DE", 15, 4000, "unwanted.return"),
        ("DE", 30, 4000, "unwanted.return"),
        ("DE", 31, 0, "unwanted.too_late"),
        ("US", 1, 4000, "unwanted.return"),
        ("US", 31, 0, "unwanted.too_late"),
        ("BR", 7, 4500, "unwanted.return"),
        ("BR", 8, 4000, "unwanted.return"),
    ],
)
def test_unwanted_goods_go_back_by_law_with_the_delivery_charge_and_by_policy_without(
    reason: str, market: str, days: int, amount: int, rule: str
) -> None:
    decision = decided(claim(reason), *order(market=market), *delivered(days))
    assert (decision.amount, decision.reasons[1].rule) == (euros(amount), rule)
    assert decision.resolution is (Resolution.RETURN_AND_REFUND if amount else Resolution.DENY)
    assert (decision.route is Route.AUTOMATIC) is bool(amount)
    assert decision.floor == euros(4500 if amount == 4500 else 0)


@pytest.mark.parametrize("market", ["DE", "US"])
def test_unwanted_digital_goods_are_not_taken_back_and_a_person_says_so(market: str) -> None:
    decision = decided(claim("changed_mind"), *order(market=market), *delivered(1), fact(FactName.ORDER_DIGITAL, True))
    assert (decision.resolution, decision.route) == (Resolution.DENY, Route.REVIEW)


@pytest.mark.parametrize(
    ("severity", "resolution", "amount", "floor"),
    [
        ("minor", Resolution.PRICE_REDUCTION, 600, 400),
        ("moderate", Resolution.PRICE_REDUCTION, 1600, 1200),
        ("severe", Resolution.FULL_REFUND, 4500, 3200),
    ],
)
@pytest.mark.parametrize("reason", FAULTS)
def test_goods_at_fault_are_worth_the_usual_share_for_their_harm(
    reason: str, severity: str, resolution: Resolution, amount: int, floor: int
) -> None:
    decision = decided(*faulty(reason, harm(severity), *photo(severity)))
    assert (decision.resolution, decision.amount, decision.floor) == (resolution, euros(amount), euros(floor))
    assert [reason.rule for reason in decision.reasons[1:]] == ["fair_value", "least_cost"]


@pytest.mark.parametrize("told", [[], [harm("none")], [harm("minor"), *photo("minor")], [harm("severe")]])
def test_a_counterfeit_is_worth_nothing_however_neat_and_is_not_sent_back(told: list[Fact]) -> None:
    decision = decided(*faulty("counterfeit", *told))
    assert (decision.resolution, decision.amount) == (Resolution.FULL_REFUND, euros(4500))
    assert [name for name, _ in decision.alternatives] == ["full refund"]
    assert "claims of the kind 'counterfeit' are always reviewed" in decision.review_because


def test_the_fair_interval_of_a_reduction_is_the_band_and_a_refusal_may_send_the_goods_back() -> None:
    decision = decided(*faulty("damaged", harm("minor"), *photo("minor")))
    assert (decision.fair_low, decision.fair_high) == (euros(400), euros(1000))
    assert [(rung.resolution, rung.amount) for rung in decision.ladder] == [
        (Resolution.PRICE_REDUCTION, euros(600)),
        (Resolution.RETURN_AND_REFUND, euros(4500)),
    ]
    assert decision.ladder[1].needs == "the buyer prefers to send the goods back"


@pytest.mark.parametrize("severity", ["none", "minor", "moderate", "severe"])
def test_digital_goods_at_fault_are_never_to_be_sent_back(severity: str) -> None:
    valuable = [fact(FactName.ORDER_DIGITAL, True), fact(FactName.ORDER_COST, euros(3900))]
    past = tuple(
        precedent(0.9, case_id=f"past-{n}", reason=DisputeReason.DEFECTIVE, severity=Severity(severity))
        for n in range(20)
    )
    decision = decided(*faulty("defective", harm(severity), *valuable), precedents=past)
    assert decision.resolution is not Resolution.RETURN_AND_REFUND
    assert all(rung.resolution is not Resolution.RETURN_AND_REFUND for rung in decision.ladder)
    assert "return and refund" not in dict(decision.alternatives)


def test_the_grade_of_the_photo_goes_before_the_buyers_words() -> None:
    decision = decided(*faulty("damaged", harm("moderate"), *photo("minor")))
    assert decision.amount == euros(600)


@pytest.mark.parametrize("severity", ["minor", "moderate", "severe"])
def test_damage_that_only_words_show_is_asked_a_photo_and_paid_nothing(severity: str) -> None:
    decision = decided(*faulty("damaged", harm(severity), fact(FactName.PHOTO_COUNT, 0)))
    assert (decision.resolution, decision.question) == (Resolution.ASK_EVIDENCE, "photo_of_damage")
    assert (decision.amount, decision.floor, decision.route) == (euros(0), euros(0), Route.AUTOMATIC)


@pytest.mark.parametrize(
    "shown", [fact(FactName.PHOTO_COUNT, 1), fact(FactName.ROUTE_DAMAGE_SCAN, True)], ids=["photo", "carrier's scan"]
)
def test_a_photo_or_the_carriers_scan_is_enough_not_to_ask(shown: Fact) -> None:
    assert decided(*faulty("damaged", harm("minor"), shown)).resolution is Resolution.PRICE_REDUCTION


@pytest.mark.parametrize("reason", FAULTS)
def test_goods_at_fault_of_unknown_harm_are_asked_about_and_no_kind_is_called_a_persons_matter(reason: str) -> None:
    decision = decided(*faulty(reason))
    assert (decision.resolution, decision.question, decision.amount) == (
        Resolution.ASK_EVIDENCE,
        "details",
        euros(0),
    )
    assert decision.reasons[1].rule == "fault.harm_unknown"


@pytest.mark.parametrize("reason", BY_A_PERSON)
def test_claims_no_rule_settles_pay_nothing_and_go_to_a_person(reason: str) -> None:
    decision = decided(claim(reason), *order(), *delivered(3), harm("severe"))
    assert (decision.amount, decision.route, decision.reasons[1].rule) == (euros(0), Route.REVIEW, "person.reason")
    assert f"claims of the kind '{reason}' are always reviewed" in decision.review_because


STANDS = "nothing besides the buyer's word stands behind the claim"


@pytest.mark.parametrize(
    ("reason", "facts", "stands"),
    [
        ("damaged", [harm("minor"), *photo("minor")], True),
        ("damaged", [harm("minor"), *photo("minor", standing=Standing.CLAIMED)], False),
        ("damaged", [harm("minor"), fact(FactName.PHOTO_COUNT, 1)], False),
        ("damaged", [harm("minor"), fact(FactName.ROUTE_DAMAGE_SCAN, True)], True),
        ("defective", [harm("minor")], False),
        ("defective", [fact(FactName.CLAIM_SEVERITY, "minor", method=FactMethod.PERSON)], True),
        (
            "missing_parts",
            [harm("minor"), fact(FactName.ROUTE_WEIGHT_G, 500), fact(FactName.ORDER_WEIGHT_G, 1000)],
            True,
        ),
        ("wrong_item", [harm("minor"), fact(FactName.ROUTE_WEIGHT_G, 500), fact(FactName.ORDER_WEIGHT_G, 1000)], True),
        ("wrong_item", [harm("minor"), fact(FactName.ROUTE_WEIGHT_G, 990), fact(FactName.ORDER_WEIGHT_G, 1000)], False),
        ("defective", [harm("minor"), fact(FactName.ROUTE_WEIGHT_G, 500), fact(FactName.ORDER_WEIGHT_G, 1000)], False),
    ],
)
def test_a_claim_above_a_small_one_needs_more_than_the_buyers_word(
    reason: str, facts: list[Fact], stands: bool
) -> None:
    assert (STANDS in decided(*faulty(reason, *facts)).review_because) is not stands
    small = decided(claim(reason), *order(2500), *delivered(3), *facts)
    assert STANDS not in small.review_because


def test_harm_worth_nothing_is_told_as_that_and_not_as_an_empty_payment() -> None:
    decision = decided(*faulty("defective", harm("none")))
    assert (decision.amount, decision.route) == (euros(0), Route.REVIEW)
    assert "the fair share comes to nothing" in decision.review_because
    assert "nothing is left of the payment to give back" not in decision.review_because


def test_precedents_are_cited_with_what_differs_and_the_nearest_three_in_the_source() -> None:
    past = tuple(
        precedent(
            0.2, case_id=f"past-{n}", similarity=0.9 - n / 10, category="kitchen" if n else "lighting", market="DE"
        )
        for n in range(6)
    )
    facts = faulty("damaged", harm("minor"), *photo("minor"), fact(FactName.ORDER_CATEGORY, "lighting"))
    decision = decided(*facts, precedents=past)
    assert [cited.case_id for cited in decision.precedents] == [f"past-{n}" for n in range(5)]
    assert decision.precedents[0].differs == ()
    assert decision.precedents[1].differs == ("category kitchen rather than lighting",)
    assert str(decision.reasons[1].source).endswith(" and precedents past-0, past-1, past-2")


def test_a_source_without_precedents_names_none() -> None:
    decision = decided(*faulty("damaged", harm("minor"), *photo("minor")))
    assert decision.reasons[1].source == f"policy {decision.policy_version}"
