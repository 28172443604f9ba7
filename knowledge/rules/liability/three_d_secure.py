"""3-D Secure: whether a payment's authentication moved the liability for fraud to the issuer.

The value that counts is the ECI (electronic commerce indicator) of the authorisation, which each network numbers in
its own way. An outcome and an ECI that do not fit each other prove nothing: the pair is reported, never chosen from.
"""

from enum import StrEnum

from knowledge.base import Frozen
from knowledge.case import CardNetwork


class Shift(StrEnum):
    """What authentication did to the liability for fraud."""

    SHIFTED = "shifted"
    """The cardholder was authenticated."""
    ATTEMPTED = "attempted"
    """The merchant tried, and the issuer or the cardholder could not take part; protected as well."""
    NOT_SHIFTED = "not_shifted"
    UNKNOWN = "unknown"


class AuthenticationAssessed(Frozen):
    """What a payment's 3-D Secure result is worth, and by whose words."""

    shift: Shift
    source: str | None = None
    """None when no table was found for the network."""
    contradiction: str | None = None
    """In words, when outcome and ECI do not fit each other."""

    @property
    def protects(self) -> bool:
        """Whether the issuer bears the fraud; regional and card-type exceptions of the networks apart."""
        return self.shift in {Shift.SHIFTED, Shift.ATTEMPTED}


class _Table(Frozen):
    """A network's ECI values, each without its leading zero."""

    authenticated: str
    attempted: str
    unprotected: frozenset[str]
    source: str


def _like_visa(source: str) -> _Table:
    return _Table(authenticated="5", attempted="6", unprotected=frozenset({"7", "0"}), source=source)


_TABLES: dict[CardNetwork, _Table] = {
    CardNetwork.VISA: _like_visa(
        "Visa Dispute Management Guidelines, June 2024, condition 10.4: ECI 5 and 6 are protected, 7 is not"
    ),
    CardNetwork.MASTERCARD: _Table(
        authenticated="2",
        attempted="1",
        unprotected=frozenset({"7", "0"}),
        source="Mastercard Identity Check: ECI 02 authenticated, 01 attempted, 00 and 07 without liability shift",
    ),
    CardNetwork.AMEX: _like_visa("American Express SafeKey: ECI 05 authenticated, 06 attempted, 07 neither"),
    CardNetwork.DISCOVER: _like_visa("Discover ProtectBuy: ECI 05 authenticated, 06 attempted, 07 neither"),
}


def assess_authentication(network: CardNetwork, outcome: str | None, eci: str | None) -> AuthenticationAssessed:
    """What outcome and ECI together are worth on this network.

    `outcome` is a value of `ThreeDSecure.outcome`, None or empty when none is on record; `eci` is one or two digits.
    An outcome without an ECI, or a protecting ECI without an outcome, is unknown: neither is proof alone.
    """
    table = _TABLES.get(network)
    if table is None:
        return AuthenticationAssessed(shift=Shift.UNKNOWN)
    value = (eci or "").strip()
    value = value.lstrip("0") or value[-1:]
    says = {table.authenticated: Shift.SHIFTED, table.attempted: Shift.ATTEMPTED}
    shown = Shift.NOT_SHIFTED if value in table.unprotected else says.get(value)
    told = {
        "authenticated": Shift.SHIFTED,
        "attempted": Shift.ATTEMPTED,
        "failed": Shift.NOT_SHIFTED,
        "not_supported": Shift.NOT_SHIFTED,
    }.get(outcome or "")
    if told is None or not value:
        # One half alone: it may show that nothing is protected, never that something is.
        half = shown if told is None else told
        shift = Shift.NOT_SHIFTED if half is Shift.NOT_SHIFTED else Shift.UNKNOWN
        return AuthenticationAssessed(shift=shift, source=table.source)
    if shown is not told:
        meaning = "is no value of this network" if shown is None else f"says {shown.value.replace('_', ' ')}"
        return AuthenticationAssessed(
            shift=Shift.NOT_SHIFTED,
            source=table.source,
            contradiction=f"the 3-D Secure outcome is {outcome} but ECI {eci} {meaning} ({network.value})",
        )
    return AuthenticationAssessed(shift=told, source=table.source)
