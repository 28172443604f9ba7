"""Fight, accept or ask: what each family's decisive record says."""

from typing import Any

import pytest

from knowledge.decision import Stance
from knowledge.facts import Fact, FactName
from knowledge.reasons import ChargebackFamily
from tests.knowledge.judgement.claimed import claim, delivered, euros, fact, route
from tests.knowledge.judgement.disputed import (
    ADDRESS,
    AT_THE_ADDRESS,
    POLICY,
    amount,
    credit,
    defended,
    prior,
    says,
)

FIGHT, ACCEPT, ASK = Stance.FIGHT, Stance.ACCEPT, Stance.ASK_MERCHANT
COMPLAINT, ANSWER = says("buyer", "2026-10-20T08:00:00Z"), says("merchant", "2026-10-21T08:00:00Z")
AVS = fact(FactName.PAYMENT_AVS, "match")


def secure(outcome: str, eci: str) -> list[Fact]:
    return [fact(FactName.PAYMENT_THREE_D_SECURE, outcome), fact(FactName.PAYMENT_ECI, eci)]


@pytest.mark.parametrize(
    ("facts", "stance", "rule"),
    [
        (AT_THE_ADDRESS, FIGHT, "defence.delivered"),
        ([*ADDRESS, *delivered(20, delivery_place="LYON, FR")], FIGHT, "defence.delivered"),
        ([*ADDRESS, *delivered(20, delivery_place="13001 MARSEILLE, FR")], ACCEPT, "defence.delivered_elsewhere"),
        ([*ADDRESS, *delivered(20)], ASK, "defence.delivery_place_unknown"),
        ([*ADDRESS, *delivered(20, delivery_place="リヨン")], ASK, "defence.delivery_place_unknown"),
        (delivered(20, delivery_place="69003 LYON, FR"), ASK, "defence.delivery_place_unknown"),
        (route("in_transit"), ACCEPT, "defence.not_delivered"),
        (route("lost"), ACCEPT, "defence.not_delivered"),
        ([], ASK, "defence.no_route"),
    ],
)
def test_goods_not_received_are_defended_by_a_delivery_at_the_address_alone(
    facts: list[Fact], stance: Stance, rule: str
) -> None:
    decision = defended("visa", "13.1", *facts)
    assert (decision.stance, decision.reasons[0].rule) == (stance, rule)
    assert (decision.question is not None) is (stance is ASK)


@pytest.mark.parametrize(
    ("facts", "stance"),
    [
        (secure("authenticated", "05"), FIGHT),
        (secure("authenticated", "5"), FIGHT),
        (secure("attempted", "06"), FIGHT),
        (secure("authenticated", "02"), ACCEPT),
        (secure("attempted", "1"), ACCEPT),
        (secure("authenticated", "06"), ACCEPT),
        (secure("authenticated", "07"), ACCEPT),
        (secure("authenticated", "00"), ACCEPT),
        (secure("failed", "05"), ACCEPT),
        (secure("not_supported", "05"), ACCEPT),
        ([fact(FactName.PAYMENT_THREE_D_SECURE, "authenticated")], ACCEPT),
        ([AVS, *AT_THE_ADDRESS], FIGHT),
        ([AVS, *delivered(20)], ACCEPT),
        (AT_THE_ADDRESS, ACCEPT),
        ([fact(FactName.PAYMENT_AVS, "mismatch"), *AT_THE_ADDRESS], ACCEPT),
        ([fact(FactName.PAYMENT_CVC, "match"), *AT_THE_ADDRESS], ACCEPT),
        ([], ACCEPT),
    ],
)
def test_fraud_is_defended_by_authentication_or_by_the_verified_address(facts: list[Fact], stance: Stance) -> None:
    assert defended("visa", "10.4", *facts, disputed=14000).stance is stance


QUALITY = {
    "id": "d1",
    "path": "documents/qc.pdf",
    "kind": "quality_check",
    "author": "merchant",
    "title": "Check sheet",
}


