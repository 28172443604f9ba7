"""Whether a dispute still stands as its case was closed."""

from knowledge.money import Money
from tools.ports import DisputeState, ProcessorDispute

_CLOSED_AS = {
    "won": DisputeState.WON,
    "partial": DisputeState.LOST,
    "lost": DisputeState.LOST,
    "accepted": DisputeState.LOST,
    "closed": DisputeState.CLOSED,
}


def stands_as_closed(outcome: str, recovered: Money | None, dispute: ProcessorDispute) -> bool:
    """True when nothing is left to do: same state, and for a loss the same money back.

    What a concession brings back afterwards does not make it a fight, so an accepted dispute only has to be lost.
    """
    if dispute.state is not _CLOSED_AS[outcome]:
        return False
    if outcome not in ("partial", "lost"):
        return True
    before = recovered.minor if recovered else 0
    now = dispute.recovered.minor if dispute.recovered else 0
    return before == now
