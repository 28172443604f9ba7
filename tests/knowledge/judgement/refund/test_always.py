"""What holds for every refund decision, whatever the facts."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from knowledge.decision import Decision, Resolution, Route
from knowledge.facts import Fact, FactMethod, FactName, Standing
from knowledge.money import Money
from knowledge.precedent import RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.judgement.claimed import NOW, claim, decided, fact, precedent

CENTS = some.integers(min_value=1, max_value=200_000)
DAYS_AGO = some.integers(min_value=0, max_value=200)
SEVERITY = some.sampled_from(Severity)


@some.composite
def case_facts(draw: Any) -> tuple[Fact, ...]:
    """A claim with any mixture of records, photos and money, all lines or some of the order."""
    currency = draw(some.sampled_from(["EUR", "JPY", "KWD", "USD", "ISK"]))
    items, shipping, others = draw(CENTS), draw(some.integers(0, 5000)), draw(some.sampled_from([0, 0, 12345]))

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    facts = [
        claim(draw(some.sampled_from(DisputeReason)).value, confidence=draw(some.sampled_from([0.2, 0.4, 0.9]))),
        fact(FactName.ORDER_PAID, money(items + shipping + others)),
        fact(FactName.ORDER_ITEMS_PRICE, money(items)),
        fact(FactName.ORDER_SHIPPING_PAID, money(shipping)),
        fact(FactName.ORDER_DESTINATION, draw(some.sampled_from(["DE", "GB", "US", "BR", "JP"]))),
        fact(FactName.ORDER_DESTINATION_CITY, "Bremen"),
    ]

    def perhaps(name: FactName, values: Any, **how: Any) -> None:
        if draw(some.booleans()):
            facts.append(fact(name, draw(values), **how))

    ago = DAYS_AGO.map(lambda days: NOW - timedelta(days=days))
    perhaps(FactName.ORDER_REFUNDED, some.integers(0, 250_000).map(money))
    perhaps(FactName.ORDER_PROMISED_BY, ago)
    perhaps(FactName.ORDER_COST, CENTS.map(money))
    perhaps(FactName.ORDER_WEIGHT_G, some.integers(0, 30_000))
    perhaps(FactName.ORDER_DIGITAL, some.booleans())
    perhaps(FactName.ROUTE_STATUS, some.sampled_from(["lost", "delivered", "in_transit", "returned", "unknown"]))
    perhaps(FactName.ROUTE_DELIVERED_AT, ago)
    perhaps(FactName.ROUTE_DELIVERY_PLACE, some.sampled_from(["BREMEN, DE", "KASSEL, DE", "ブレーメン"]))
    perhaps(FactName.ROUTE_LAST_SCAN_AT, ago)
    perhaps(FactName.ROUTE_DAMAGE_SCAN, some.just(True))
    perhaps(FactName.ROUTE_WEIGHT_G, some.integers(0, 30_000))
    perhaps(FactName.PHOTO_COUNT, some.integers(0, 3))
    perhaps(FactName.PHOTO_DAMAGE, SEVERITY, method=draw(some.sampled_from(FactMethod)))
    perhaps(FactName.CLAIM_SEVERITY, SEVERITY, standing=Standing.CLAIMED)
    perhaps(FactName.CLAIM_INSTRUCTS, some.booleans())
    return tuple(facts)


SHARES = some.integers(0, 100).map(lambda percent: percent / 100)
PAST = some.lists(
    some.builds(precedent, SHARES, similarity=SHARES, reason=some.sampled_from(DisputeReason), severity=SEVERITY),
    max_size=6,
).map(tuple)


def money_of(facts: tuple[Fact, ...], name: FactName) -> int:
    return next((one.money().minor for one in facts if one.name is name), 0)


def left_of(facts: tuple[Fact, ...]) -> int:
    return max(money_of(facts, FactName.ORDER_PAID) - money_of(facts, FactName.ORDER_REFUNDED), 0)


def promises(decision: Decision) -> list[Money]:
    return [decision.amount, decision.floor, decision.fair_low, decision.fair_high] + [
        rung.amount for rung in decision.ladder
    ]


@given(facts=case_facts(), past=PAST)
def test_nothing_promised_is_below_nothing_above_the_claim_or_above_what_is_left(
    facts: tuple[Fact, ...], past: tuple[RecalledPrecedent, ...]
) -> None:
    claimed = money_of(facts, FactName.ORDER_ITEMS_PRICE) + money_of(facts, FactName.ORDER_SHIPPING_PAID)
    for promised in promises(decided(*facts, precedents=past)):
        assert 0 <= promised.minor <= min(left_of(facts), claimed)


@given(facts=case_facts(), past=PAST)
def test_what_the_law_guarantees_is_a_floor_under_the_amount_and_the_fair_interval_holds_it(
    facts: tuple[Fact, ...], past: tuple[RecalledPrecedent, ...]
) -> None:
    decision = decided(*facts, precedents=past)
    assert decision.floor <= decision.amount
    assert decision.fair_low <= decision.amount <= decision.fair_high


@given(facts=case_facts(), past=PAST)
def test_the_same_question_gets_the_same_decision(facts: tuple[Fact, ...], past: tuple[RecalledPrecedent, ...]) -> None:
    again = tuple(Fact.model_validate_json(one.model_dump_json()) for one in facts)
    assert decided(*facts, precedents=past) == decided(*again, precedents=past)


@given(facts=case_facts(), before=CENTS, past=PAST)
def test_money_given_back_before_never_raises_what_is_given_now(
    facts: tuple[Fact, ...], before: int, past: tuple[RecalledPrecedent, ...]
) -> None:
    currency = facts[1].money().currency
    others = tuple(one for one in facts if one.name is not FactName.ORDER_REFUNDED)
    more = Money(minor=money_of(facts, FactName.ORDER_REFUNDED) + before, currency=currency)
    then = decided(*others, fact(FactName.ORDER_REFUNDED, more), precedents=past)
    assert then.amount <= decided(*facts, precedents=past).amount


@given(facts=case_facts())
def test_a_person_is_brought_in_exactly_when_there_is_a_reason_to(facts: tuple[Fact, ...]) -> None:
    decision = decided(*facts)
    assert (decision.route is Route.REVIEW) is bool(decision.review_because)
    assert all(decision.review_because)


@given(facts=case_facts())
def test_nothing_is_denied_paid_in_an_unknown_currency_or_above_the_limit_without_a_person(
    facts: tuple[Fact, ...],
) -> None:
    decision = decided(*facts)
    limit = HOUSE_POLICY.in_currency(HOUSE_POLICY.automatic_up_to_eur, decision.amount.currency)
    if decision.route is Route.AUTOMATIC:
        assert decision.resolution is not Resolution.DENY
        assert limit is not None
        assert decision.amount <= limit


@given(facts=case_facts())
def test_a_denial_and_a_question_offer_nothing_and_everything_else_offers_its_amount_first(
    facts: tuple[Fact, ...],
) -> None:
    decision = decided(*facts)
    asks = decision.resolution is Resolution.ASK_EVIDENCE
    assert (decision.question is not None) is asks
    if asks or decision.resolution is Resolution.DENY:
        assert (decision.amount.minor, decision.ladder) == (0, ())
    else:
        assert (decision.ladder[0].resolution, decision.ladder[0].amount) == (decision.resolution, decision.amount)


@given(facts=case_facts(), past=PAST)
def test_a_later_offer_of_the_ladder_is_never_a_smaller_one(
    facts: tuple[Fact, ...], past: tuple[RecalledPrecedent, ...]
) -> None:
    amounts = [rung.amount.minor for rung in decided(*facts, precedents=past).ladder]
    assert amounts == sorted(amounts)


@given(facts=case_facts())
def test_every_decision_begins_with_the_law_and_every_reason_is_a_sentence(facts: tuple[Fact, ...]) -> None:
    decision = decided(*facts)
    assert decision.reasons[0].rule.startswith("entitlement.")
    assert len(decision.reasons) >= 2
    for reason in decision.reasons:
        assert reason.text
        assert "None" not in reason.text
        assert reason.source is None or reason.source == reason.source.strip()


@given(facts=case_facts(), words=some.booleans())
def test_a_text_that_instructs_the_system_moves_no_amount(facts: tuple[Fact, ...], words: bool) -> None:
    silent = tuple(one for one in facts if one.name is not FactName.CLAIM_INSTRUCTS)
    plain, told = decided(*silent), decided(*silent, fact(FactName.CLAIM_INSTRUCTS, words))
    assert (told.resolution, told.amount, told.ladder) == (plain.resolution, plain.amount, plain.ladder)
    assert told.route is Route.REVIEW or not words
