"""The figures of a month: sums per currency over its lines. Currencies are never added to each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from knowledge.base import Frozen
from knowledge.finance.lines import Line, LineKind
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import DisputeEnd

_CAME_BACK = frozenset({LineKind.RECOVERED, LineKind.CAME_CONVERTED, LineKind.SURPLUS})
_WITHOUT_RATE = frozenset({LineKind.COSTS, LineKind.GOODWILL})


class CurrencyFigures(Frozen):
    """One currency's figures. Each is net of what was taken back, unless it says otherwise; any may be negative."""

    currency: str
    lines: int
    corrections: int
    """Lines that correct a closed month."""
    refunds: Money
    credits: Money
    disputed: Money
    """Of disputes that were opened."""
    ended: dict[DisputeEnd, int]
    """Disputes of this currency by how they ended; an end that was replaced is taken off again."""
    recovered: Money
    """Everything that came back, before reversals."""
    reversed: Money
    """Of what had come back: lost again."""
    lost: Money
    released: Money
    converted: Money
    """The face of disputes whose money came back in another currency."""
    costs: Money
    goodwill: Money
    without_rate: int
    """Costs and goodwill the policy had no rate for; they are in no sum."""

    @property
    def net_recovery(self) -> Money:
        """Recovered less reversals, costs and goodwill."""
        return self.recovered - self.reversed - self.costs - self.goodwill


def figures_of(lines: Iterable[Line]) -> tuple[CurrencyFigures, ...]:
    """The figures, currencies in the order of their codes."""
    by_currency: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_currency[line.currency].append(line)
    return tuple(_figures(currency, by_currency[currency]) for currency in sorted(by_currency))


def _figures(currency: str, lines: Sequence[Line]) -> CurrencyFigures:
    made: Counter[LineKind] = Counter()
    taken_back: Counter[LineKind] = Counter()
    for line in lines:
        (taken_back if line.back else made)[line.kind] += line.amount_minor

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    def net(kind: LineKind) -> Money:
        return money(made[kind] - taken_back[kind])

    return CurrencyFigures(
        currency=currency,
        lines=len(lines),
        corrections=sum(line.corrects is not None for line in lines),
        refunds=net(LineKind.REFUND),
        credits=net(LineKind.CREDIT),
        disputed=net(LineKind.DISPUTED),
        ended=_ended(lines),
        recovered=money(sum(made[kind] for kind in _CAME_BACK)),
        reversed=money(sum(taken_back[kind] for kind in _CAME_BACK)),
        lost=net(LineKind.LOST),
        released=net(LineKind.RELEASED),
        converted=net(LineKind.CONVERTED),
        costs=net(LineKind.COSTS),
        goodwill=net(LineKind.GOODWILL),
        without_rate=sum(not line.amount_minor and not line.back for line in lines if line.kind in _WITHOUT_RATE),
    )


def _ended(lines: Sequence[Line]) -> dict[DisputeEnd, int]:
    told = {
        (line.source, line.back, line.ended)
        for line in lines
        if line.ended is not None and line.kind is not LineKind.CAME_CONVERTED
    }
    counts: Counter[str] = Counter()
    for _, back, ended in told:
        counts[ended] += -1 if back else 1
    return {end: counts[end.value] for end in DisputeEnd if counts[end.value]}
