"""The stages a dispute climbs, each with a defence of its own, and which notification is about which.

https://docs.adyen.com/risk-management/understanding-disputes/dispute-process-and-flow. A second chargeback is what some
schemes have where others have pre-arbitration: one dispute sees one of them.
"""

from knowledge.case import DisputeStage

_ORDER = tuple(DisputeStage)
STAGE_OF = {
    "REQUEST_FOR_INFORMATION": DisputeStage.INQUIRY,
    "NOTIFICATION_OF_CHARGEBACK": DisputeStage.CHARGEBACK,
    "CHARGEBACK": DisputeStage.CHARGEBACK,
    "CHARGEBACK_REVERSED": DisputeStage.CHARGEBACK,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": DisputeStage.CHARGEBACK,
    "SECOND_CHARGEBACK": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_OPEN": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_ACCEPTED": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_DECLINED": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_WON": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_ISSUER_WITHDRAWN": DisputeStage.PRE_ARBITRATION,
    "PREARBITRATION_LOST": DisputeStage.PRE_ARBITRATION,
    "SCHEME_ARBITRATION": DisputeStage.ARBITRATION,
    "SCHEME_ARBITRATION_WON": DisputeStage.ARBITRATION,
    "SCHEME_ARBITRATION_LOST": DisputeStage.ARBITRATION,
}
"""Events that are left out (INFORMATION_SUPPLIED, …) belong to the stage reached by then."""


def behind(stage: DisputeStage, reached: DisputeStage) -> bool:
    """Whether a dispute that has `reached` one stage has `stage` behind it: it never goes back."""
    return _ORDER.index(stage) < _ORDER.index(reached)
