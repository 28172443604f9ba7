"""Money is whole minor units of one currency; nothing is rounded that need not be."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import BaseModel, TypeAdapter, ValidationError

from knowledge.money import Amount, Money, currencies, decimals_of, total

MINOR = some.integers(min_value=-(10**14), max_value=10**14)
CURRENCY = some.sampled_from(sorted(currencies()))
PART = some.fractions(min_value=0, max_value=1)
PARSED: TypeAdapter[Money] = TypeAdapter(Amount)


class Priced(BaseModel):
    price: Amount


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("HUF", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("CLP", 0),
        ("ISK", 0),
        ("BHD", 3),
        ("KWD", 3),
        ("TND", 3),
    ],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals
    assert currencies()[currency] == decimals


@pytest.mark.parametrize("code", ["eur", "EU", "EURO", "", "XXX", "BTC", "DEM", " EUR"])
def test_a_code_that_is_no_active_currency_is_refused_and_told_how_to_write_it(code: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 4217 currency"):
        decimals_of(code)
    with pytest.raises(ValidationError, match="not an ISO 4217 currency"):
        Money(minor=1, currency=code)


def test_every_currency_is_listed_once_in_alphabetical_order() -> None:
    codes = list(currencies())
    assert codes == sorted(codes)
    assert len(codes) > 150
    assert set(currencies().values()) == {0, 2, 3}


@pytest.mark.parametrize("minor", [12.5, 12.0, "12", Decimal(12), True])
def test_minor_units_are_whole_numbers_and_nothing_that_looks_like_one(minor: Any) -> None:
    with pytest.raises(ValidationError):
        Money(minor=minor, currency="EUR")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        ("0.01", "EUR", 1),
        ("-0.01", "EUR", -1),
        ("-0.00", "EUR", 0),
        ("007.10", "EUR", 710),
        ("1250", "JPY", 1250),
        ("1.234", "BHD", 1234),
        ("999999999999.99", "EUR", 99999999999999),
        ("999999999999.999", "KWD", 999999999999999),
    ],
)
def test_decimal_text_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("text", "currency"), [("12.505", "EUR"), ("12.500", "EUR"), ("12.0", "JPY"), ("1.2345", "BHD")]
)
def test_more_decimals_than_the_currency_has_are_refused_and_never_rounded(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="round it to the currency"):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    "text", ["", "12,50", "1 000", "1.000,00", "+5", "5.", ".5", "1e3", "١٢", "１２", "12.50\n", "--5", "NaN", "1" * 13]
)
def test_text_that_is_not_plain_digits_with_a_point_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a decimal amount"):
        Money.parse(text, "EUR")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (eur(1250), "12.50 EUR"),
        (eur(5), "0.05 EUR"),
        (eur(-5), "-0.05 EUR"),
        (eur(0), "0.00 EUR"),
        (Money(minor=1250, currency="JPY"), "1250 JPY"),
        (Money(minor=0, currency="KRW"), "0 KRW"),
        (Money(minor=1250, currency="BHD"), "1.250 BHD"),
        (Money(minor=100000000, currency="JPY"), "100000000 JPY"),
    ],
)
def test_an_amount_is_shown_with_exactly_the_decimals_of_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


@given(minor=some.integers(min_value=-(10**12) + 1, max_value=10**12 - 1), currency=CURRENCY)
def test_what_is_written_is_read_back_to_the_same_minor_unit(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    text = money.decimal_text()
    assert len(text.partition(".")[2]) == decimals_of(currency)
    assert Money.parse(text, currency) == money


@pytest.mark.parametrize("work", ["add", "sub", "lt", "le", "gt", "ge"])
def test_two_currencies_are_never_added_or_compared(work: str) -> None:
    with pytest.raises(ValueError, match=r"1\.00 EUR and 1\.00 USD|1\.00 USD and 1\.00 EUR"):
        getattr(eur(100), f"__{work}__")(Money(minor=100, currency="USD"))


def test_the_same_number_of_another_currency_is_another_amount() -> None:
    assert eur(100) != Money(minor=100, currency="USD")
    assert eur(100) == eur(100)


@given(one=MINOR, other=MINOR)
def test_amounts_of_a_currency_are_ordered_added_and_taken_off_as_their_minor_units(one: int, other: int) -> None:
    left, right = eur(one), eur(other)
    assert (left + right).minor == one + other
    assert left + right - right == left
    assert (left < right, left <= right, left > right, left >= right) == (
        one < other,
        one <= other,
        one > other,
        one >= other,
    )
    assert max(left, right).minor == max(one, other)


@pytest.mark.parametrize(
    ("minor", "part", "share"),
    [
        (1000, Fraction(15, 100), 150),
        (1, Fraction(1, 2), 0),
        (3, Fraction(1, 2), 2),
        (5, Fraction(1, 2), 2),
        (-3, Fraction(1, 2), -2),
        (100, Fraction(1, 3), 33),
        (200, Fraction(1, 3), 67),
        (4999, Fraction(0), 0),
        (4999, Fraction(1), 4999),
    ],
)
def test_a_share_is_rounded_to_the_nearest_minor_unit_and_a_half_to_the_even_one(
    minor: int, part: Fraction, share: int
) -> None:
    assert eur(minor).share(part) == eur(share)


def test_a_share_just_above_a_half_goes_up_however_large_the_amount() -> None:
    large = eur(10**18 + 1)
    assert large.share(Fraction(1, 2) + Fraction(1, 10**30)).minor == (10**18 + 2) // 2


@given(minor=MINOR, part=PART)
def test_a_share_lies_within_half_a_minor_unit_of_the_exact_one(minor: int, part: Fraction) -> None:
    assert abs(eur(minor).share(part).minor - minor * part) <= Fraction(1, 2)


@given(minor=some.integers(min_value=0, max_value=10**14), part=PART)
def test_a_share_and_the_rest_differ_from_the_whole_by_at_most_one_minor_unit(minor: int, part: Fraction) -> None:
    whole = eur(minor)
    assert eur(0) <= whole.share(part) <= whole
    assert abs((whole.share(part) + whole.share(1 - part)).minor - minor) <= 1


@given(minor=some.integers(min_value=0, max_value=10**14), parts=some.tuples(PART, PART))
def test_a_larger_part_is_never_a_smaller_share(minor: int, parts: tuple[Fraction, Fraction]) -> None:
    assert eur(minor).share(min(parts)) <= eur(minor).share(max(parts))


@given(minors=some.lists(MINOR, max_size=30), currency=CURRENCY)
def test_a_total_never_loses_a_minor_unit(minors: list[int], currency: str) -> None:
    assert total([Money(minor=one, currency=currency) for one in minors], currency) == Money(
        minor=sum(minors), currency=currency
    )


def test_a_total_refuses_an_amount_of_another_currency_and_names_both() -> None:
    with pytest.raises(ValueError, match="different currencies"):
        total([eur(100), Money(minor=100, currency="GBP")], "EUR")


def test_a_bundle_writes_an_amount_as_text_and_reads_it_back() -> None:
    priced = Priced.model_validate({"price": {"amount": "12.50", "currency": "EUR"}})
    assert priced.price == eur(1250)
    assert priced.model_dump(mode="json") == {"price": {"amount": "12.50", "currency": "EUR"}}
    assert Priced.model_validate_json(priced.model_dump_json()) == priced


@pytest.mark.parametrize(
    "written",
    [
        12.5,
        "12.50 EUR",
        None,
        ["12.50", "EUR"],
        {"amount": 12.5, "currency": "EUR"},
        {"amount": 1250, "currency": "EUR"},
        {"amount": "12.50"},
        {"amount": "12.50", "currency": "EUR", "tax": "0"},
        {"minor": 1250, "currency": "EUR"},
        {"amount": "12.50", "currency": "eur"},
        {"amount": "12.505", "currency": "EUR"},
    ],
)
def test_an_amount_of_a_bundle_in_any_other_shape_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        PARSED.validate_python(written)


def test_an_amount_that_is_money_already_stays_as_it_is() -> None:
    assert PARSED.validate_python(eur(1250)) == eur(1250)
