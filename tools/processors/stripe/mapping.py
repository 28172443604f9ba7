"""Pure mapping between our words and Stripe's. A state Stripe has not told us about is never taken for success."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from knowledge.case import Address, CardNetwork, DisputeStage
from knowledge.money import Money, total
from tools.ports import (
    CompellingEvidence,
    DisputeState,
    EvidencePackage,
    IdentifiedPurchase,
    ProcessorCharge,
    ProcessorDispute,
    ProcessorRefund,
    RefundState,
)
from tools.processors.stripe.amounts import from_stripe, to_stripe

if TYPE_CHECKING:
    from stripe import Charge, Dispute, Refund
    from stripe.params import DisputeUpdateParams, RefundCreateParams

CASE_KEY = "amends_case_key"
"""The metadata field that carries our ledger key on a refund."""
_PACKET_FIELD = "uncategorized_file"
"""Stripe takes one file per kind of evidence; the packet holds all kinds, each under its letter."""

# https://docs.stripe.com/api/refunds/object: pending, requires_action, succeeded, failed, canceled.
_REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
}

# https://docs.stripe.com/api/disputes/object. A prevented dispute was settled with the cardholder before it became a
# chargeback: the money is gone, and paying it back again would pay twice.
_DISPUTE_STATES = {
    "warning_needs_response": DisputeState.NEEDS_RESPONSE,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "appeal_needs_response": DisputeState.NEEDS_RESPONSE,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
    "warning_closed": DisputeState.CLOSED,
    "prevented": DisputeState.LOST,
}


# https://docs.stripe.com/api/charges/object: payment_method_details.card.network and .brand. Diners runs on Discover.
_NETWORKS = {
    "visa": CardNetwork.VISA,
    "mastercard": CardNetwork.MASTERCARD,
    "amex": CardNetwork.AMEX,
    "discover": CardNetwork.DISCOVER,
    "diners": CardNetwork.DISCOVER,
}


def refund_state(status: str | None) -> RefundState:
    """Stripe's refund status in our words; what is not known to be final is pending."""
    return _REFUND_STATES.get(status or "", RefundState.PENDING)


def dispute_state(status: str | None) -> DisputeState:
    """Stripe's dispute status in our words; what is not known is under review."""
    return _DISPUTE_STATES.get(status or "", DisputeState.UNDER_REVIEW)


def charge_from_stripe(charge: "Charge") -> ProcessorCharge:
    """The charge in our words; ValueError for an amount its currency does not have."""
    return ProcessorCharge(
        reference=charge.id,
        captured=from_stripe(charge.amount_captured, charge.currency),
        refunded=from_stripe(charge.amount_refunded, charge.currency),
        disputed=charge.disputed,
        captured_at=datetime.fromtimestamp(charge.created, UTC),
        order_reference=_order_reference(charge),
        credential=getattr(_card(charge), "fingerprint", None),
        network=network_of(_card(charge)),
        last4=getattr(_card(charge), "last4", None),
    )


def network_of(card: object) -> CardNetwork | None:
    """The card's network in our words; None for one whose rules we do not have."""
    named: str | None = getattr(card, "network", None) or getattr(card, "brand", None)
    return _NETWORKS.get(named or "")


def _card(told: "Charge | Dispute") -> object:
    return getattr(getattr(told, "payment_method_details", None), "card", None)


def _order_reference(charge: "Charge") -> str | None:
    """Shops write their order into the metadata, under `order_id` by custom (WooCommerce, Magento, our own advice)."""
    return charge.metadata["order_id"] if charge.metadata and "order_id" in charge.metadata else None


def refund_from_stripe(refund: "Refund") -> ProcessorRefund:
    """The refund in our words, with the ledger key we wrote into its metadata."""
    return ProcessorRefund(
        reference=refund.id,
        amount=from_stripe(refund.amount, refund.currency),
        state=refund_state(refund.status),
        created_at=datetime.fromtimestamp(refund.created, UTC),
        case_key=refund.metadata[CASE_KEY] if refund.metadata and CASE_KEY in refund.metadata else None,
        failure=getattr(refund, "failure_reason", None),
    )


def dispute_from_stripe(dispute: "Dispute") -> ProcessorDispute:
    """The dispute in our words. `due_by` is 0 or null when the bank allows no response: then there is no date."""
    details = dispute.evidence_details
    charge = dispute.charge if isinstance(dispute.charge, str) else dispute.charge.id
    return ProcessorDispute(
        reference=dispute.id,
        charge=charge,
        amount=from_stripe(dispute.amount, dispute.currency),
        state=dispute_state(dispute.status),
        respond_by=datetime.fromtimestamp(details.due_by, UTC) if details.due_by else None,
        network_reason_code=_network_reason_code(dispute),
        submission_count=details.submission_count,
        evidence_staged=details.has_evidence,
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        network=network_of(_card(dispute)),
        recovered=_recovered(dispute),
        stage=_stage(dispute.status),
    )


