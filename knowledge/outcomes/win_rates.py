"""How often answers win, per network and code, with an interval; thin counts lean on wider ones, none is a headline.

A merchant's own outcomes of a code count first. While they are few they are pulled towards the merchant's other codes
of the same family on that network, those towards the family on other networks, and those towards the family's published
rate. Rates of different families are never pooled: a shop that wins every credit case wins no more fraud for it.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from knowledge.outcomes.closed_dispute import ClosedDispute
from knowledge.reasons import ChargebackFamily

LEANING = 8
"""As many outcomes as the wider rate counts for; our own choice: at eight own outcomes each side weighs the same."""
# Win rates of answered disputes per family where our sources give one (four shops, August 2026, n >= 45 each); other
# families start at the even middle.
_PUBLISHED: dict[ChargebackFamily, Fraction] = {
    ChargebackFamily.CREDIT_NOT_PROCESSED: Fraction(84, 100),
    ChargebackFamily.NOT_AS_DESCRIBED: Fraction(53, 100),
    ChargebackFamily.NOT_RECEIVED: Fraction(43, 100),
    ChargebackFamily.FRAUD: Fraction(15, 100),
}
_EVEN = Fraction(1, 2)
_Z = 1.96
"""Of a 95 % interval."""


class OutcomeCount(Frozen):
    """Answered disputes of one network and code that have ended."""

    family: ChargebackFamily
    network: CardNetwork
    reason_code: str
    answered: int
    won_shares: float
    """Wins, with partly recovered ones as their share."""


class WinRate(Frozen):
    """A rate with its 95 % interval, and what it rests on."""

    rate: float
    low: float
    high: float
    answered: int
    """The merchant's own outcomes of this network and code."""
    won_shares: float
    leaning_on: float
    """The wider rate that thin counts are pulled towards."""
    of_family: int
    """The merchant's outcomes of the family's other codes, which moved that wider rate; 0 leaves the published one."""


def published_rate(family: ChargebackFamily) -> Fraction:
    """The family's rate before a merchant has outcomes of their own."""
    return _PUBLISHED.get(family, _EVEN)


def count_outcomes(ended: Iterable[ClosedDispute]) -> tuple[OutcomeCount, ...]:
    """Counts per family, network and code, of what was fought; in the order of their names."""
    sums: dict[tuple[ChargebackFamily, CardNetwork, str], tuple[int, Fraction]] = {}
    for one in ended:
        if one.end.fought:
            key = (one.family, one.network, one.reason_code)
            answered, won = sums.get(key, (0, Fraction(0)))
            sums[key] = (answered + 1, won + one.share)
    return tuple(
        OutcomeCount(family=family, network=network, reason_code=code, answered=answered, won_shares=float(won))
        for (family, network, code), (answered, won) in sorted(sums.items())
    )


def win_rate(
    counts: Sequence[OutcomeCount], family: ChargebackFamily, network: CardNetwork, code: str, published: Fraction
) -> WinRate:
    """The rate for one network and code. `published` is the family's rate where the merchant has no outcomes."""
    of_family = [one for one in counts if one.family is family]
    elsewhere = [one for one in of_family if one.network is not network]
    beside = [one for one in of_family if one.network is network and one.reason_code != code]
    own = [one for one in of_family if one.network is network and one.reason_code == code]
    wider = _leaning(float(published), elsewhere)
    wider = _leaning(wider, beside)
    rate = _leaning(wider, own)
    answered, won = _sums(own)
    low, high = wilson(rate, answered + LEANING)
    return WinRate(
        rate=rate,
        low=low,
        high=high,
        answered=answered,
        won_shares=won,
        leaning_on=wider,
        of_family=_sums(elsewhere)[0] + _sums(beside)[0],
    )


def wilson(rate: float, count: float) -> tuple[float, float]:
    """The 95 % Wilson interval of `rate` seen over `count` outcomes; everything is possible when there are none."""
    if count <= 0:
        return 0.0, 1.0
    square = _Z * _Z / count
    middle = (rate + square / 2) / (1 + square)
    half = _Z * sqrt(rate * (1 - rate) / count + square / (4 * count)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def _leaning(towards: float, counts: Sequence[OutcomeCount]) -> float:
    answered, won = _sums(counts)
    return (LEANING * towards + won) / (LEANING + answered)


def _sums(counts: Sequence[OutcomeCount]) -> tuple[int, float]:
    return sum(one.answered for one in counts), sum(one.won_shares for one in counts)
