"""Win rates: own outcomes first, thin ones lean on wider ones of the same family, nothing leans on a headline."""

from fractions import Fraction

import pytest

from knowledge.case import CardNetwork, DisputeStage
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.outcomes.costs import dispute_costs
from knowledge.outcomes.win_rates import LEANING, WinRate, count_outcomes, wilson, win_rate
from knowledge.reasons import ChargebackFamily
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.outcomes.ended import ended

WON, LOST, PARTIAL = DisputeEnd.WON, DisputeEnd.LOST, DisputeEnd.PARTIAL
HALF = Fraction(1, 2)
FAMILY, VISA = ChargebackFamily.NOT_RECEIVED, CardNetwork.VISA


def rate(outcomes: list[ClosedDispute], published: Fraction = HALF, code: str = "13.1") -> WinRate:
    return win_rate(count_outcomes(outcomes), FAMILY, VISA, code, published)


def test_without_outcomes_the_published_rate_stands_with_a_wide_interval() -> None:
    told = rate([], Fraction(43, 100))
    assert (told.rate, told.answered, told.leaning_on) == (0.43, 0, 0.43)
    assert told.low < 0.2
    assert told.high > 0.7


def test_a_handful_moves_the_rate_and_many_outweigh_what_was_published() -> None:
    few = rate([ended(number) for number in range(4)], Fraction(1, 5))
    many = rate([ended(number) for number in range(200)], Fraction(1, 5))
    assert few.rate == pytest.approx((LEANING * 0.2 + 4) / (LEANING + 4))
    assert many.rate > 0.95
    assert many.high - many.low < (few.high - few.low) / 3


def test_outcomes_of_another_family_say_nothing() -> None:
    credits_won = [ended(number, family=ChargebackFamily.CREDIT_NOT_PROCESSED) for number in range(500)]
    assert rate(credits_won, Fraction(15, 100)).rate == 0.15


def test_thin_counts_lean_on_the_same_network_more_than_on_others() -> None:
    beside = [ended(number, reason_code="13.1-other") for number in range(50)]
    elsewhere = [ended(number, network=CardNetwork.AMEX, reason_code="C08") for number in range(50)]
    lost_elsewhere = [ended(50 + number, LOST, network=CardNetwork.AMEX, reason_code="C08") for number in range(50)]
    assert rate(elsewhere).rate > 0.9
    assert rate([*beside, *lost_elsewhere]).rate > 0.7
    assert rate(lost_elsewhere).rate < 0.1
    # Own outcomes are not counted a second time in what they lean on.
    assert rate([ended(number) for number in range(8)], HALF).leaning_on == 0.5


def test_only_fought_disputes_count_and_a_part_counts_as_its_share() -> None:
    quarter = ended(1, PARTIAL, recovered=Money(minor=2_500, currency="EUR"))
    foreign = ended(2, PARTIAL, recovered=Money(minor=9_000, currency="USD"))
    rest = [ended(3, DisputeEnd.ACCEPTED), ended(4, DisputeEnd.UNANSWERED), ended(5, DisputeEnd.CLOSED), ended(6, LOST)]
    (count,) = count_outcomes([quarter, foreign, *rest])
    assert (count.answered, count.won_shares) == (3, 0.75)


@pytest.mark.parametrize(
    ("share", "count", "low", "high"),
    # Published worked values (Newcombe 1998, table I, method 3: score without continuity correction).
    [
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(share: float, count: int, low: float, high: float) -> None:
    assert wilson(share, count) == pytest.approx((low, high), abs=0.0001)


@pytest.mark.parametrize(
    ("end", "stage", "minor"),
    [
        (WON, DisputeStage.CHARGEBACK, 2_200),
        (LOST, DisputeStage.CHARGEBACK, 4_200),
        (PARTIAL, DisputeStage.CHARGEBACK, 4_200),
        (DisputeEnd.ACCEPTED, DisputeStage.CHARGEBACK, 2_000),
        (DisputeEnd.CLOSED, DisputeStage.INQUIRY, 0),
    ],
)
def test_the_fee_for_answering_comes_back_on_a_win(end: DisputeEnd, stage: DisputeStage, minor: int) -> None:
    assert dispute_costs(end, stage, "EUR", HOUSE_POLICY) == Money(minor=minor, currency="EUR")
    assert dispute_costs(end, stage, "XAF", HOUSE_POLICY) is None
