"""The evidence package as PayPal's `evidences` and notes. Nothing is cut: what is too long is refused before."""

from collections.abc import Sequence
from typing import Any, TypeVar

from knowledge.reasons import ChargebackFamily
from tools.ports import EvidencePackage
from tools.processors.paypal.capabilities import NOTES, REFUND_IDS, TRACKED_PARCELS
from tools.processors.paypal.carriers import carrier_to_paypal

# For these PayPal looks at whether goods went out and arrived (reason_codes.json: they compel a tracking number).
_ABOUT_DELIVERY = frozenset({ChargebackFamily.NOT_RECEIVED, ChargebackFamily.FRAUD})
_Item = TypeVar("_Item")


def notes_to_paypal(package: EvidencePackage) -> str:
    """The whole statement where it fits, else verdict and request alone; the packet says all of it."""
    return package.statement if len(package.statement) <= NOTES else package.summary


def evidences_to_paypal(package: EvidencePackage, file: str) -> dict[str, Any]:
    """The `input` of provide-evidence and of appeal; `file` is the packet's name in the same call.

    Tracking numbers where delivery is in question, refund ids where money went back, each in as many pieces as
    PayPal's lists need; the first piece carries the notes and the packet.
    """
    pieces: list[dict[str, Any]] = []
    if package.family in _ABOUT_DELIVERY:
        tracked = [
            {**carrier_to_paypal(parcel.carrier), "tracking_number": parcel.tracking_number}
            for parcel in package.parcels
            if parcel.tracking_number
        ]
        pieces += [
            {"evidence_type": "PROOF_OF_FULFILLMENT", "evidence_info": {"tracking_info": some}}
            for some in _chunks(tracked, TRACKED_PARCELS)
        ]
    pieces += [
        {"evidence_type": "PROOF_OF_REFUND", "evidence_info": {"refund_ids": some}}
        for some in _chunks(package.credits, REFUND_IDS)
    ]
    first = pieces[0] if pieces else {"evidence_type": "OTHER"}
    first |= {"notes": notes_to_paypal(package), "documents": [{"name": file}]}
    return {"evidences": [first, *pieces[1:]]}


def supporting_info_to_paypal(package: EvidencePackage) -> dict[str, Any]:
    """The `input` of provide-supporting-info."""
    return {"notes": notes_to_paypal(package)}


def acceptance_to_paypal() -> dict[str, Any]:
    """The `input` of accept-claim: the buyer gets everything back and keeps the goods."""
    return {"accept_claim_type": "REFUND", "note": "The claim is accepted."}


def _chunks(items: Sequence[_Item], size: int) -> list[list[_Item]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
