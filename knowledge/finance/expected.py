"""What open disputes are expected to bring back, with an interval.

Each dispute's decision says the chance of winning with its 95 % interval. The expectation is the sum of contested
amount times chance, less the share of wins the policy expects to lose again. Two things make the sum uncertain, and
both are in its interval: the chances themselves, which rest on the same few outcomes and published rates and so may all
be wrong the same way (their half-widths are added up as they are), and the luck of each single dispute, which is its
own (variances are added up). The two are joined as the root of the sum of their squares. Amounts are whole minor units.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from knowledge.base import Frozen
from knowledge.decision import Stance
from knowledge.money import Money
from knowledge.rules.policy import MerchantPolicy

_Z_SQUARED = Fraction(196, 100) ** 2
"""Of a 95 % interval."""


class OpenDispute(NamedTuple):
    """An open dispute as decided last; without a decision only its face counts."""

    case_id: str | None
    face: Money
    contested: Money | None
    stance: Stance | None
    chance: Fraction | None
    low: Fraction | None
    high: Fraction | None
    net: Money | None
    """The decision's own expected gain of fighting, after fees, reversals, labour and goodwill."""


class Exposure(Frozen):
    """The open disputes of one currency."""

    currency: str
    disputes: int
    face: Money
    fought: int
    """Disputes that are being answered or will be; the others bring nothing back."""
    contested: Money
    """What is contested in those."""
    undecided: int
    """Disputes without a decision yet; they are in no expectation."""
    expected: Money
    low: Money
    high: Money
    expected_net: Money
    """The sum of the decisions' own expected gains, after all costs."""


def exposure_of(disputes: Sequence[OpenDispute], policy: MerchantPolicy) -> tuple[Exposure, ...]:
    """Exposure and expectation, currencies in the order of their codes."""
    return tuple(
        _exposure(currency, [one for one in disputes if one.face.currency == currency], policy)
        for currency in sorted({one.face.currency for one in disputes})
    )


def _exposure(currency: str, disputes: Sequence[OpenDispute], policy: MerchantPolicy) -> Exposure:
    kept = 1 - Fraction(str(policy.reversal_share))
    expected = below = above = variance = Fraction(0)
    contested = net = fought = 0
    for one in disputes:
        if one.stance is not Stance.FIGHT or one.contested is None or one.chance is None:
            continue
        stake = one.contested.minor
        chance = one.chance * kept
        # A decision of before intervals were told may be wrong all the way.
        low = Fraction(0) if one.low is None else one.low * kept
        high = Fraction(1) if one.high is None else one.high * kept
        fought += 1
        contested += stake
        expected += stake * chance
        below += stake * (chance - low)
        above += stake * (high - chance)
        variance += stake * stake * chance * (1 - chance)
        net += one.net.minor if one.net and one.net.currency == currency else 0
    luck = _Z_SQUARED * variance

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    return Exposure(
        currency=currency,
        disputes=len(disputes),
        face=money(sum(one.face.minor for one in disputes)),
        fought=fought,
        contested=money(contested),
        undecided=sum(one.stance is None for one in disputes),
        expected=money(round(expected)),
        low=money(max(0, round(expected - _root(below * below + luck)))),
        high=money(min(contested, round(expected + _root(above * above + luck)))),
        expected_net=money(net),
    )


def _root(square: Fraction) -> int:
    return isqrt(round(square))
