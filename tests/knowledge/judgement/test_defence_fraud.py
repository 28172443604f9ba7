"""Fraud disputes: authentication by network, earlier purchases by the exact rules, ordinary links beside them."""

from typing import Any

import pytest

from knowledge.decision import Stance
from knowledge.facts import Fact, FactName, OrderField
from tests.knowledge.judgement.claimed import fact
from tests.knowledge.judgement.disputed import ACCOUNT, AT_THE_ADDRESS, IP, amount, defended, prior

FIGHT, ACCEPT, ASK = Stance.FIGHT, Stance.ACCEPT, Stance.ASK_MERCHANT
DEVICE = {"device": {"ip": IP, "account_id": ACCOUNT}}
ELSEWHERE = {"ip": "198.51.100.9", "account_id": ACCOUNT}
AVS = fact(FactName.PAYMENT_AVS, "match")


def secure(outcome: str, eci: str) -> list[Fact]:
    return [fact(FactName.PAYMENT_THREE_D_SECURE, outcome), fact(FactName.PAYMENT_ECI, eci)]


@pytest.mark.parametrize(
    ("network", "code", "outcome", "eci", "stance"),
    [
        ("mastercard", "4837", "authenticated", "02", FIGHT),
        ("mastercard", "4837", "attempted", "01", FIGHT),
        ("mastercard", "4837", "authenticated", "05", ACCEPT),
        ("amex", "F29", "authenticated", "05", FIGHT),
        ("discover", "UA02", "attempted", "06", FIGHT),
        ("discover", "UA02", "authenticated", "02", ACCEPT),
    ],
)
def test_authentication_counts_by_the_networks_own_numbers(
    network: str, code: str, outcome: str, eci: str, stance: Stance
) -> None:
    decision = defended(network, code, *secure(outcome, eci), disputed=14000)
    assert decision.stance is stance
    assert ("three_ds_result" in decision.held) is (stance is FIGHT)


def test_an_authentication_that_contradicts_itself_is_reported_and_brings_a_person() -> None:
    decision = defended("visa", "10.4", *secure("authenticated", "07"), disputed=2000)
    said = "the 3-D Secure outcome is authenticated but ECI 07 says not shifted (visa)"
    assert decision.review_because == (said,)
    assert f"Nothing rests on the authentication: {said}." in [reason.text for reason in decision.reasons]


@pytest.mark.parametrize(
    ("priors", "order", "stance", "rule"),
    [
        ([prior(1), prior(2)], DEVICE, FIGHT, "defence.ce3_qualified"),
        ([prior(1)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2, disputed=True)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2, refunded=True)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2, fraud_reported=True)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2, device=ELSEWHERE)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2, device=None)], DEVICE, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2)], {}, ACCEPT, "defence.fraud_unlinked"),
        ([prior(1), prior(2)], {"device": {"ip": IP}}, ACCEPT, "defence.fraud_unlinked"),
        # 3 June is 120 days before the payment of 1 October; 4 June is 119 before it, and 159 before the dispute.
        ([prior(1), prior(2, at="2026-06-03T08:00:00Z")], DEVICE, FIGHT, "defence.ce3_qualified"),
        ([prior(1), prior(2, at="2026-06-04T08:00:00Z")], DEVICE, ASK, "defence.ce3_edge"),
        # 14 July is 119 days before the dispute: too recent for every text.
        ([prior(1), prior(2, at="2026-07-14T08:00:00Z")], DEVICE, ACCEPT, "defence.fraud_unlinked"),
    ],
)
def test_under_10_4_earlier_purchases_defend_by_compelling_evidence_3_0_alone(
    priors: list[dict[str, Any]], order: dict[str, Any], stance: Stance, rule: str
) -> None:
    decision = defended("visa", "10.4", priors=priors, order=order, disputed=14000)
    assert (decision.stance, decision.reasons[0].rule) == (stance, rule)
    assert ("ce3_qualified_priors" in decision.held) is (stance is FIGHT)
    assert decision.ce3 is not None
    assert bool(decision.ce3.missing) is (stance is not FIGHT)


