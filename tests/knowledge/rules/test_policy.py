"""A merchant's policy: complete, in order, and the same limit in every currency."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from knowledge.money import Money, currencies
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import HOUSE_POLICY, MerchantPolicy, SeverityBand

WITH_RATE = sorted({"EUR", *HOUSE_POLICY.reference_rates})
EUROS = some.integers(min_value=0, max_value=10**7).map(lambda cents: cents / 100)


def test_every_severity_has_one_band_and_more_harm_is_never_worth_less() -> None:
    bands = [HOUSE_POLICY.band(severity) for severity in Severity]
    assert [band.severity for band in bands] == list(Severity)
    assert len(HOUSE_POLICY.severity_bands) == len(Severity)
    for lighter, heavier in pairwise(bands):
        assert lighter.low <= heavier.low
        assert lighter.usual <= heavier.usual
        assert lighter.high <= heavier.high
        assert lighter.salvage >= heavier.salvage


@pytest.mark.parametrize("severity", list(Severity))
def test_a_bands_usual_share_lies_within_it(severity: Severity) -> None:
    band = HOUSE_POLICY.band(severity)
    assert band.low <= band.usual <= band.high


def test_a_forgotten_band_is_named_with_the_policy() -> None:
    short = HOUSE_POLICY.model_copy(update={"severity_bands": HOUSE_POLICY.severity_bands[:-1]})
    with pytest.raises(LookupError, match=f"{HOUSE_POLICY.version} has no band for severe harm"):
        short.band(Severity.SEVERE)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_share_lies_between_nothing_and_the_whole(share: float) -> None:
    with pytest.raises(ValidationError):
        SeverityBand(severity=Severity.MINOR, low=0.1, usual=share, high=0.2, salvage=0.0)


@pytest.mark.parametrize(
    ("eur", "currency", "minor"),
    [
        (25.0, "EUR", 2500),
        (25.0, "USD", 2900),
        (25.0, "JPY", 4300),
        (25.0, "KWD", 8875),
        (150.0, "BHD", 65250),
        (0.1, "EUR", 10),
        (8.5, "JPY", 1462),
        (0.005, "EUR", 0),
        (0.015, "EUR", 2),
    ],
)
def test_a_limit_in_another_currency_is_exact_to_its_minor_unit(eur: float, currency: str, minor: int) -> None:
    assert HOUSE_POLICY.in_currency(eur, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize("currency", ["ISK", "CLP", "XOF"])
def test_a_currency_the_policy_has_no_rate_for_has_no_limit_rather_than_a_guessed_one(currency: str) -> None:
    assert HOUSE_POLICY.in_currency(150.0, currency) is None


def test_every_rate_is_of_a_known_currency_and_above_nothing() -> None:
    assert set(HOUSE_POLICY.reference_rates) <= set(currencies()) - {"EUR"}
    assert all(Fraction(rate) > 0 for rate in HOUSE_POLICY.reference_rates.values())


@given(eur=EUROS, more=EUROS, currency=some.sampled_from(WITH_RATE))
def test_a_higher_limit_is_never_lower_in_another_currency(eur: float, more: float, currency: str) -> None:
    lower, higher = HOUSE_POLICY.in_currency(eur, currency), HOUSE_POLICY.in_currency(round(eur + more, 2), currency)
    assert lower is not None
    assert higher is not None
    assert lower <= higher


@given(cents=some.integers(min_value=0, max_value=10**9))
def test_euros_stay_the_same_cents(cents: int) -> None:
    assert HOUSE_POLICY.in_currency(cents / 100, "EUR") == Money(minor=cents, currency="EUR")


def test_the_house_policy_keeps_its_own_promises() -> None:
    policy = HOUSE_POLICY
    assert policy.small_claim_up_to_eur <= policy.automatic_up_to_eur
    assert policy.buyer_reminder_days < policy.offer_open_days
    assert policy.minimum_borne_out_confidence <= policy.minimum_claim_confidence
    assert policy.late_day_share <= policy.late_share_most


def test_what_only_a_person_can_judge_is_always_reviewed() -> None:
    assert set(HOUSE_POLICY.always_reviewed) == {
        DisputeReason.COUNTERFEIT,
        DisputeReason.UNAUTHORIZED,
        DisputeReason.DUPLICATE_CHARGE,
        DisputeReason.REFUND_NOT_PROCESSED,
        DisputeReason.OTHER,
    }


def test_a_policy_is_read_back_as_it_was_written_and_takes_no_unknown_rule() -> None:
    assert MerchantPolicy.model_validate_json(HOUSE_POLICY.model_dump_json()) == HOUSE_POLICY
    with pytest.raises(ValidationError, match="forbidden"):
        MerchantPolicy.model_validate(HOUSE_POLICY.model_dump() | {"deny_frequent_claimants": True})


@pytest.mark.parametrize("field", ["offer_open_days", "buyer_reminder_days", "review_sla_hours", "refund_poll_hours"])
def test_promises_may_be_broken_numbers_but_neither_nothing_nor_endless(field: str) -> None:
    rules = HOUSE_POLICY.model_dump()
    assert getattr(MerchantPolicy.model_validate(rules | {field: 0.5}), field) == 0.5
    for wrong in (0, -1, 100_000):
        with pytest.raises(ValidationError, match=field):
            MerchantPolicy.model_validate(rules | {field: wrong})


def test_whole_promises_stay_whole_on_disk() -> None:
    assert '"review_sla_hours":24,' in HOUSE_POLICY.model_dump_json()


def test_a_policy_written_before_returns_and_polls_were_in_it_waits_as_long_as_it_did() -> None:
    old = HOUSE_POLICY.model_dump(exclude={"return_open_days", "refund_poll_hours"})
    policy = MerchantPolicy.model_validate(old)
    assert (policy.return_open_days, policy.refund_poll_hours) == (30, 1)
