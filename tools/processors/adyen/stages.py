"""The stages a dispute climbs, each with a defence of its own, and which notification opens which."""

from enum import IntEnum


class Stage(IntEnum):
    """How far a dispute has come; it never goes back (https://docs.adyen.com/risk-management/understanding-disputes)."""

    INFORMATION = 1
    CHARGEBACK = 2
    SECOND_CHARGEBACK = 3
    PRE_ARBITRATION = 4
    ARBITRATION = 5


STAGE_OF = {
    "REQUEST_FOR_INFORMATION": Stage.INFORMATION,
    "NOTIFICATION_OF_CHARGEBACK": Stage.CHARGEBACK,
    "CHARGEBACK": Stage.CHARGEBACK,
    "CHARGEBACK_REVERSED": Stage.CHARGEBACK,
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": Stage.CHARGEBACK,
    "SECOND_CHARGEBACK": Stage.SECOND_CHARGEBACK,
    "PREARBITRATION_OPEN": Stage.PRE_ARBITRATION,
    "PREARBITRATION_ACCEPTED": Stage.PRE_ARBITRATION,
    "PREARBITRATION_DECLINED": Stage.PRE_ARBITRATION,
    "PREARBITRATION_WON": Stage.PRE_ARBITRATION,
    "PREARBITRATION_ISSUER_WITHDRAWN": Stage.PRE_ARBITRATION,
    "PREARBITRATION_LOST": Stage.PRE_ARBITRATION,
    "SCHEME_ARBITRATION": Stage.ARBITRATION,
    "SCHEME_ARBITRATION_WON": Stage.ARBITRATION,
    "SCHEME_ARBITRATION_LOST": Stage.ARBITRATION,
}
"""The stage an event is about. Events without one (INFORMATION_SUPPLIED, …) belong to the stage reached by then."""