def test_an_edge_says_under_which_text_and_asks_for_what_would_mend_it() -> None:
    priors = [prior(1), prior(2, at="2026-06-04T08:00:00Z")]
    decision = defended("visa", "10.4", priors=priors, order=DEVICE, disputed=14000)
    assert decision.reasons[0].text.startswith(
        "The earlier purchases ch_prior2 and ch_prior1 share the IP address and "
    )
    assert "qualify under Visa's text (120 to 365 days before the dispute) only." in decision.reasons[0].text
    assert decision.question is not None
    assert "120 to 364 days before both the payment and the dispute" in decision.question


def test_an_edge_does_not_hide_goods_delivered_at_the_verified_address() -> None:
    priors = [prior(1), prior(2, at="2026-06-04T08:00:00Z")]
    decision = defended("visa", "10.4", AVS, *AT_THE_ADDRESS, priors=priors, order=DEVICE, disputed=14000)
    assert (decision.stance, decision.reasons[0].rule) == (FIGHT, "defence.linked")
    assert "defence.ce3_edge" in [reason.rule for reason in decision.reasons]


def test_where_compelling_evidence_3_0_qualifies_the_reason_cites_the_two_purchases_and_what_they_share() -> None:
    priors = [prior(1, disputed=True), prior(2), prior(3)]
    first = defended("visa", "10.4", priors=priors, order=DEVICE, disputed=14000).reasons[0]
    pointers = [citation.pointer for citation in first.citations if isinstance(citation, OrderField)]
    assert pointers == ["/chargeback/prior_transactions/1", "/chargeback/prior_transactions/2", "/order/device"]
    assert "ch_prior3 and ch_prior2 share the IP address and the account" in first.text
    assert first.source is not None
    assert "Compelling Evidence 3.0" in first.source


@pytest.mark.parametrize(("network", "code"), [("amex", "F29"), ("discover", "UA02"), ("mastercard", "4837")])
@pytest.mark.parametrize(
    ("priors", "stance"),
    [
        ([prior(1), prior(2, at="2026-09-20T08:00:00Z")], FIGHT),
        ([prior(1)], ACCEPT),
        ([prior(1), prior(2, fraud_reported=True)], ACCEPT),
        ([prior(1), prior(2, device=ELSEWHERE)], ACCEPT),
    ],
)
def test_elsewhere_two_sound_purchases_from_the_same_connection_defend_whatever_their_age(
    network: str, code: str, priors: list[dict[str, Any]], stance: Stance
) -> None:
    decision = defended(network, code, priors=priors, order=DEVICE, disputed=14000)
    assert decision.stance is stance
    assert decision.ce3 is None


IMEI = "356938035643809"
DOWNLOAD = {"sku": "font", "title": "Typeface", "unit_price": amount(13510), "digital": True}
LOG = {"id": "d9", "path": "documents/log.pdf", "kind": "access_log", "author": "merchant", "title": "Download log"}


@pytest.mark.parametrize(
    ("device_id", "line", "documents", "stance"),
    [
        (IMEI, DOWNLOAD, [LOG], FIGHT),
        (IMEI, DOWNLOAD, [], ACCEPT),
        (IMEI, DOWNLOAD | {"digital": False}, [LOG], ACCEPT),
        ("short", DOWNLOAD, [LOG], ACCEPT),
    ],
)
def test_digital_goods_under_10_4_are_defended_by_their_use_on_a_device_that_bought_before(
    device_id: str, line: dict[str, Any], documents: list[dict[str, Any]], stance: Stance
) -> None:
    device = {"device_id": device_id}
    order = {"device": device, "lines": [line]}
    decision = defended(
        "visa", "10.4", priors=[prior(1, device=device)], order=order, documents=documents, disputed=14000
    )
    assert decision.stance is stance


def test_data_for_first_party_trust_is_told_and_moves_no_stance() -> None:
    street = {"lines": ["9 rue des Brumes"], "city": "Lyon", "postcode": "69003", "country": "FR"}
    decision = defended("mastercard", "4837", order=DEVICE | {"ship_to": street}, disputed=14000)
    assert decision.stance is ACCEPT
    assert "fpt_device_delivery_identity" in decision.held
    assert decision.first_party_trust is not None
    told = [reason.text for reason in decision.reasons if reason.rule == "defence.first_party_trust_prepared"]
    assert told == [
        "Data for First-Party Trust: each of the three groups has an element. "
        "Mastercard alone decides whether it qualifies."
    ]
