"""The merchant's report of ended disputes: sums per currency, and rates per network and code."""

from collections.abc import Sequence

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from knowledge.money import Money, total
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.outcomes.win_rates import WinRate, count_outcomes, published_rate, win_rate
from knowledge.reasons import ChargebackFamily


class CurrencySums(Frozen):
    """Sums of the disputes in one currency; nothing is converted."""

    ended: dict[DisputeEnd, int]
    disputed: Money
    recovered: Money
    recovered_elsewhere: tuple[Money, ...]
    """What came back in other currencies (those of the balance), one sum for each."""
    costs: Money
    costs_unknown: int
    """Disputes whose costs are not in `costs`: the policy had no rate for the currency."""

    @property
    def net(self) -> Money:
        """Recovered in this currency less costs; may be negative."""
        return self.recovered - self.costs


class CodeRate(Frozen):
    """The win rate of one network and code."""

    family: ChargebackFamily
    network: CardNetwork
    reason_code: str
    rate: WinRate


class OutcomeReport(Frozen):
    """What answering disputes has brought. There is no rate over all codes: it would say nothing of any of them."""

    sums: tuple[CurrencySums, ...]
    rates: tuple[CodeRate, ...]


def report_outcomes(ended: Sequence[ClosedDispute]) -> OutcomeReport:
    """Sums and rates of these disputes, currencies and codes in the order of their names."""
    counts = count_outcomes(ended)
    return OutcomeReport(
        sums=tuple(
            _sums(currency, [one for one in ended if one.disputed.currency == currency])
            for currency in sorted({one.disputed.currency for one in ended})
        ),
        rates=tuple(
            CodeRate(
                family=count.family,
                network=count.network,
                reason_code=count.reason_code,
                rate=win_rate(counts, count.family, count.network, count.reason_code, published_rate(count.family)),
            )
            for count in counts
        ),
    )


def _sums(currency: str, ended: Sequence[ClosedDispute]) -> CurrencySums:
    recovered = [one.recovered for one in ended if one.recovered is not None]
    foreign = sorted({amount.currency for amount in recovered} - {currency})
    costs = [one.costs for one in ended if one.costs is not None]
    return CurrencySums(
        ended={end: count for end in DisputeEnd if (count := sum(one.end is end for one in ended))},
        disputed=total([one.disputed for one in ended], currency),
        recovered=total([amount for amount in recovered if amount.currency == currency], currency),
        recovered_elsewhere=tuple(
            total([amount for amount in recovered if amount.currency == other], other) for other in foreign
        ),
        costs=total(costs, currency),
        costs_unknown=len(ended) - len(costs),
    )