@pytest.mark.parametrize(
    ("facts", "change", "stance", "rule"),
    [
        (delivered(20), {"messages": [COMPLAINT, ANSWER]}, FIGHT, "defence.remedy_offered"),
        (delivered(20), {"documents": [QUALITY]}, FIGHT, "defence.remedy_offered"),
        (delivered(20), {"messages": [COMPLAINT]}, ASK, "defence.no_answer"),
        # Word that the parcel left is no answer to a complaint that came later, or that nobody made.
        (
            delivered(20),
            {"messages": [says("merchant", "2026-10-02T08:00:00Z"), COMPLAINT]},
            ASK,
            "defence.no_answer",
        ),
        (delivered(20), {"messages": [ANSWER]}, ASK, "defence.no_answer"),
        (route("lost"), {"messages": [COMPLAINT, ANSWER]}, ACCEPT, "defence.nothing_delivered"),
        ([], {"messages": [COMPLAINT, ANSWER]}, ASK, "defence.nothing_delivered"),
    ],
)
def test_goods_not_as_described_are_defended_when_they_came_and_the_complaint_was_answered(
    facts: list[Fact], change: dict[str, Any], stance: Stance, rule: str
) -> None:
    decision = defended("visa", "13.3", *facts, **change)
    assert (decision.stance, decision.reasons[0].rule) == (stance, rule)


ACCEPTED, SHOWN = POLICY, POLICY | {"accepted": False}


@pytest.mark.parametrize("code", ["13.6", "13.7", "13.2"])
@pytest.mark.parametrize(
    ("facts", "policies", "stance", "rule"),
    [
        ([], [ACCEPTED], FIGHT, "defence.no_credit_due"),
        ([], [ACCEPTED | {"kind": "returns"}], FIGHT, "defence.no_credit_due"),
        ([], [SHOWN], ASK, "defence.policy_unknown"),
        ([], [SHOWN, ACCEPTED | {"kind": "shipping"}], ASK, "defence.policy_unknown"),
        ([], [ACCEPTED | {"kind": "terms"}], ASK, "defence.policy_unknown"),
        ([], [], ASK, "defence.policy_unknown"),
        (route("returned"), [ACCEPTED], ACCEPT, "defence.refund_owed"),
    ],
)
def test_a_credit_that_never_came_is_defended_by_the_accepted_refund_policy_unless_the_goods_are_back(
    code: str, facts: list[Fact], policies: list[dict[str, Any]], stance: Stance, rule: str
) -> None:
    decision = defended("visa", code, *facts, order={"policies": policies})
    assert (decision.stance, decision.reasons[0].rule) == (stance, rule)


def test_a_credit_on_record_is_shown_and_only_the_rest_is_contested() -> None:
    decision = defended("visa", "13.6", given_back=(credit(2000),))
    assert (decision.stance, decision.credited, decision.contested) == (FIGHT, euros(2000), euros(4490))
    assert decision.reasons[-1].rule == "defence.credited"
    assert "20.00 EUR has been given back" in decision.reasons[-1].text


@pytest.mark.parametrize("code", ["13.1", "10.4", "13.3", "13.6", "12.6.1", "12.5"])
@pytest.mark.parametrize("given_back", [(credit(6490),), (credit(3000), credit(3490)), (credit(7000),)])
def test_a_dispute_of_money_already_given_back_is_fought_whatever_its_code(code: str, given_back: Any) -> None:
    decision = defended("visa", code, given_back=given_back)
    assert (decision.stance, decision.reasons[0].rule) == (FIGHT, "defence.credit_issued")
    assert decision.contested == euros(0)


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_a_credit_that_is_not_posted_is_none(state: str) -> None:
    decision = defended("visa", "13.1", *route("lost"), given_back=(credit(6490, state=state),))
    assert (decision.stance, decision.credited, decision.contested) == (ACCEPT, euros(0), euros(6490))


