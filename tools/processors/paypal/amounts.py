"""Amounts between our minor units (ISO 4217) and PayPal's decimal text.

PayPal writes `{"currency_code": "EUR", "value": "12.50"}` with ISO's decimals, except that HUF and TWD, which have two
in ISO 4217, take none (https://developer.paypal.com/api/rest/reference/currency-codes/). PayPal answers whole amounts
with and without a point (`23`, `23.00`).
"""

import re
from decimal import Decimal

from knowledge.money import Money, decimals_of

_NO_DECIMALS = frozenset({"HUF", "TWD"})
_VALUE = re.compile(r"-?[0-9]{0,12}(\.[0-9]{1,6})?")


def to_paypal(money: Money) -> dict[str, str]:
    """`money` as PayPal writes it; ValueError when PayPal cannot carry it exactly."""
    if money.currency not in _NO_DECIMALS:
        return {"currency_code": money.currency, "value": money.decimal_text()}
    whole, rest = divmod(money.minor, 10 ** decimals_of(money.currency))
    if rest:
        raise ValueError(f"PayPal takes {money.currency} in whole units only; round {money}")
    return {"currency_code": money.currency, "value": str(whole)}


def from_paypal(value: str, currency: str) -> Money:
    """PayPal's `value` in `currency`; ValueError for a fraction the currency does not have."""
    if not _VALUE.fullmatch(value) or value in ("", "-"):
        raise ValueError(f"PayPal's amount {value!r} is not a decimal number")
    minor = Decimal(value).scaleb(decimals_of(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"PayPal's amount {value} has a fraction that {currency} does not have")
    return Money(minor=int(minor), currency=currency)
