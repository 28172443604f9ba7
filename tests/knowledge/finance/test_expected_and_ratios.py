"""Expected recovery with its interval, totals in the reporting currency, and headroom under scheme programmes."""

from fractions import Fraction

from knowledge.decision import Stance
from knowledge.finance.expected import OpenDispute, exposure_of
from knowledge.finance.reporting import reported
from knowledge.finance.scheme_ratios import PROGRAMMES, MonthCounts, headroom
from knowledge.money import Money
from knowledge.rules.policy import HOUSE_POLICY

VAMP, ECM, _ = PROGRAMMES


def fought(stake: int, chance: str, low: str | None, high: str | None) -> OpenDispute:
    money = Money(minor=stake, currency="EUR")
    bounds = [None if bound is None else Fraction(bound) for bound in (low, high)]
    return OpenDispute("c", money, money, Stance.FIGHT, Fraction(chance), *bounds, net=Money(minor=1, currency="EUR"))


def test_the_expectation_is_the_sum_of_stake_times_chance_less_reversals() -> None:
    (one,) = exposure_of([fought(10_000, "0.5", "0.4", "0.6"), fought(20_000, "0.25", "0.2", "0.3")], HOUSE_POLICY)
    assert one.expected.minor == round((5_000 + 5_000) * 0.95)
    assert one.low < one.expected < one.high <= one.contested


def test_many_disputes_do_not_make_a_shared_error_smaller_but_luck_evens_out() -> None:
    few = exposure_of([fought(10_000, "0.5", "0.4", "0.6")] * 4, HOUSE_POLICY)[0]
    many = exposure_of([fought(10_000, "0.5", "0.4", "0.6")] * 4_000, HOUSE_POLICY)[0]
    narrow = (many.high.minor - many.low.minor) / many.contested.minor
    assert narrow < (few.high.minor - few.low.minor) / few.contested.minor
    assert narrow >= 0.95 * 0.2, "the chances' own interval stays, however many disputes there are"


def test_a_dispute_that_is_conceded_or_undecided_is_exposed_and_expects_nothing() -> None:
    face = Money(minor=5_000, currency="JPY")
    conceded = OpenDispute("a", face, face, Stance.ACCEPT, Fraction(1, 2), None, None, None)
    undecided = OpenDispute("b", face, None, None, None, None, None, None)
    (one,) = exposure_of([conceded, undecided], HOUSE_POLICY)
    assert (one.disputes, one.fought, one.undecided) == (2, 0, 1)
    assert (one.face.minor, one.expected.minor, one.high.minor) == (10_000, 0, 0)


def test_a_reported_total_is_rounded_once_and_says_what_it_leaves_out() -> None:
    amounts = [
        Money(minor=172, currency="JPY"),
        Money(minor=435, currency="BHD"),
        Money(minor=100, currency="EUR"),
        Money(minor=5, currency="XPF"),
    ]
    told = reported(amounts, HOUSE_POLICY)
    assert told is not None
    assert told.total == Money(minor=300, currency="EUR")
    assert told.rates == (("BHD", "0.435"), ("EUR", "1"), ("JPY", "172"))
    assert told.without_rate == (Money(minor=5, currency="XPF"),)


def test_headroom_is_unknown_without_sales_and_never_guessed() -> None:
    told = headroom(VAMP, MonthCounts(disputes=1_600))
    assert (told.ratio, told.left, told.excessive, told.complete) == (None, None, None, False)


def test_both_limits_must_be_reached_and_what_is_left_is_exact() -> None:
    counts = MonthCounts(disputes=1_000, fraud_reports=400, sales=80_000)
    told = headroom(VAMP, counts)
    assert (told.ratio, told.excessive, told.left) == (Fraction(1_400, 80_000), False, 99)
    reached = headroom(VAMP, counts.model_copy(update={"disputes": 1_000 + 100}))
    assert (reached.excessive, reached.left) == (True, 0)
    wide = headroom(VAMP, MonthCounts(disputes=1_600, fraud_reports=0, sales=200_001))
    assert wide.left == 3_001 - 1 - 1_600


def test_mastercards_ratio_is_told_over_both_months() -> None:
    told = headroom(ECM, MonthCounts(disputes=120, sales=10_000, sales_before=6_000))
    assert (told.ratio, told.ratio_over_month_before) == (Fraction(120, 10_000), Fraction(120, 6_000))
    assert told.excessive is False