def test_a_credit_in_another_currency_brings_a_person_and_is_not_counted() -> None:
    decision = defended("visa", "13.1", *AT_THE_ADDRESS, given_back=(credit(2000), credit(1500, "USD")))
    assert (decision.credited, decision.contested) == (euros(2000), euros(4490))
    assert decision.review_because == ("15.00 USD was given back in another currency than the dispute's EUR",)


TWICE = {"amount": amount(6490), "at": "2026-09-30T23:00:00Z"}


@pytest.mark.parametrize(
    ("priors", "stance"),
    [
        ([prior(1, **TWICE)], FIGHT),
        ([prior(1), prior(2, **TWICE)], FIGHT),
        ([prior(1, **TWICE | {"at": "2026-09-24T00:00:00Z"})], FIGHT),
        ([prior(1, **TWICE | {"at": "2026-09-23T23:59:59Z"})], ASK),
        ([prior(1, **TWICE | {"amount": amount(6489)})], ASK),
        ([prior(1, **TWICE | {"amount": amount(6490, "USD")})], ASK),
        ([prior(1, **TWICE | {"processor_reference": "ch_lamp"})], ASK),
        ([prior(1)], ASK),
        ([], ASK),
    ],
)
def test_a_duplicate_is_defended_by_another_charge_of_the_amount_about_the_same_day(
    priors: list[dict[str, Any]], stance: Stance
) -> None:
    assert defended("visa", "12.6.1", priors=priors).stance is stance


@pytest.mark.parametrize(
    ("network", "code"), [("visa", "11.3"), ("visa", "12.1"), ("visa", "12.5"), ("discover", "PM")]
)
def test_other_codes_are_defended_by_the_authorisation_or_the_delivery(network: str, code: str) -> None:
    authorised = fact(FactName.PAYMENT_AUTHORIZATION_CODE, "A71B09")
    assert defended(network, code, authorised).stance is FIGHT
    assert defended(network, code, *delivered(20)).stance is FIGHT
    assert defended(network, code).stance is ASK


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ("not_received", "defence.no_route"),
        ("refund_not_processed", "defence.policy_unknown"),
        ("damaged", "defence.nothing_delivered"),
        (None, "defence.nothing_delivered"),
    ],
)
def test_a_code_of_several_families_follows_the_buyers_own_complaint(told: str | None, rule: str) -> None:
    facts = [claim(told)] if told else []
    assert defended("mastercard", "4853", *facts).reasons[0].rule == rule


def test_a_code_of_one_family_does_not_follow_the_complaint() -> None:
    assert defended("visa", "13.1", claim("refund_not_processed")).reasons[0].rule == "defence.no_route"


def test_every_family_has_a_code_here_and_an_answer() -> None:
    codes = {
        ChargebackFamily.FRAUD: ("visa", "10.4"),
        ChargebackFamily.AUTHORIZATION: ("visa", "11.3"),
        ChargebackFamily.PROCESSING_ERROR: ("visa", "12.1"),
        ChargebackFamily.CREDIT_NOT_PROCESSED: ("visa", "13.6"),
        ChargebackFamily.NOT_RECEIVED: ("visa", "13.1"),
        ChargebackFamily.NOT_AS_DESCRIBED: ("visa", "13.3"),
        ChargebackFamily.CANCELLED: ("visa", "13.7"),
        ChargebackFamily.DUPLICATE: ("visa", "12.6.1"),
        ChargebackFamily.PAID_BY_OTHER_MEANS: ("visa", "12.6.2"),
        ChargebackFamily.WRONG_AMOUNT: ("visa", "12.5"),
        ChargebackFamily.RECURRING: ("visa", "13.2"),
    }
    assert set(codes) == set(ChargebackFamily)
    for network, code in codes.values():
        assert defended(network, code).stance in {ASK, ACCEPT}, code


def test_without_the_processors_notice_there_is_nothing_to_defend() -> None:
    with pytest.raises(ValueError, match="needs the processor's notice"):
        defended("visa", "13.1", chargeback=None)
