"""As what a dispute's case is closed, and whether the dispute still stands as it was."""

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


def ended_as(
    state: str, recovered: Money | None, contested: Money | None, *, conceded: bool
) -> tuple[str, Money | None]:
    """Outcome and what came back, as the processor tells it; a loss of which money came back was won in part."""
    if state == "won":
        return "won", recovered or contested
    if state == "lost" and conceded:
        return "accepted", None
    if state == "lost" and recovered is not None and recovered.minor > 0:
        return "partial", recovered
    return state, None
