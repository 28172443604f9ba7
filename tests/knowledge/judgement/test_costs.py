"""What a resolution costs the merchant, and the cheapest that is fair."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.decision import Resolution
from knowledge.facts import FactName
from knowledge.judgement.costs import Costs, Weighed, weigh
from knowledge.judgement.fair_value import FairValue
from knowledge.money import Money
from knowledge.reasons import Severity
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.judgement.claimed import by_name, euros, fact

NOTHING = euros(0)
AMOUNT = some.integers(min_value=0, max_value=10**7)
HARM = some.sampled_from(Severity)


def costs(freight: int = 0, handling: int = 0, salvage: int = 0, goodwill: int = 0) -> Costs:
    return Costs(
        return_freight=euros(freight), handling=euros(handling), salvage=euros(salvage), goodwill=euros(goodwill)
    )


def weighed(
    usual: float, given: Costs, items: int = 10000, severity: Severity = Severity.MINOR, *, can_return: bool = True
) -> Weighed:
    fair = FairValue(low=usual, usual=usual, high=usual, rests_on=())
    return weigh(fair, given, items=euros(items), shipping=euros(500), severity=severity, can_return=can_return)


def test_freight_follows_the_weight_and_salvage_the_harm() -> None:
    facts = by_name(fact(FactName.ORDER_WEIGHT_G, 2400), fact(FactName.ORDER_COST, euros(3000)))
    found = Costs.of(HOUSE_POLICY, "EUR", facts, Severity.MINOR)
    assert found == costs(freight=600 + 600, handling=400, salvage=1500, goodwill=500)
    assert Costs.of(HOUSE_POLICY, "EUR", facts, Severity.SEVERE).salvage == NOTHING


def test_goods_of_unknown_weight_count_as_a_kilogram_and_of_unknown_cost_as_worthless() -> None:
    assert Costs.of(HOUSE_POLICY, "EUR", {}, Severity.NONE) == costs(freight=850, handling=400, goodwill=500)


def test_costs_are_in_the_orders_currency_and_its_precision() -> None:
    yen = Costs.of(HOUSE_POLICY, "JPY", {}, Severity.MINOR)
    assert (yen.return_freight, yen.handling) == (
        Money(minor=1462, currency="JPY"),
        Money(minor=688, currency="JPY"),
    )


def test_a_currency_without_a_rate_costs_nothing_until_a_person_looks() -> None:
    assert Costs.of(HOUSE_POLICY, "ISK", {}, Severity.MINOR) == Costs(
        return_freight=Money.zero("ISK"),
        handling=Money.zero("ISK"),
        salvage=Money.zero("ISK"),
        goodwill=Money.zero("ISK"),
    )


def test_a_small_reduction_is_weighed_with_the_chance_that_it_is_refused() -> None:
    found = weighed(0.15, costs(freight=800, handling=400, goodwill=500))
    assert (found.resolution, found.amount) == (Resolution.PRICE_REDUCTION, euros(1500))
    # Three of four take 15.00; the fourth gets everything back (105.00) and leaves angry (5.00).
    assert dict(found.alternatives)["price reduction"] == euros(1125 + 2750)


def test_goods_still_worth_more_than_their_way_back_are_sent_back() -> None:
    found = weighed(0.9, costs(freight=800, handling=400, salvage=6000))
    assert (found.resolution, found.amount) == (Resolution.RETURN_AND_REFUND, euros(10500))


def test_goods_that_cannot_be_sent_back_are_kept_whatever_they_would_fetch() -> None:
    found = weighed(0.9, costs(freight=800, handling=400, salvage=6000), can_return=False)
    assert found.resolution is Resolution.PRICE_REDUCTION
    assert "return and refund" not in dict(found.alternatives)


def test_goods_not_worth_their_way_back_are_kept_for_the_whole_price() -> None:
    found = weighed(1.0, costs(freight=800, handling=400, salvage=200))
    assert (found.resolution, found.amount) == (Resolution.FULL_REFUND, euros(10500))


def test_equal_costs_go_to_what_asks_least_of_the_buyer() -> None:
    assert weighed(1.0, costs()).resolution is Resolution.FULL_REFUND


@given(usual=some.floats(min_value=0, max_value=0.99), salvage=AMOUNT)
def test_severe_harm_is_never_answered_with_a_reduction(usual: float, salvage: int) -> None:
    found = weighed(usual, costs(salvage=salvage), severity=Severity.SEVERE)
    assert found.amount == euros(10500)
    assert "price reduction" not in dict(found.alternatives)


@given(
    usual=some.integers(min_value=0, max_value=100),
    given_costs=some.builds(costs, freight=AMOUNT, handling=AMOUNT, salvage=AMOUNT, goodwill=AMOUNT),
    items=AMOUNT,
    severity=HARM,
    can_return=some.booleans(),
)
def test_the_chosen_one_is_the_cheapest_of_the_alternatives_and_at_most_the_whole(
    usual: int, given_costs: Costs, items: int, severity: Severity, can_return: bool
) -> None:
    found = weighed(usual / 100, given_costs, items, severity, can_return=can_return)
    spent = [cost for _, cost in found.alternatives]
    assert spent == sorted(spent, key=lambda cost: cost.minor)
    assert found.alternatives[0][0] == found.resolution.value.replace("_", " ")
    assert NOTHING <= found.amount <= euros(items + 500)


@pytest.mark.parametrize("usual", [0.15, 0.4, 0.8])
@given(freight=AMOUNT, dearer=AMOUNT)
def test_a_dearer_way_back_never_makes_a_return_more_likely(usual: float, freight: int, dearer: int) -> None:
    now = weighed(usual, costs(freight=freight, salvage=7000))
    then = weighed(usual, costs(freight=freight + dearer, salvage=7000))
    assert not (then.resolution is Resolution.RETURN_AND_REFUND and now.resolution is not Resolution.RETURN_AND_REFUND)
