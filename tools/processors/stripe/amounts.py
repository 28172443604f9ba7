"""Amounts between our minor units (ISO 4217) and Stripe's own (https://docs.stripe.com/currencies).

Stripe's minor unit is ISO's, with these exceptions:

* ISK and UGX have no decimals, yet Stripe takes them as two-decimal amounts that end in 00: 5 UGX is `500`.
* MGA has two decimals in ISO 4217 and none at Stripe: 5 MGA is `5`, and iraimbilanja cannot be sent.
* Three-decimal currencies must end in 0: 5.124 KWD cannot be sent, 5.120 KWD is `5120`.

HUF and TWD are special for payouts only; charges and refunds are plain two-decimal amounts.
"""

from knowledge.money import Money, decimals_of

_ZERO_DECIMALS = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_WHOLE_UNITS_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
_THREE_DECIMALS = frozenset("BHD JOD KWD OMR TND".split())


def _stripe_decimals(currency: str) -> int:
    """Decimals of Stripe's minor unit; ValueError for currencies Stripe does not document."""
    if currency in _ZERO_DECIMALS:
        return 0
    if currency in _WHOLE_UNITS_IN_HUNDREDTHS:
        return 2
    if currency in _THREE_DECIMALS:
        return 3
    if decimals_of(currency) == 2:
        return 2
    raise ValueError(f"Stripe does not document amounts in {currency}; refund this payment on another channel")


def _scaled(minor: int, from_decimals: int, to_decimals: int, what: str) -> int:
    if to_decimals >= from_decimals:
        return minor * 10 ** (to_decimals - from_decimals)
    scaled, rest = divmod(minor, 10 ** (from_decimals - to_decimals))
    if rest:
        raise ValueError(f"{what} is not a whole number of the units that count; round it first")
    return scaled


def to_stripe(money: Money) -> int:
    """`money` in Stripe's minor units; ValueError when Stripe cannot carry it exactly."""
    if money.currency in _THREE_DECIMALS and money.minor % 10:
        raise ValueError(f"Stripe takes three-decimal amounts that end in 0 only; round {money} to ten fils")
    return _scaled(money.minor, decimals_of(money.currency), _stripe_decimals(money.currency), str(money))


def from_stripe(amount: int, currency: str) -> Money:
    """Stripe's `amount` in its lower-case `currency`; ValueError for a fraction the currency does not have."""
    code = currency.upper()
    minor = _scaled(amount, _stripe_decimals(code), decimals_of(code), f"Stripe's amount {amount} {currency}")
    return Money(minor=minor, currency=code)
