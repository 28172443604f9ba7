"""Which items of what compels a packet answers, told by its printed rows alone."""

import re
import unicodedata
from typing import NamedTuple

from knowledge.analyst.seen import SeenPacket, SeenRow
from knowledge.analyst.view import Requirement
from knowledge.letter.claims import ExhibitKind
from knowledge.rules.reason_codes import ReasonCode, evidence_vocabulary


class _Shown(NamedTuple):
    """Rows that answer an item: of this kind of exhibit, with this label, and with this value where it matters."""

    kind: ExhibitKind
    label: str
    value: str = r"(?s).+"


_ORDER, _PAYMENT, _TRACKING = ExhibitKind.ORDER, ExhibitKind.PAYMENT, ExhibitKind.TRACKING
_REFUNDS, _POLICY, _DOCUMENT = ExhibitKind.REFUNDS, ExhibitKind.POLICY, ExhibitKind.DOCUMENT
_PRIORS = ExhibitKind.PRIOR_TRANSACTIONS

_ONE_OF: dict[str, tuple[_Shown, ...]] = {
    "order_confirmation": (_Shown(_ORDER, "Order placed"),),
    "receipt_invoice": (_Shown(_DOCUMENT, "Invoice"), _Shown(_ORDER, "Item")),
    "product_listing_at_purchase": (
        _Shown(ExhibitKind.LISTING, "Listing title|Listing text|Listed .+"),
        _Shown(_DOCUMENT, "Listing document"),
    ),
    "proof_of_shipment": (_Shown(_TRACKING, "Handed over"),),
    "tracking_number": (_Shown(_TRACKING, "Parcel"),),
    "proof_of_delivery": (_Shown(_TRACKING, "Delivered"), _Shown(_DOCUMENT, "Carrier document")),
    "delivery_signature_or_photo": (
        _Shown(_TRACKING, "Signature name"),
        _Shown(ExhibitKind.PHOTO, "Supplied by", "Carrier"),
    ),
    "customs_clearance_record": (_Shown(_DOCUMENT, "Customs document"), _Shown(_TRACKING, "In customs")),
    "digital_access_log": (_Shown(_DOCUMENT, "Access log"),),
    "customer_communication": (_Shown(ExhibitKind.CORRESPONDENCE, "(Buyer|Merchant) wrote"),),
    "refund_policy": (_Shown(_POLICY, "(Returns|Refunds) policy shown"), _Shown(_DOCUMENT, "Policy document")),
    "refund_policy_disclosure": (_Shown(_POLICY, "(Returns|Refunds) policy shown"),),
    "cancellation_policy": (_Shown(_POLICY, "(Cancellation|Terms) policy shown"),),
    "cancellation_policy_disclosure": (_Shown(_POLICY, "(Cancellation|Terms) policy shown"),),
    "recurring_agreement": (_Shown(_POLICY, "Terms policy shown"),),
    "terms_acceptance_log": (_Shown(_POLICY, "Acceptance recorded", "yes, accepted"),),
    "refund_record": (_Shown(_REFUNDS, "Credit posted"),),
    "refund_not_due_explanation": (_Shown(_POLICY, "(Returns|Refunds) policy shown"),),
    "no_return_received": (_Shown(_TRACKING, "Return scans", "none among .+"),),
    "resolution_offered": (_Shown(_REFUNDS, "Offer made"),),
    "pre_shipment_qc": (_Shown(_DOCUMENT, "Pre-shipment check"),),
    "avs_cvv_result": (
        _Shown(_PAYMENT, "Address verification result", "match|postcode only|street only"),
        _Shown(_PAYMENT, "Card verification code result", "match"),
    ),
    "three_ds_result": (_Shown(_PAYMENT, "3-D Secure result", "authenticated|attempted"),),
    "ip_address": (_Shown(_ORDER, "IP address"),),
    "device_fingerprint": (_Shown(_ORDER, "Device id|Device fingerprint"),),
    "prior_undisputed_transactions": (_Shown(_PRIORS, "Dispute recorded", "no"),),
    "distinct_transactions_proof": (_Shown(_PRIORS, "Transaction"),),
    "duplicate_charge_id": (_Shown(_PRIORS, "Transaction"),),
    "authorization_record": (_Shown(_PAYMENT, "Authorization code"),),
}
"""Any of these rows answers the item. Items that are not here, or below, no exhibit of a packet can answer."""

_ALL_OF: dict[str, tuple[_Shown, ...]] = {
    "amount_agreed_proof": (_Shown(_ORDER, "Order total"), _Shown(_PAYMENT, "Amount charged")),
    "partial_refund_record": (_Shown(_REFUNDS, "Credit posted"), _Shown(_REFUNDS, "Offer accepted")),
    "delivery_address_match": (_Shown(_TRACKING, "Delivered"), _Shown(_ORDER, "Ship-to address")),
    "fpt_device_delivery_identity": (
        _Shown(_ORDER, "IP address|Device id|Device fingerprint"),
        _Shown(_TRACKING, "Delivered"),
        _Shown(_ORDER, "Account"),
    ),
}
"""All of these rows together answer the item."""

_SAID = {"delivery_address_match": "matches the ship-to address"}
"""Words the letter must also say, where two rows answer an item only when they agree."""


def requirements_of(reason: ReasonCode, packet: SeenPacket) -> tuple[Requirement, ...]:
    """Every item the code's list compels, with the places that answer it; empty when no list is known."""
    meanings = evidence_vocabulary()
    return tuple(
        Requirement(item=item, meaning=meanings[item], places=tuple(dict.fromkeys(_places(item, packet))))
        for item in reason.compels or ()
    )


def _places(item: str, packet: SeenPacket) -> list[str]:
    if item == "ce3_qualified_priors":
        clean = _rows(_Shown(_PRIORS, "Dispute recorded", "no"), packet)
        return [row.place for row in clean] if len(clean) >= 2 else []
    if item == "recipient_cardholder_link":
        signed = packet.labelled(_TRACKING, "Signature name")
        return [row.place for row in signed if same_person(row.value, packet.buyer)]
    if item in _SAID and not any(_SAID[item] in sentence.text for sentence in packet.sentences):
        return []
    if item in _ALL_OF:
        found = [_rows(shown, packet) for shown in _ALL_OF[item]]
        return [rows[0].place for rows in found] if all(found) else []
    return [row.place for shown in _ONE_OF.get(item, ()) for row in _rows(shown, packet)]


def _rows(shown: _Shown, packet: SeenPacket) -> list[SeenRow]:
    return [row for row in packet.labelled(shown.kind, shown.label) if re.fullmatch(shown.value, row.value)]


def same_person(signed: str, named: str) -> bool:
    """Whether a signature name may be the named person: they share a word of three letters, case and accents apart.

    Carriers cut names and leave first names out; `E. MARCHAND` may be Élise Marchand, `REYES` Ana Reyes.
    """
    return bool(_words(signed) & _words(named))


def _words(name: str) -> set[str]:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )
    return {word for word in re.findall(r"\w+", plain) if len(word) >= 3}
