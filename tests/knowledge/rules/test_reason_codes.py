import pytest

from knowledge.case import CardNetwork
from knowledge.reasons import ChargebackFamily
from knowledge.rules.reason_codes import UnknownReasonCode, evidence_vocabulary, find_reason, reason_codes


def test_every_network_has_its_codes_and_no_code_is_listed_twice():
    keys = [(reason.network, reason.code.casefold()) for reason in reason_codes()]
    assert len(keys) == len(set(keys)) == 166
    assert {network for network, _ in keys} == set(CardNetwork)


def test_every_family_is_reached_by_some_code():
    assert {reason.family for reason in reason_codes()} - {None} == set(ChargebackFamily)


def test_evidence_lists_speak_the_vocabulary_and_say_how_far_they_are_verified():
    for reason in reason_codes():
        assert set(reason.compels or ()) <= set(evidence_vocabulary()), reason.code
        assert (reason.compels is None) == (reason.basis is None), reason.code


def test_only_codes_nobody_could_confirm_lack_a_source():
    assert [reason.code for reason in reason_codes() if not reason.sources] == ["4999", "CR"]


@pytest.mark.parametrize(
    ("network", "code", "family"),
    [
        (CardNetwork.VISA, "10.4", ChargebackFamily.FRAUD),
        (CardNetwork.VISA, "11.3", ChargebackFamily.AUTHORIZATION),
        (CardNetwork.VISA, "12.1", ChargebackFamily.PROCESSING_ERROR),
        (CardNetwork.VISA, "12.5", ChargebackFamily.WRONG_AMOUNT),
        (CardNetwork.VISA, "12.6.1", ChargebackFamily.DUPLICATE),
        (CardNetwork.VISA, "12.6.2", ChargebackFamily.PAID_BY_OTHER_MEANS),
        (CardNetwork.VISA, "13.1", ChargebackFamily.NOT_RECEIVED),
        (CardNetwork.VISA, "13.2", ChargebackFamily.RECURRING),
        (CardNetwork.VISA, "13.3", ChargebackFamily.NOT_AS_DESCRIBED),
        (CardNetwork.VISA, "13.6", ChargebackFamily.CREDIT_NOT_PROCESSED),
        (CardNetwork.VISA, "13.7", ChargebackFamily.CANCELLED),
        (CardNetwork.MASTERCARD, "4837", ChargebackFamily.FRAUD),
        (CardNetwork.AMEX, "C08", ChargebackFamily.NOT_RECEIVED),
        (CardNetwork.DISCOVER, "UA02", ChargebackFamily.FRAUD),
        (CardNetwork.PAYPAL, "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED", ChargebackFamily.NOT_AS_DESCRIBED),
        (CardNetwork.KLARNA, "goods_not_received", ChargebackFamily.NOT_RECEIVED),
    ],
)
def test_a_code_belongs_to_its_family(network: CardNetwork, code: str, family: ChargebackFamily):
    assert find_reason(network, code).family is family


def test_spaces_and_case_of_a_code_do_not_matter():
    assert find_reason(CardNetwork.MASTERCARD, " 4853").code == "4853"
    assert find_reason(CardNetwork.DISCOVER, "rn2 ").code == "RN2"


def test_an_acquirers_number_names_the_same_discover_code():
    assert find_reason(CardNetwork.DISCOVER, "4755").code == "RG"


def test_mastercard_4853_can_carry_several_families():
    reason = find_reason(CardNetwork.MASTERCARD, "4853")
    assert ChargebackFamily.NOT_RECEIVED in reason.also
    assert reason.window_days == 45
    assert reason.basis == "network_quote"


def test_what_is_not_known_stays_null():
    assert find_reason(CardNetwork.DISCOVER, "RG").window_days is None
    assert find_reason(CardNetwork.MASTERCARD, "4999").family is None
    assert find_reason(CardNetwork.VISA, "13.8").compels is None


def test_an_unknown_code_names_the_nearest_known_one():
    with pytest.raises(UnknownReasonCode, match=r"'13\.11' is not a known visa code; did you mean 13\.1") as caught:
        find_reason(CardNetwork.VISA, "13.11")
    assert "13.1" in caught.value.nearest


def test_a_code_that_was_split_names_both_halves():
    with pytest.raises(UnknownReasonCode, match=r"did you mean 12\.6\.1 or 12\.6\.2\?"):
        find_reason(CardNetwork.VISA, "12.6")
