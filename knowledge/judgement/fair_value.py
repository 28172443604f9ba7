"""Fair value: which share of the price people gave back for the same facts."""

from collections.abc import Sequence

from knowledge.base import Frozen
from knowledge.precedent import DecidedBy, RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import MerchantPolicy

_TEACHERS = frozenset({DecidedBy.PERSON, DecidedBy.APPEAL, DecidedBy.BLIND_REVIEW})
PRIOR_WEIGHT = 5.0
"""The policy's band counts as this many perfectly similar precedents."""


class FairValue(Frozen):
    """Shares of the claimed items' price: a central value and the interval every offer stays in."""

    low: float
    usual: float
    high: float
    rests_on: tuple[RecalledPrecedent, ...]
    """The precedents used, nearest first."""


def fair_value(
    reason: DisputeReason, severity: Severity, recalled: Sequence[RecalledPrecedent], policy: MerchantPolicy
) -> FairValue:
    """Blend the policy's band with the weighted quartiles of people's decisions in comparable cases.

    Comparable means the same reason and severity. Machine decisions never teach.
    """
    band = policy.band(severity)
    used = tuple(
        item
        for item in recalled
        if item.precedent.decided_by in _TEACHERS
        and item.precedent.reason is reason
        and item.precedent.severity is severity
    )
    weights = [item.similarity for item in used]
    evidence = sum(weights) / (sum(weights) + PRIOR_WEIGHT)
    shares = [item.precedent.share for item in used]

    def blend(prior: float, quantile: float) -> float:
        if not used:
            return prior
        return round((1 - evidence) * prior + evidence * weighted_quantile(shares, weights, quantile), 4)

    return FairValue(
        low=blend(band.low, 0.25), usual=blend(band.usual, 0.5), high=blend(band.high, 0.75), rests_on=used
    )


def weighted_quantile(values: Sequence[float], weights: Sequence[float], quantile: float) -> float:
    """The smallest value at which the cumulated weight reaches `quantile` of the whole."""
    ordered = sorted(zip(values, weights, strict=True))
    threshold = quantile * sum(weights)
    reached = 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= threshold:
            return value
    return ordered[-1][0]
