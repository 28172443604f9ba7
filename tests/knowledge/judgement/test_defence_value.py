"""What a fight is worth, who may start it, and what evidence is held for it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.case import CardNetwork
from knowledge.decision import DefenceDecision, Route, Stance
from knowledge.facts import Fact, FactName
from knowledge.judgement.defence import assess_liability, held_evidence
from knowledge.outcomes.closed_dispute import DisputeEnd
from knowledge.outcomes.win_rates import count_outcomes
from knowledge.rules.policy import HOUSE_POLICY
from knowledge.rules.reason_codes import evidence_vocabulary, find_reason
from tests.knowledge.judgement.claimed import by_name, delivered, euros, fact, route
from tests.knowledge.judgement.disputed import (
    ACCOUNT,
    ADDRESS,
    AT_THE_ADDRESS,
    IP,
    POLICY,
    bundle,
    credit,
    defended,
    prior,
    says,
)
from tests.knowledge.outcomes.ended import ended

ALWAYS = {"order_confirmation", "receipt_invoice", "product_listing_at_purchase"}
STAKE = some.integers(min_value=500, max_value=10**7)
GROUNDS: list[tuple[str, list[Fact], dict[str, Any]]] = [
    ("13.1", AT_THE_ADDRESS, {}),
    ("13.1", route("lost"), {}),
    ("13.1", [], {}),
    ("10.4", [], {}),
    ("13.3", delivered(9), {"messages": [says("buyer", "2026-10-20T08:00:00Z")]}),
    ("13.6", [], {"order": {"policies": [POLICY]}}),
    ("10.4", [], {"priors": [prior(1), prior(2)], "order": {"device": {"ip": IP, "account_id": ACCOUNT}}}),
    ("12.6.1", [], {"priors": [prior(1)]}),
]
ground = some.sampled_from(GROUNDS)


def lost_or_won(code: str, stake: int, facts: list[Fact], change: dict[str, Any], **how: Any) -> DefenceDecision:
    return defended("visa", code, *facts, disputed=stake, **change, **how)


def test_a_fight_is_worth_what_is_kept_of_the_stake_less_fee_letter_and_goodwill() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS, disputed=10000)
    # 43 % of answered disputes were won; with the delivery at the address half as many again: 64.5 %. One win in
    # twenty is lost again, so 61.275 % is kept, and the fee for answering falls due in the other 38.725 %.
    assert decision.win_probability == pytest.approx(0.645)
    assert decision.expected_value == euros(6128 - 774 - 200 - 500)
    assert "less fees, reversals, labour and goodwill is expected to bring 46.54 EUR" in decision.reasons[1].text
    assert decision.win_low is not None
    assert decision.win_high is not None
    assert decision.win_low < 0.645 < decision.win_high


def test_behind_a_fraud_there_is_no_buyer_whose_goodwill_is_lost() -> None:
    authenticated = (fact(FactName.PAYMENT_THREE_D_SECURE, "authenticated"), fact(FactName.PAYMENT_ECI, "05"))
    decision = defended("visa", "10.4", *authenticated, disputed=10000)
    assert decision.win_probability == pytest.approx(0.75)
    assert decision.expected_value == euros(7125 - 575 - 200)


def test_the_merchants_own_outcomes_outweigh_the_published_rate_and_are_named() -> None:
    lost = [ended(number, DisputeEnd.LOST) for number in range(40)]
    won = [ended(number) for number in range(40)]
    bad, good = (
        defended("visa", "13.1", *AT_THE_ADDRESS, disputed=10000, history=count_outcomes(outcomes))
        for outcomes in (lost, won)
    )
    assert bad.win_probability < 0.15
    assert good.win_probability > 0.9
    assert bad.stance is Stance.ACCEPT
    source = bad.reasons[1].source or ""
    assert "0 of this merchant's 40 answered disputes of this code were won" in source


@pytest.mark.parametrize(
    ("code", "basis"),
    [
        ("13.1", "2 of this merchant's 2 answered disputes of this code were won"),
        ("4855", "no outcomes of this code yet; the chance rests on 2 of the family's other codes"),
    ],
)
def test_a_chance_names_the_outcomes_it_rests_on(code: str, basis: str) -> None:
    network = "visa" if code == "13.1" else "mastercard"
    history = count_outcomes([ended(1), ended(2)])
    assert (defended(network, code, *AT_THE_ADDRESS, history=history).reasons[1].source or "").endswith(basis)
    alone = defended(network, code, *AT_THE_ADDRESS).reasons[1].source or ""
    assert alone.endswith("the merchant has no outcomes of this family yet; the chance rests on published rates")


def test_outcomes_of_what_was_fought_do_not_speak_for_a_case_without_the_decisive_item() -> None:
    won = count_outcomes([ended(number) for number in range(40)])
    without = defended("visa", "13.1", *route("lost"), history=won)
    assert without.win_probability == pytest.approx(0.43 / 1.5)


@pytest.mark.parametrize(
    ("code", "facts", "probability"),
    [
        ("10.4", [], 0.10),
        ("13.1", route("lost"), 0.43 / 1.5),
        ("11.3", [fact(FactName.PAYMENT_AUTHORIZATION_CODE, "A71B09")], 0.75),
        ("10.4", [fact(FactName.PAYMENT_THREE_D_SECURE, "authenticated"), fact(FactName.PAYMENT_ECI, "05")], 0.75),
        ("13.6", [], 0.56),
    ],
)
def test_the_decisive_record_raises_the_chance_and_its_lack_lowers_it(
    code: str, facts: list[Fact], probability: float
) -> None:
    assert defended("visa", code, *facts).win_probability == pytest.approx(probability)


@given(given_ground=ground, credited=some.integers(0, 10**6), stake=STAKE)
def test_no_fight_is_surer_than_nine_in_ten_or_hopeless(
    given_ground: tuple[str, list[Fact], dict[str, Any]], credited: int, stake: int
) -> None:
    code, facts, change = given_ground
    given_back = (credit(credited),) if credited else ()
    assert 0 < lost_or_won(code, stake, facts, change, given_back=given_back).win_probability <= 0.9


def test_a_fight_that_costs_more_than_it_brings_is_conceded_though_it_could_be_won() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS, disputed=1000)
    assert (decision.stance, decision.reasons[0].rule) == (Stance.ACCEPT, "defence.delivered")
    assert decision.expected_value <= euros(0)
    assert "would cost more than it is expected to bring" in decision.reasons[1].text


@given(given_ground=ground, stake=STAKE, more=STAKE)
def test_a_higher_stake_is_never_worth_less_to_fight(
    given_ground: tuple[str, list[Fact], dict[str, Any]], stake: int, more: int
) -> None:
    code, facts, change = given_ground
    lower, higher = (lost_or_won(code, amount, facts, change) for amount in (stake, stake + more))
    assert lower.expected_value <= higher.expected_value
    assert lower.win_probability == higher.win_probability
    if lower.stance is Stance.FIGHT:
        assert higher.stance is Stance.FIGHT


@given(stake=STAKE, fee=some.integers(0, 200), more=some.integers(0, 200))
def test_a_dearer_answer_never_makes_a_fight_worth_more(stake: int, fee: int, more: int) -> None:
    cheap = HOUSE_POLICY.model_copy(update={"counter_fee_eur": float(fee)})
    dear = HOUSE_POLICY.model_copy(update={"counter_fee_eur": float(fee + more)})
    values = [lost_or_won("13.1", stake, AT_THE_ADDRESS, {}, policy=one).expected_value for one in (cheap, dear)]
    assert values[1] <= values[0]


@given(given_ground=ground, stake=STAKE, amounts=some.lists(some.integers(1, 10**6), max_size=4))
def test_credited_and_contested_make_the_disputed_amount_to_the_minor_unit(
    given_ground: tuple[str, list[Fact], dict[str, Any]], stake: int, amounts: list[int]
) -> None:
    code, facts, change = given_ground
    decision = lost_or_won(code, stake, facts, change, given_back=tuple(credit(one) for one in amounts))
    assert decision.credited == euros(sum(amounts))
    assert decision.contested == euros(max(stake - sum(amounts), 0))


@given(given_ground=ground, stake=STAKE)
def test_the_same_question_gets_the_same_stance(
    given_ground: tuple[str, list[Fact], dict[str, Any]], stake: int
) -> None:
    code, facts, change = given_ground
    assert lost_or_won(code, stake, facts, change) == lost_or_won(code, stake, facts, change)


@pytest.mark.parametrize(
    ("stake", "facts", "why"),
    [
        (15000, AT_THE_ADDRESS, ()),
        (15001, AT_THE_ADDRESS, ("150.01 EUR is above the automatic limit of 150.00 EUR",)),
        (2500, route("lost"), ()),
        (2501, route("lost"), ("conceding more than a small claim needs a person",)),
        (2500, [], ("something only the merchant can supply is missing",)),
        (
            6000,
            [*AT_THE_ADDRESS, fact(FactName.CLAIM_INSTRUCTS, True)],
            ("a message tries to instruct the system",),
        ),
        (6000, [*AT_THE_ADDRESS, fact(FactName.CLAIM_INSTRUCTS, False)], ()),
    ],
)
def test_a_person_is_brought_in_for_large_fights_concessions_gaps_and_instructions(
    stake: int, facts: list[Fact], why: tuple[str, ...]
) -> None:
    decision = defended("visa", "13.1", *facts, disputed=stake)
    assert decision.review_because == why
    assert decision.route is (Route.REVIEW if why else Route.AUTOMATIC)


def test_a_doubt_from_outside_brings_a_person_once() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS, doubts=("two payments match", "two payments match"))
    assert (decision.route, decision.review_because) == (Route.REVIEW, ("two payments match",))


def test_in_a_currency_without_a_rate_a_person_decides_and_no_value_is_made_up() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS, currency="ISK")
    assert decision.review_because == ("the policy has no limits for ISK",)
    assert decision.expected_value.minor == 0
    assert decision.reasons[1].text == (
        "What fighting 6490 ISK would bring is not weighed: the policy has no rate for ISK."
    )


def held(*facts: Fact, credited: int = 0, **change: Any) -> set[str]:
    case, known = bundle("visa", "13.1", **change), by_name(*facts)
    liability = assess_liability(case, find_reason(CardNetwork.VISA, "13.1"), known)
    return set(held_evidence(case, known, euros(credited), liability)) - ALWAYS


def document(kind: str) -> dict[str, str]:
    return {"id": "d1", "path": "documents/d1.pdf", "kind": kind, "author": "merchant", "title": "Paper"}


@pytest.mark.parametrize(
    ("facts", "change", "items"),
    [
        ([], {}, set[str]()),
        ([], {"shipments": [{"id": "s1", "carrier": "ups", "tracking_number": "1Z"}]}, {"tracking_number"}),
        ([], {"shipments": [{"id": "s1", "carrier": "ups"}]}, set[str]()),
        ([fact(FactName.ROUTE_SHIPPED_AT, "2026-10-02T08:00:00Z")], {}, {"proof_of_shipment"}),
        (delivered(9), {}, {"proof_of_delivery"}),
        (AT_THE_ADDRESS, {}, {"proof_of_delivery", "delivery_address_match"}),
        ([*ADDRESS, *delivered(9, delivery_place="PARIS, FR")], {}, {"proof_of_delivery"}),
        ([*ADDRESS, *delivered(9, delivery_place="リヨン")], {}, {"proof_of_delivery"}),
        ([fact(FactName.ROUTE_SIGNED_BY, "E. MARCHAND")], {}, {"delivery_signature_or_photo"}),
        ([], {"messages": [says("buyer", "2026-10-20T08:00:00Z")]}, {"customer_communication"}),
        ([], {"order": {"policies": [POLICY]}}, {"refund_policy", "refund_policy_disclosure"}),
        ([], {"order": {"policies": [POLICY | {"accepted": False}]}}, {"refund_policy"}),
        (
            [],
            {"order": {"policies": [POLICY | {"accepted": False}, POLICY | {"kind": "shipping"}]}},
            {"refund_policy"},
        ),
        ([], {"order": {"policies": [POLICY | {"kind": "shipping"}]}}, set[str]()),
        ([], {"credited": 100}, {"refund_record", "partial_refund_record"}),
        ([fact(FactName.PAYMENT_AVS, "match")], {}, {"avs_cvv_result"}),
        ([fact(FactName.PAYMENT_CVC, "match")], {}, {"avs_cvv_result"}),
        ([fact(FactName.PAYMENT_CVC, "mismatch")], {}, set[str]()),
        (
            [fact(FactName.PAYMENT_THREE_D_SECURE, "authenticated"), fact(FactName.PAYMENT_ECI, "05")],
            {},
            {"three_ds_result"},
        ),
        ([], {"order": {"device": {"ip": IP}}}, {"ip_address"}),
        ([], {"order": {"device": {"fingerprint": "f"}}}, {"device_fingerprint"}),
        (
            [],
            {"order": {"device": {"ip": IP}}, "priors": [prior(1), prior(2)]},
            {"ip_address", "prior_undisputed_transactions"},
        ),
        ([], {"documents": [document("access_log")]}, {"digital_access_log"}),
        ([], {"documents": [document("customs")]}, {"customs_clearance_record"}),
        ([], {"documents": [document("quality_check")]}, {"pre_shipment_qc"}),
        ([], {"documents": [document("proof_of_delivery")]}, {"proof_of_delivery"}),
        ([], {"documents": [document("other")]}, set[str]()),
    ],
)
def test_an_item_of_evidence_is_held_when_the_records_show_it_and_never_otherwise(
    facts: list[Fact], change: dict[str, Any], items: set[str]
) -> None:
    assert held(*facts, **change) == items
    assert items | ALWAYS <= set(evidence_vocabulary())


def test_what_the_code_compels_is_either_held_or_lacking_in_order_of_force() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS)
    assert {"proof_of_delivery", "delivery_address_match"} <= set(decision.held)
    assert not set(decision.held) & set(decision.lacking)


def test_a_question_is_only_asked_when_the_merchant_is_asked() -> None:
    assert defended("visa", "13.1").question == "the carrier's tracking record or proof of delivery"
    assert defended("visa", "13.3", *route("lost")).question is None
