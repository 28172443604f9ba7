"""The months of a generated shop added up anew, from what happened, in whole numbers: no line, figure or account of the
product is used here, so that agreeing with it means something."""

from collections import Counter, defaultdict
from datetime import datetime

from tests.tools.records.generated_shop import Ended, Told

# Five euro of goodwill in each currency, by the house policy's rates, reckoned by hand; XPF has no rate.
_GOODWILL = {"EUR": 500, "USD": 580, "GBP": 430, "JPY": 860, "BHD": 2175}
Totals = dict[str, dict[str, Counter[str]]]
"""Month, currency, name of the figure."""


def _month(at: datetime, phase: int) -> str:
    """Where an event is told: in its own month, or, known later, in the first month that was still open."""
    return max(f"{at:%Y-%m}", {1: "2026-03", 2: "2026-04", 3: "2026-05"}[phase])


def _parts(ended: Ended) -> list[tuple[str, str, int]]:
    """Currency, figure and amount of an end."""
    own, face = ended.currency, ended.minor
    if ended.recovered is not None and ended.recovered[1] != own:
        parts = [(own, "converted", face), (ended.recovered[1], "recovered", ended.recovered[0])]
    elif ended.end == "closed":
        parts = [(own, "released", face)]
    elif ended.end == "won":
        back = face if ended.recovered is None else ended.recovered[0]
        parts = [(own, "recovered", back), (own, "released", max(0, face - back))]
    else:
        back = 0 if ended.recovered is None else ended.recovered[0]
        parts = [(own, "recovered", back), (own, "lost", face - back)]
    parts.append((own, "costs", ended.costs or 0))
    if ended.end in ("won", "partial", "lost") and not ended.fraud:
        parts.append((own, "goodwill", _GOODWILL.get(own, 0)))
    return parts


def recomputed(told: Told) -> Totals:
    """Every figure of every month; figures of zero are left out."""
    totals: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for paid in told.paid:
        name = "refunds" if paid.kind == "refund" else "credits"
        sums = totals[_month(paid.at, paid.phase)][paid.currency]
        sums[name] += -paid.minor if paid.back else paid.minor
        # Money at the processor: credits are paid on another way.
        if paid.kind == "refund":
            sums["processor"] += paid.minor if paid.back else -paid.minor
    for opened in told.opened:
        sums = totals[_month(opened.at, opened.phase)][opened.currency]
        sums["disputed"] += opened.minor
        sums["processor"] -= opened.minor
    first = {one.dispute: one for one in told.ended if one.number == 1}
    for ended in told.ended:
        month = totals[_month(ended.at, ended.phase)]
        if ended.number == 2:
            before = first[ended.dispute]
            month[before.currency][f"ended_{before.end}"] -= 1
            for currency, name, minor in _parts(before):
                _add(month[currency], "reversed" if name == "recovered" else name, minor, back=True)
        month[ended.currency][f"ended_{ended.end}"] += 1
        for currency, name, minor in _parts(ended):
            _add(month[currency], name, minor, back=False)
        fought = ended.end in ("won", "partial", "lost") and not ended.fraud
        unknown = (ended.costs is None) + (fought and ended.currency not in _GOODWILL)
        if unknown:
            month[ended.currency]["without_rate"] += unknown
    for currencies in totals.values():
        for sums in currencies.values():
            sums["net_recovery"] = sums["recovered"] - sums["reversed"] - sums["costs"] - sums["goodwill"]
    return {month: {each: _told(sums) for each, sums in found.items()} for month, found in totals.items()}


def _add(sums: Counter[str], name: str, minor: int, *, back: bool) -> None:
    # What was recovered and is lost again is a sum of its own; everything else is told net.
    sums[name] += minor if name in ("reversed", "recovered") or not back else -minor
    if name in ("recovered", "released", "reversed"):
        sums["processor"] += -minor if back else minor


def _told(sums: Counter[str]) -> Counter[str]:
    return Counter({name: amount for name, amount in sums.items() if amount})
