"""What fighting is expected to bring: the merchant's own win rates, less fees, reversals, labour and goodwill."""

from fractions import Fraction

from knowledge.base import Frozen
from knowledge.decision import Stance
from knowledge.judgement.defence.question import Ground
from knowledge.money import Money
from knowledge.outcomes.win_rates import LEANING, OutcomeCount, WinRate, published_rate, wilson, win_rate
from knowledge.reasons import ChargebackFamily
from knowledge.rules.policy import MerchantPolicy
from knowledge.rules.reason_codes import ReasonCode

_EVEN = Fraction(1, 2)
_COMPELLING = Fraction(3, 2)
"""How the published rate moves when the decisive item is held; the opposite when it is not."""
_MOST = Fraction(9, 10)
"""No published rate is taken for more than this: an issuer always judges."""


class Chance(Frozen):
    """The chance of winning when answered, with its 95 % interval and the outcomes it rests on."""

    rate: Fraction
    low: float
    high: float
    answered: int
    """The merchant's own outcomes of this network and code."""
    won_shares: float
    of_family: int
    """Outcomes of the family's other codes; where both are 0, published rates speak alone."""


def win_chance(
    reason: ReasonCode, family: ChargebackFamily, ground: Ground, history: tuple[OutcomeCount, ...]
) -> Chance:
    """The chance of winning this dispute.

    Outcomes tell of disputes that were fought, which by our rules held the decisive item: they speak for a fight.
    Where the item is not held, the published rate is all there is.
    """
    published = published_rate(family)
    if ground.rule in {"defence.credit_issued", "defence.credit_posted"}:
        published = max(published, published_rate(ChargebackFamily.CREDIT_NOT_PROCESSED))
    # Both move the liability by the network's own rule; how often that wins was not measured, so the even middle.
    if ground.rule in {"defence.authenticated", "defence.ce3_qualified"}:
        published = max(published, _EVEN)
    if ground.stance is not Stance.FIGHT:
        return _published_alone(published / _COMPELLING)
    told: WinRate = win_rate(history, family, reason.network, reason.code, min(published * _COMPELLING, _MOST))
    return Chance(
        rate=Fraction(str(round(told.rate, 6))),
        low=told.low,
        high=told.high,
        answered=told.answered,
        won_shares=told.won_shares,
        of_family=told.of_family,
    )


def _published_alone(rate: Fraction) -> Chance:
    low, high = wilson(float(rate), LEANING)
    return Chance(rate=rate, low=low, high=high, answered=0, won_shares=0.0, of_family=0)


def expected_value(stake: Money, chance: Fraction, family: ChargebackFamily, policy: MerchantPolicy) -> Money | None:
    """Expected gain of fighting over accepting; None when the policy has no rate for the currency.

    A win may be reversed in the second cycle. A buyer who is fought leaves angry; behind a fraud there is none.
    """
    fee = policy.in_currency(policy.counter_fee_eur, stake.currency)
    labour = policy.in_currency(policy.letter_labour_eur, stake.currency)
    goodwill = policy.in_currency(policy.goodwill_eur, stake.currency)
    if fee is None or labour is None or goodwill is None:
        return None
    kept = chance * (1 - Fraction(str(policy.reversal_share)))
    value = stake.share(kept) - fee.share(1 - kept) - labour
    return value if family is ChargebackFamily.FRAUD else value - goodwill
