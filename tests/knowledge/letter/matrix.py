"""One dossier for each reason family × network, under a code the family has on that network."""

from knowledge.case import CardNetwork
from knowledge.letter.dossier import DefenceDossier
from knowledge.reasons import ChargebackFamily
from knowledge.rules.reason_codes import ReasonCode, reason_codes
from tests.knowledge.letter.dossiers import FAMILY_RECORDS, dossier

_CARD_NOT_PRESENT = frozenset({"10.4", "4837", "F29", "UA02"})


def code_of(network: CardNetwork, family: ChargebackFamily) -> ReasonCode | None:
    """The network's code for the family: one in use before a retired one, card not present before the others."""
    own = [code for code in reason_codes() if code.network is network and code.family is family]
    return min(own, key=lambda code: (code.legacy, code.code not in _CARD_NOT_PRESENT), default=None)


def matrix() -> dict[tuple[CardNetwork, ChargebackFamily], DefenceDossier]:
    """Every family on every network that has a code for it."""
    codes = {(network, family): code_of(network, family) for network in CardNetwork for family in ChargebackFamily}
    return {
        (network, family): dossier(network.value, code.code, **FAMILY_RECORDS[family])
        for (network, family), code in codes.items()
        if code is not None
    }