def _stage(status: str) -> DisputeStage:
    """Stripe tells the stage in the status alone; what is not an inquiry or an appeal is a chargeback."""
    if status.startswith("warning_"):
        return DisputeStage.INQUIRY
    return DisputeStage.PRE_ARBITRATION if status.startswith("appeal_") else DisputeStage.CHARGEBACK


def _recovered(dispute: "Dispute") -> Money | None:
    """What the merchant has back of what was withdrawn; None while nothing came back.

    Balance transactions are negative when money is taken, also when a won dispute is reversed later. In an account
    that settles in another currency than the dispute's both are in the account's.
    """
    moved = [from_stripe(part.amount, part.currency) for part in dispute.balance_transactions]
    if not any(amount.minor > 0 for amount in moved):
        return None
    currency = moved[0].currency
    at_first = next((amount for amount in moved if amount.minor < 0), Money.zero(currency))
    return max(total(moved, currency) - at_first, Money.zero(currency))


def _network_reason_code(dispute: "Dispute") -> str | None:
    """The network's code; API versions differ in whether it stands on the dispute or beside the card."""
    direct: str | None = getattr(dispute, "network_reason_code", None)
    return direct or getattr(_card(dispute), "network_reason_code", None)


def refund_to_stripe(charge: str, amount: Money, case_key: str) -> "RefundCreateParams":
    """The body of POST /v1/refunds; ValueError when Stripe cannot carry the amount exactly."""
    return {"charge": charge, "amount": to_stripe(amount), "metadata": {CASE_KEY: case_key}}


def texts_to_stripe(package: EvidencePackage) -> dict[str, str]:
    """The package's texts by Stripe's field names; nothing is cut, what is too long is refused before it is sent.

    A dispute over several parcels names every one: Stripe has one field for each of carrier, number and date.
    """
    numbered = [parcel for parcel in package.parcels if parcel.tracking_number]
    texts = {
        "uncategorized_text": package.statement,
        "product_description": package.product,
        "customer_name": package.customer_name,
        "customer_email_address": package.customer_email,
        "customer_purchase_ip": package.purchase_ip,
        "billing_address": package.billing_address,
        "shipping_address": package.shipping_address,
        "shipping_carrier": ", ".join(dict.fromkeys(parcel.carrier for parcel in numbered)),
        "shipping_tracking_number": ", ".join(parcel.tracking_number or "" for parcel in numbered),
        "shipping_date": ", ".join(f"{parcel.shipped_at:%Y-%m-%d}" for parcel in numbered if parcel.shipped_at),
    }
    return {field: text for field, text in texts.items() if text}


def staging_to_stripe(package: EvidencePackage, file: str) -> "DisputeUpdateParams":
    """The body of POST /v1/disputes/{id} that stages: `submit` defaults to true at Stripe, so it is always said.

    `intended_submission_method` is manual, or Smart Disputes may file Stripe's own packet before ours.
    """
    evidence: dict[str, object] = {**texts_to_stripe(package), _PACKET_FIELD: file}
    if package.compelling is not None:
        evidence["enhanced_evidence"] = {"visa_compelling_evidence_3": compelling_to_stripe(package.compelling)}
    if package.stage is DisputeStage.PRE_ARBITRATION:
        evidence = {"appeal": {"card": {"reason_for_filing": package.statement, "supporting_files": [file]}}}
    return {
        "evidence": evidence,  # pyright: ignore[reportReturnType] -- fields are checked against the capabilities
        "intended_submission_method": "manual",
        "submit": False,
    }


def compelling_to_stripe(compelling: CompellingEvidence) -> dict[str, object]:
    """`evidence.enhanced_evidence.visa_compelling_evidence_3`: the disputed purchase and exactly two earlier ones.

    See https://docs.stripe.com/disputes/api/visa-ce3.
    """
    disputed = _purchase_to_stripe(compelling.disputed)
    disputed["merchandise_or_services"] = "services" if compelling.digital else "merchandise"
    return {
        "disputed_transaction": disputed,
        "prior_undisputed_transactions": [
            {"charge": prior.charge, **_purchase_to_stripe(prior)} for prior in compelling.priors
        ],
    }


def _purchase_to_stripe(purchase: IdentifiedPurchase) -> dict[str, object]:
    given: dict[str, object | None] = {
        "customer_account_id": purchase.account_id,
        "customer_device_fingerprint": purchase.fingerprint,
        "customer_device_id": purchase.device_id,
        "customer_email_address": purchase.email,
        "customer_purchase_ip": purchase.ip,
        "product_description": purchase.description,
        "shipping_address": _address_to_stripe(purchase.ship_to) if purchase.ship_to else None,
    }
    return {field: value for field, value in given.items() if value is not None}


def _address_to_stripe(address: Address) -> dict[str, str]:
    lines = [*address.lines, "", ""]
    given = {
        "line1": lines[0],
        "line2": ", ".join(line for line in lines[1:] if line),
        "city": address.city,
        "state": address.region or "",
        "postal_code": address.postcode or "",
        "country": address.country,
    }
    return {field: text for field, text in given.items() if text}
