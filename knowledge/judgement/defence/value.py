"""What fighting is expected to bring: win rates by family, less the processor's fee and the labour."""

from fractions import Fraction

from knowledge.decision import Stance
from knowledge.judgement.defence.question import Ground
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily
from knowledge.rules.policy import MerchantPolicy

# Win rates of answered disputes per family where our sources give one (four shops, August 2026, n >= 45 each);
# other families start at the even middle. They are priors until a merchant's own outcomes replace them.
_PRIOR: dict[ChargebackFamily, Fraction] = {
    ChargebackFamily.CREDIT_NOT_PROCESSED: Fraction(84, 100),
    ChargebackFamily.NOT_AS_DESCRIBED: Fraction(53, 100),
    ChargebackFamily.NOT_RECEIVED: Fraction(43, 100),
    ChargebackFamily.FRAUD: Fraction(15, 100),
}
_EVEN = Fraction(1, 2)
_COMPELLING = Fraction(3, 2)
"""How the odds' share moves when the decisive item is held; the opposite when it is not."""


def win_probability(family: ChargebackFamily, ground: Ground) -> Fraction:
    """Chance of winning when answered, 0 to 0.9: the family's rate, moved by whether the decisive item is held."""
    prior = _PRIOR.get(family, _EVEN)
    if ground.rule in {"defence.credit_issued", "defence.credit_posted"}:
        prior = max(prior, _PRIOR[ChargebackFamily.CREDIT_NOT_PROCESSED])
    # Both move the liability by the network's own rule; how often that wins was not measured, so the even middle.
    if ground.rule in {"defence.authenticated", "defence.ce3_qualified"}:
        prior = max(prior, _EVEN)
    moved = prior * _COMPELLING if ground.stance is Stance.FIGHT else prior / _COMPELLING
    return min(moved, Fraction(9, 10))


def expected_value(stake: Money, probability: Fraction, policy: MerchantPolicy) -> Money | None:
    """Expected gain of fighting over accepting; None when the policy has no rate for the currency."""
    fee = policy.in_currency(policy.counter_fee_eur, stake.currency)
    labour = policy.in_currency(policy.letter_labour_eur, stake.currency)
    if fee is None or labour is None:
        return None
    return stake.share(probability) - fee.share(1 - probability) - labour
