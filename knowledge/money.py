"""Money: integer minor units with an ISO 4217 currency, and the arithmetic allowed on it."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, field_validator

from knowledge.base import Frozen

# ISO 4217 (list one, active codes). Every code not named in the other two sets has two decimals.
_ZERO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_TWO_DECIMALS = frozenset(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
        "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG "
        "SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES "
        "WST XCD YER ZAR ZMW ZWG"
    ).split()
)
# Not \d, which also takes the digits of other scripts.
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def currencies() -> dict[str, int]:
    """Every known ISO 4217 code with its number of decimals, in alphabetical order."""
    return {code: decimals_of(code) for code in sorted(_TWO_DECIMALS | _ZERO_DECIMALS | _THREE_DECIMALS)}


def decimals_of(currency: str) -> int:
    """Return how many decimals `currency` has (JPY 0, EUR 2, BHD 3); ValueError for an unknown code."""
    if currency in _TWO_DECIMALS:
        return 2
    if currency in _ZERO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    raise ValueError(f"{currency!r} is not an ISO 4217 currency; use an upper-case code such as EUR")


class Money(Frozen):
    """An amount in minor units (1250 EUR is 12.50 euro; 1250 JPY is 1250 yen)."""

    minor: int = Field(strict=True)
    currency: str

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, currency: str) -> str:
        decimals_of(currency)
        return currency

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in `currency`."""
        return cls(minor=0, currency=currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read decimal text exactly; ValueError when it has more decimals than the currency."""
        if not _DECIMAL_TEXT.fullmatch(text):
            raise ValueError(f"{text!r} is not a decimal amount; write digits with a point, such as 12.50")
        places = decimals_of(currency)
        given = len(text.partition(".")[2])
        if given > places:
            raise ValueError(f"{text} has {given} decimals but {currency} has {places}; round it to the currency")
        return cls(minor=int(Decimal(text).scaleb(places)), currency=currency)

    def decimal_text(self) -> str:
        """The amount with exactly the currency's decimals: `12.50`."""
        places = decimals_of(self.currency)
        return f"{Decimal(self.minor).scaleb(-places):.{places}f}"

    def __str__(self) -> str:
        return f"{self.decimal_text()} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self} and {other} are of different currencies")

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(minor=self.minor - other.minor, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.minor <= other.minor

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def share(self, part: Fraction) -> "Money":
        """`part` of this amount, rounded half to even to the minor unit (so halves do not drift)."""
        return Money(minor=round(self.minor * part), currency=self.currency)


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of `amounts`, all of which must be in `currency`; zero for none."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result


def _from_bundle(value: Any) -> Any:
    """Bundles write amounts as people do, `{"amount": "12.50", "currency": "EUR"}`."""
    if isinstance(value, Money):
        return value
    if not isinstance(value, dict):
        raise ValueError('write an amount as {"amount": "12.50", "currency": "EUR"}')
    fields: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
    if set(fields) != {"amount", "currency"} or not all(isinstance(part, str) for part in fields.values()):
        raise ValueError('write an amount as {"amount": "12.50", "currency": "EUR"}, both as text')
    return Money.parse(fields["amount"], fields["currency"])


def _to_bundle(money: Money) -> dict[str, str]:
    return {"amount": money.decimal_text(), "currency": money.currency}


Amount = Annotated[
    Money,
    BeforeValidator(_from_bundle),
    PlainSerializer(_to_bundle),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["amount", "currency"],
            "properties": {
                "amount": {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$", "examples": ["12.50"]},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
            },
            "description": "Decimal text with at most the currency's decimals, and an ISO 4217 code.",
        }
    ),
]
"""`Money` as a case bundle writes it: decimal text, never a float."""
