import pytest

from knowledge.money import Money
from tools.ports import DisputeState, RefundState
from tools.processors.stripe.amounts import from_stripe, to_stripe
from tools.processors.stripe.mapping import dispute_state, refund_state


@pytest.mark.parametrize(
    ("minor", "currency", "stripe"),
    [
        (1250, "EUR", 1250),
        (1250, "HUF", 1250),
        (1250, "TWD", 1250),
        (500, "JPY", 500),
        (500, "KRW", 500),
        (500, "VND", 500),
        (500, "CLP", 500),
        (500, "XPF", 500),
        (5120, "KWD", 5120),
        (5120, "BHD", 5120),
        (5120, "TND", 5120),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (500, "MGA", 5),
    ],
)
def test_amounts_travel_in_stripes_units_and_come_back_the_same(minor: int, currency: str, stripe: int) -> None:
    money = Money(minor=minor, currency=currency)
    assert to_stripe(money) == stripe
    assert from_stripe(stripe, currency.lower()) == money


@pytest.mark.parametrize(
    ("minor", "currency", "mend"),
    [
        (5124, "KWD", r"end in 0 only; round 5\.124 KWD"),
        (501, "MGA", r"5\.01 MGA is not a whole number"),
        (5120, "IQD", "does not document amounts in IQD; refund this payment on another channel"),
        (5, "UYI", "does not document amounts in UYI"),
    ],
)
def test_an_amount_stripe_cannot_carry_is_named_with_its_mend(minor: int, currency: str, mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        to_stripe(Money(minor=minor, currency=currency))


def test_a_fraction_of_a_krona_from_stripe_is_not_rounded_away() -> None:
    with pytest.raises(ValueError, match="4010 isk is not a whole number"):
        from_stripe(4010, "isk")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("succeeded", RefundState.SUCCEEDED),
        ("failed", RefundState.FAILED),
        ("canceled", RefundState.CANCELED),
        ("pending", RefundState.PENDING),
        ("requires_action", RefundState.PENDING),
        ("Succeeded", RefundState.PENDING),
        ("", RefundState.PENDING),
        (None, RefundState.PENDING),
    ],
)
def test_only_a_state_known_to_be_final_ends_a_refund(status: str | None, state: RefundState) -> None:
    assert refund_state(status) is state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("warning_needs_response", DisputeState.NEEDS_RESPONSE),
        ("needs_response", DisputeState.NEEDS_RESPONSE),
        ("appeal_needs_response", DisputeState.NEEDS_RESPONSE),
        ("warning_under_review", DisputeState.UNDER_REVIEW),
        ("under_review", DisputeState.UNDER_REVIEW),
        ("appeal_under_review", DisputeState.UNDER_REVIEW),
        ("won", DisputeState.WON),
        ("lost", DisputeState.LOST),
        ("warning_closed", DisputeState.CLOSED),
        ("prevented", DisputeState.LOST),
        ("won_on_appeal", DisputeState.UNDER_REVIEW),
        (None, DisputeState.UNDER_REVIEW),
    ],
)
def test_only_a_state_known_to_be_won_is_won(status: str | None, state: DisputeState) -> None:
    assert dispute_state(status) is state
