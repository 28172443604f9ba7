"""Amounts as buyers type them, in any script, and never one that could mean two things."""

import pytest

from console.buyer.amounts import typed_amount
from knowledge.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12,50", "EUR", 1250),
        (" 12,5 ", "EUR", 1250),
        ("12", "EUR", 1200),
        ("12 EUR", "EUR", 1200),
        ("1 250", "JPY", 1250),
        ("１２５０", "JPY", 1250),
        ("١٢٫٥٠", "SAR", 1250),
        ("1.250", "BHD", 1250),
        ("๑๒.๕๐", "THB", 1250),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text: str, currency: str, minor: int) -> None:
    assert typed_amount(text, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1.234", "EUR"),
        ("1,234.50", "EUR"),
        ("12.5", "JPY"),
        ("twelve", "EUR"),
        ("-1", "EUR"),
        ("", "EUR"),
        ("1e3", "EUR"),
        ("12 USD", "EUR"),
        ("²", "EUR"),
        ("9" * 40, "EUR"),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        typed_amount(text, currency)
