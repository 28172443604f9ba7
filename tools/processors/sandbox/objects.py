"""Stripe's objects as they look on the wire when new. Times are Unix seconds, amounts Stripe's minor units."""

import uuid

from tools.processors.sandbox.books import Wire
from tools.processors.sandbox.messages import NewCharge, NewDispute

TEXT_EVIDENCE = tuple(
    (
        "access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal "
        "customer_email_address customer_name customer_purchase_ip duplicate_charge_explanation duplicate_charge_id "
        "product_description refund_policy_disclosure refund_refusal_explanation service_date shipping_address "
        "shipping_carrier shipping_date shipping_tracking_number uncategorized_text"
    ).split()
)
FILE_EVIDENCE = tuple(
    (
        "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt "
        "refund_policy service_documentation shipping_documentation uncategorized_file"
    ).split()
)


def new_id(prefix: str) -> str:
    """An id as Stripe writes them: `re_…`."""
    return f"{prefix}_{uuid.uuid4().hex[:24]}"


def charge(new: NewCharge, now: int) -> Wire:
    """A captured card charge."""
    created = int(new.created_at.timestamp()) if new.created_at else now
    return {
        "id": new.id or new_id("ch"),
        "object": "charge",
        "amount": new.amount,
        "amount_captured": new.amount,
        "amount_refunded": 0,
        "balance_transaction": new_id("txn"),
        "billing_details": dict.fromkeys(("address", "email", "name", "phone", "tax_id")),
        "calculated_statement_descriptor": "SANDBOX",
        "captured": True,
        "created": created,
        "currency": new.currency,
        "customer": None,
        "description": None,
        "disputed": False,
        "fraud_details": None,
        "livemode": False,
        "metadata": new.metadata,
        "outcome": None,
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": {
            "type": "card",
            "card": {
                **dict.fromkeys(
                    (
                        "amount_authorized authorization_code checks country electronic_commerce_indicator funding "
                        "installments mandate network_transaction_id regulated_status three_d_secure "
                        "transaction_link_id wallet"
                    ).split()
                ),
                "brand": new.network,
                "network": new.network,
                "last4": new.last4,
                "exp_month": 12,
                "exp_year": 2030,
            },
        },
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "shipping": None,
        "statement_descriptor": None,
        "status": "succeeded",
    }


def refund(of: Wire, amount: int, status: str, metadata: dict[str, str], reason: str | None, now: int) -> Wire:
    """A refund of charge `of`."""
    body: Wire = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": new_id("txn"),
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"type": "card", "card": {"type": "refund"}},
        "metadata": metadata,
        "payment_intent": None,
        "payment_method": None,
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        body["pending_reason"] = "processing"
    return body


def file(identifier: str, name: str, purpose: str, size: int, kind: str, now: int) -> Wire:
    """An uploaded file."""
    return {
        "id": identifier,
        "object": "file",
        "created": now,
        "expires_at": None,
        "filename": name,
        "links": {"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={identifier}"},
        "purpose": purpose,
        "size": size,
        "title": None,
        "type": kind,
        "url": f"https://files.stripe.com/v1/files/{identifier}/contents",
    }


def balance_transaction(amount: int, currency: str, source: str, now: int) -> Wire:
    """Money a dispute takes from the merchant (negative) or gives back."""
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
        "source": source,
        "status": "available",
        "type": "adjustment",
    }


ADDRESS_FIELDS = ("city", "country", "line1", "line2", "postal_code", "state")
CE3_FIELDS = (
    "customer_account_id",
    "customer_device_fingerprint",
    "customer_device_id",
    "customer_email_address",
    "customer_purchase_ip",
    "product_description",
    "shipping_address",
)
"""What Stripe answers of every purchase in Visa Compelling Evidence 3.0, null where nothing was given."""


def dispute(new: NewDispute, of: Wire, now: int) -> Wire:
    """A dispute of charge `of` that waits for a response."""
    inquiry = new.case_type == "inquiry"
    identifier = new.id or new_id("dp")
    amount = new.amount or of["amount"]
    network = of["payment_method_details"]["card"]["network"]
    return {
        "id": identifier,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [] if inquiry else [balance_transaction(-amount, of["currency"], identifier, now)],
        "charge": of["id"],
        "created": now,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(TEXT_EVIDENCE + FILE_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": int(new.due_by.timestamp()) if new.due_by else None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": new.network_reason_code,
        "payment_intent": None,
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": network,
                "case_type": new.case_type,
                "network": network,
                "network_reason_code": new.network_reason_code,
            },
        },
        "reason": new.reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
