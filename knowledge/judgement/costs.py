"""What each resolution would cost the merchant, and which is cheapest for a fair price."""

from collections.abc import Mapping
from fractions import Fraction

from knowledge.base import Frozen
from knowledge.decision import Resolution
from knowledge.facts import Fact, FactName
from knowledge.judgement.fair_value import FairValue
from knowledge.money import Money
from knowledge.reasons import Severity
from knowledge.rules.policy import MerchantPolicy

ACCEPTANCE_AT_USUAL = Fraction(3, 4)
"""Share of buyers assumed to accept the usual fair share, until a response model is learnt from history."""
_UNKNOWN_WEIGHT_G = 1000


class Costs(Frozen):
    """Operating costs of one case in the order's currency."""

    return_freight: Money
    handling: Money
    salvage: Money
    """What the returned goods are still worth to the merchant."""
    goodwill: Money

    @classmethod
    def of(cls, policy: MerchantPolicy, currency: str, facts: Mapping[FactName, Fact], severity: Severity) -> "Costs":
        """Costs by the policy's tables; zero where it has no rate for the currency (such cases go to a person)."""
        weight = facts.get(FactName.ORDER_WEIGHT_G)
        kilograms = (int(str(weight.value)) if weight else _UNKNOWN_WEIGHT_G) / 1000
        cost = facts.get(FactName.ORDER_COST)
        zero = Money.zero(currency)

        def local(eur: float) -> Money:
            return policy.in_currency(eur, currency) or zero

        return cls(
            return_freight=local(policy.return_freight_base_eur + policy.return_freight_per_kg_eur * kilograms),
            handling=local(policy.return_handling_eur),
            salvage=cost.money().share(Fraction(str(policy.band(severity).salvage))) if cost else zero,
            goodwill=local(policy.goodwill_eur),
        )


class Weighed(Frozen):
    """The cheapest fair resolution, its amount, and every alternative with its expected cost, cheapest first."""

    resolution: Resolution
    amount: Money
    alternatives: tuple[tuple[str, Money], ...]


def weigh(
    fair: FairValue, costs: Costs, *, items: Money, shipping: Money, severity: Severity, can_return: bool = True
) -> Weighed:
    """Return, keep with a reduction, or keep with a full refund: least expected cost among fair ones.

    Severe harm is never answered by a reduction below the whole price: a reduction is only weighed while the
    fair share leaves the buyer with goods worth keeping. What cannot be sent back (digital goods) is never returned.
    """
    whole = items + shipping
    returned = whole + costs.return_freight + costs.handling - costs.salvage
    options: list[tuple[Resolution, Money, Money]] = [(Resolution.FULL_REFUND, whole, whole)]
    if can_return:
        options.append((Resolution.RETURN_AND_REFUND, whole, returned))
    if severity is not Severity.SEVERE and fair.usual < 1:
        reduction = items.share(Fraction(str(fair.usual)))
        refused = min(cost for _, _, cost in options) + costs.goodwill
        expected = reduction.share(ACCEPTANCE_AT_USUAL) + refused.share(1 - ACCEPTANCE_AT_USUAL)
        options.append((Resolution.PRICE_REDUCTION, reduction, expected))
    # Equal costs go to the resolution that asks least of the buyer, hence the stable second key.
    order = [Resolution.FULL_REFUND, Resolution.PRICE_REDUCTION, Resolution.RETURN_AND_REFUND]
    options.sort(key=lambda option: (option[2].minor, order.index(option[0])))
    resolution, amount, _ = options[0]
    return Weighed(
        resolution=resolution,
        amount=amount,
        alternatives=tuple((option[0].value.replace("_", " "), option[2]) for option in options),
    )
