"""Read a packet as its analyst does: requirements first, then the attacks."""

from knowledge.analyst.attacks import attacks_on
from knowledge.analyst.requirements import requirements_of
from knowledge.analyst.seen import SeenPacket
from knowledge.analyst.view import AnalystView, AttackKind, Finding, Mend, Weight
from knowledge.rules.reason_codes import find_reason


def analyst_view(packet: SeenPacket) -> AnalystView:
    """What an analyst of the network finds in the packet. Raises UnknownReasonCode."""
    reason = find_reason(packet.network, packet.reason_code)
    requirements = requirements_of(reason, packet)
    findings = attacks_on(packet)
    if requirements and not any(requirement.places for requirement in requirements):
        findings = (_nothing_shown(tuple(requirement.meaning for requirement in requirements)), *findings)
    return AnalystView(
        network=packet.network,
        reason_code=reason.code,
        pages=packet.pages,
        requirements=requirements,
        findings=findings,
    )


def _nothing_shown(meanings: tuple[str, ...]) -> Finding:
    return Finding(
        kind=AttackKind.NOTHING_COMPELLED_SHOWN,
        weight=Weight.FATAL,
        told=f"None of what answers this reason is shown: {'; '.join(meanings)}.",
        places=(),
        mend=Mend.ASK,
        by=f"Ask for the first of these: {meanings[0]}.",
    )
