"""How PayPal writes ids, times, amounts and links."""

import secrets
import string
from datetime import UTC, datetime
from decimal import Decimal

from knowledge.money import Money, decimals_of
from tools.processors.sandbox.books import Wire

_ALPHABET = string.digits + string.ascii_uppercase
_WHOLE_ONLY = frozenset({"HUF", "JPY", "TWD"})
"""https://developer.paypal.com/api/rest/reference/currency-codes/: "does not support decimals"."""


def new_id() -> str:
    """A payment's id: seventeen digits and capitals."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(17))


def new_dispute_id() -> str:
    """A dispute's id: `PP-R-ABC-10012345`."""
    return f"PP-R-{''.join(secrets.choice(string.ascii_uppercase) for _ in range(3))}-{secrets.randbelow(90_000_000)}"


def at(seconds: float) -> str:
    """A time as PayPal writes it, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decimals(currency: str) -> int:
    """How many decimals PayPal takes in the currency; ValueError for an unknown code."""
    return 0 if currency in _WHOLE_ONLY else decimals_of(currency)


def amount(value: Decimal, currency: str) -> Wire:
    """An amount with the decimals PayPal writes."""
    return {"currency_code": currency, "value": f"{value:.{decimals(currency)}f}"}


def amount_of(money: Money) -> Wire:
    """Our money as PayPal writes it; ValueError for a fraction PayPal does not have."""
    value = Decimal(money.decimal_text())
    if value != value.quantize(Decimal(1).scaleb(-decimals(money.currency))):
        raise ValueError(f"PayPal has no {money}")
    return amount(value, money.currency)


def money_of(wire: Wire) -> Money:
    """PayPal's amount in our units."""
    currency: str = wire["currency_code"]
    return Money(minor=int(Decimal(wire["value"]).scaleb(decimals_of(currency))), currency=currency)


def link(base: str, path: str, rel: str, method: str = "GET") -> Wire:
    """A HATEOAS link."""
    return {"href": base + path, "rel": rel, "method": method}
