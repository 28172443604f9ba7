"""Mastercard First-Party Trust, for disputes under 4837 (4863, its neighbour, is retired).

Whether a dispute qualifies is decided by Mastercard, on data sent through Identity Check before the authorisation or
through Ethoca Consumer Clarity around the dispute. A merchant-side tool has access to neither: it can only say that
the data it would take is at hand, which is what `prepared` means. Regions join at different dates.

Source: b2b.mastercard.com on first-party trust: elements from each of three groups, device identity, proof of delivery
and additional identity. Whether earlier purchases are needed is told in two ways, so they are kept, never required.
"""

from enum import StrEnum
from itertools import product

from knowledge.base import Frozen
from knowledge.case import CardNetwork, CaseBundle
from knowledge.rules.liability.earlier_purchases import why_unsound
from knowledge.rules.liability.identifiers import Identifier, delivery_address, identifiers_of
from knowledge.rules.reason_codes import ReasonCode

SOURCE = "Mastercard First-Party Trust, reason code 4837 (b2b.mastercard.com)"


class TrustStatus(StrEnum):
    """Whether the data of all three groups is at hand."""

    PREPARED = "prepared"
    INCOMPLETE = "incomplete"
    NOT_APPLICABLE = "not_applicable"
    """Not a Mastercard dispute under 4837."""


class TrustGroup(StrEnum):
    """The groups from each of which an element must come."""

    DEVICE_IDENTITY = "device_identity"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    ADDITIONAL_IDENTITY = "additional_identity"


class TrustElement(StrEnum):
    """An element of identity. A telephone number is one as well, but a case bundle has none."""

    IP = "ip"
    DEVICE_ID = "device_id"
    FINGERPRINT = "fingerprint"
    SHIPPING_ADDRESS = "shipping_address"
    EMAIL = "email"
    ACCOUNT = "account"
    BILLING_ADDRESS = "billing_address"


class GroupHeld(Frozen):
    """What is at hand of one group."""

    group: TrustGroup
    used: TrustElement | None
    """The element that stands for the group and for no other; None when the group lacks one."""
    held: tuple[TrustElement, ...]
    lacking: tuple[TrustElement, ...]


class TrustAssessment(Frozen):
    """The three groups with what is held and lacking in each."""

    status: TrustStatus
    groups: tuple[GroupHeld, ...] = ()
    priors: tuple[str, ...] = ()
    """References of earlier purchases that may go along: undisputed, unrefunded, no fraud reported."""


_E = TrustElement
# In order of preference: what identifies best first, and what another group needs last.
_ELEMENTS: dict[TrustGroup, tuple[TrustElement, ...]] = {
    TrustGroup.DEVICE_IDENTITY: (_E.FINGERPRINT, _E.DEVICE_ID, _E.IP),
    TrustGroup.PROOF_OF_DELIVERY: (_E.SHIPPING_ADDRESS, _E.EMAIL),
    TrustGroup.ADDITIONAL_IDENTITY: (_E.ACCOUNT, _E.EMAIL, _E.BILLING_ADDRESS, _E.SHIPPING_ADDRESS, _E.IP),
}


def assess_first_party_trust(bundle: CaseBundle, reason: ReasonCode) -> TrustAssessment:
    """What of the three groups is at hand.

    One value stands for one group only: an account whose login is the e-mail address is one element, not two. Raises
    ValueError without a chargeback notice.
    """
    notice = bundle.chargeback
    if notice is None:
        raise ValueError("chargeback: missing; First-Party Trust answers a dispute notice")
    if notice.network is not CardNetwork.MASTERCARD or reason.code != "4837":
        return TrustAssessment(status=TrustStatus.NOT_APPLICABLE)
    values = _values(bundle)
    used = _distinct(values)
    groups = tuple(
        GroupHeld(
            group=group,
            used=element,
            held=tuple(one for one in elements if one in values),
            lacking=tuple(one for one in elements if one not in values),
        )
        for (group, elements), element in zip(_ELEMENTS.items(), used, strict=True)
    )
    return TrustAssessment(
        status=TrustStatus.INCOMPLETE if None in used else TrustStatus.PREPARED,
        groups=groups,
        priors=tuple(
            prior.processor_reference for prior in notice.prior_transactions if why_unsound(prior, bundle.order) is None
        ),
    )


def _values(bundle: CaseBundle) -> dict[TrustElement, str]:
    order = bundle.order
    known = identifiers_of(order.device, order.ship_to, bundle.buyer.email)
    found = {
        _E.IP: known.get(Identifier.IP),
        _E.DEVICE_ID: known.get(Identifier.DEVICE_ID),
        _E.FINGERPRINT: known.get(Identifier.FINGERPRINT),
        _E.SHIPPING_ADDRESS: known.get(Identifier.ADDRESS),
        _E.EMAIL: known.get(Identifier.EMAIL),
        _E.ACCOUNT: known.get(Identifier.ACCOUNT, "").casefold(),
        _E.BILLING_ADDRESS: delivery_address(order.bill_to) if order.bill_to is not None else None,
    }
    return {element: value for element, value in found.items() if value}


def _distinct(values: dict[TrustElement, str]) -> tuple[TrustElement | None, ...]:
    """One element for each group, no value twice; as many groups as can be, then by preference."""
    choices = product(*([*(one for one in elements if one in values), None] for elements in _ELEMENTS.values()))
    allowed: list[tuple[TrustElement | None, ...]] = []
    for choice in choices:
        taken = [values[element] for element in choice if element is not None]
        if len(set(taken)) == len(taken):
            allowed.append(choice)
    return max(allowed, key=lambda choice: len(choice) - choice.count(None))
