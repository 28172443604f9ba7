"""3-D Secure: what outcome and ECI together are worth on each network."""

from itertools import product

import pytest

from knowledge.case import CardNetwork
from knowledge.rules.liability.three_d_secure import Shift, assess_authentication

SHIFTED, ATTEMPTED, NOT, UNKNOWN = Shift.SHIFTED, Shift.ATTEMPTED, Shift.NOT_SHIFTED, Shift.UNKNOWN
LIKE_VISA = (CardNetwork.VISA, CardNetwork.AMEX, CardNetwork.DISCOVER)
TABLED = (*LIKE_VISA, CardNetwork.MASTERCARD)


@pytest.mark.parametrize("network", LIKE_VISA)
@pytest.mark.parametrize(
    ("outcome", "eci", "shift", "contradicts"),
    [
        ("authenticated", "05", SHIFTED, False),
        ("authenticated", "5", SHIFTED, False),
        ("attempted", "06", ATTEMPTED, False),
        ("attempted", "6", ATTEMPTED, False),
        ("failed", "07", NOT, False),
        ("failed", "00", NOT, False),
        ("failed", None, NOT, False),
        ("not_supported", "07", NOT, False),
        ("not_supported", None, NOT, False),
        ("authenticated", "06", NOT, True),
        ("attempted", "05", NOT, True),
        ("authenticated", "07", NOT, True),
        ("authenticated", "00", NOT, True),
        ("authenticated", "0", NOT, True),
        ("authenticated", "02", NOT, True),
        ("attempted", "01", NOT, True),
        ("attempted", "07", NOT, True),
        ("failed", "05", NOT, True),
        ("not_supported", "06", NOT, True),
        ("authenticated", None, UNKNOWN, False),
        ("authenticated", "", UNKNOWN, False),
        ("attempted", None, UNKNOWN, False),
        (None, "05", UNKNOWN, False),
        ("", "06", UNKNOWN, False),
        (None, "07", NOT, False),
        (None, None, UNKNOWN, False),
    ],
)
def test_visa_amex_and_discover_number_alike(
    network: CardNetwork, outcome: str | None, eci: str | None, shift: Shift, contradicts: bool
) -> None:
    found = assess_authentication(network, outcome, eci)
    assert (found.shift, found.contradiction is not None) == (shift, contradicts)


@pytest.mark.parametrize(
    ("outcome", "eci", "shift", "contradicts"),
    [
        ("authenticated", "02", SHIFTED, False),
        ("authenticated", "2", SHIFTED, False),
        ("attempted", "01", ATTEMPTED, False),
        ("failed", "00", NOT, False),
        ("authenticated", "00", NOT, True),
        ("authenticated", "01", NOT, True),
        ("attempted", "02", NOT, True),
        ("authenticated", "05", NOT, True),
        ("attempted", "06", NOT, True),
        ("authenticated", "07", NOT, True),
        ("authenticated", None, UNKNOWN, False),
    ],
)
def test_mastercard_has_numbers_of_its_own(outcome: str, eci: str | None, shift: Shift, contradicts: bool) -> None:
    found = assess_authentication(CardNetwork.MASTERCARD, outcome, eci)
    assert (found.shift, found.contradiction is not None) == (shift, contradicts)


@pytest.mark.parametrize("network", [CardNetwork.PAYPAL, CardNetwork.KLARNA])
def test_a_network_without_a_table_is_unknown_and_protects_nothing(network: CardNetwork) -> None:
    found = assess_authentication(network, "authenticated", "05")
    assert (found.shift, found.protects, found.source) == (UNKNOWN, False, None)


def test_of_all_pairs_exactly_two_protect_on_each_network_and_every_answer_has_a_source() -> None:
    outcomes = ("authenticated", "attempted", "failed", "not_supported", None)
    digits = [*(f"0{digit}" for digit in range(8)), None]
    for network in TABLED:
        answers = [assess_authentication(network, outcome, eci) for outcome, eci in product(outcomes, digits)]
        assert sum(answer.protects for answer in answers) == 2
        assert all(answer.source for answer in answers)


def test_a_contradiction_names_both_sides_as_the_records_have_them() -> None:
    found = assess_authentication(CardNetwork.MASTERCARD, "authenticated", "05")
    assert found.contradiction == (
        "the 3-D Secure outcome is authenticated but ECI 05 is no value of this network (mastercard)"
    )
