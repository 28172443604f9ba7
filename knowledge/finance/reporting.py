"""A total in the merchant's reporting currency, for reading beside the figures and never in the journal."""

from collections.abc import Sequence
from fractions import Fraction

from knowledge.base import Frozen
from knowledge.money import Money, decimals_of
from knowledge.rules.policy import MerchantPolicy


class Reported(Frozen):
    """Amounts of several currencies in one, by the policy's reference rates."""

    total: Money
    rates: tuple[tuple[str, str], ...]
    """Currency and its units for one euro, as the policy has them."""
    without_rate: tuple[Money, ...]
    """What is not in the total, because the policy has no rate for it."""
    policy_version: str


def reported(amounts: Sequence[Money], policy: MerchantPolicy) -> Reported | None:
    """The amounts together, rounded once; None when the policy has no rate for the reporting currency itself."""
    target = policy.reporting_currency
    into = _rate(target, policy)
    if into is None:
        return None
    exact = Fraction(0)
    rates: dict[str, str] = {}
    without: list[Money] = []
    for amount in amounts:
        rate = _rate(amount.currency, policy)
        if rate is None:
            without.append(amount)
            continue
        rates[amount.currency] = policy.reference_rates.get(amount.currency, "1")
        exact += Fraction(amount.minor, 10 ** decimals_of(amount.currency)) / rate * into
    rates[target] = policy.reference_rates.get(target, "1")
    return Reported(
        total=Money(minor=round(exact * 10 ** decimals_of(target)), currency=target),
        rates=tuple(sorted(rates.items())),
        without_rate=tuple(without),
        policy_version=policy.version,
    )


def _rate(currency: str, policy: MerchantPolicy) -> Fraction | None:
    text = "1" if currency == "EUR" else policy.reference_rates.get(currency)
    return None if text is None else Fraction(text)
