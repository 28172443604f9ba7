"""Amounts between our minor units (ISO 4217) and Adyen's own.

Adyen's minor unit is ISO's, with these exceptions (https://docs.adyen.com/development-resources/currency-codes, where
they are marked "differs from standard"): CLP and ISK have two decimals, CVE and IDR have none.
"""

from knowledge.money import Money, decimals_of

_ADYEN_DECIMALS = {"CLP": 2, "ISK": 2, "CVE": 0, "IDR": 0}


def to_adyen(money: Money) -> dict[str, int | str]:
    """`money` as Adyen's `{value, currency}`; ValueError when Adyen cannot carry it exactly."""
    return {"value": _scaled(money.minor, money.currency, to_adyen_units=True), "currency": money.currency}


def from_adyen(value: int, currency: str) -> Money:
    """Adyen's `value` in `currency`; ValueError for a fraction the currency does not have."""
    return Money(minor=_scaled(value, currency, to_adyen_units=False), currency=currency)


def _scaled(amount: int, currency: str, *, to_adyen_units: bool) -> int:
    iso = decimals_of(currency)
    adyen = _ADYEN_DECIMALS.get(currency, iso)
    more = adyen - iso if to_adyen_units else iso - adyen
    if more >= 0:
        return amount * 10**more
    scaled, rest = divmod(amount, 10**-more)
    if rest:
        whole = "Adyen takes whole units only" if to_adyen_units else "the currency has no such fraction"
        raise ValueError(f"amount: {amount} {currency} cannot be carried exactly ({whole}); round it first")
    return scaled
