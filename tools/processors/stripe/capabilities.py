"""Stripe's limits on dispute evidence (https://docs.stripe.com/disputes/best-practices and the API reference)."""

from collections.abc import Mapping

from tools.processors.capabilities import Capabilities

_LONG_TEXT = 20_000
_SHORT_TEXT = 5_000

STRIPE = Capabilities(
    processor="stripe",
    file_kinds={"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"},
    file_fields=frozenset(
        (
            "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt "
            "refund_policy service_documentation shipping_documentation uncategorized_file"
        ).split()
    ),
    # "4.5 MB combined" read as decimal megabytes, the smaller of the two readings.
    files_combined_bytes=4_500_000,
    # "fewer than 50 pages".
    pages_combined=49,
    pages_by_network={"mastercard": 19},
    text_fields={
        **dict.fromkeys(
            (
                "access_activity_log cancellation_policy_disclosure cancellation_rebuttal duplicate_charge_explanation "
                "product_description refund_policy_disclosure refund_refusal_explanation uncategorized_text"
            ).split(),
            _LONG_TEXT,
        ),
        **dict.fromkeys(
            (
                "billing_address customer_email_address customer_name customer_purchase_ip duplicate_charge_id "
                "service_date shipping_address shipping_carrier shipping_date shipping_tracking_number"
            ).split(),
            _SHORT_TEXT,
        ),
    },
    text_combined=150_000,
    submissions=1,
)


def broken_limits(texts: Mapping[str, str], packet: bytes) -> list[str]:
    """Every limit that texts by Stripe's field names and the packet break, with the mend; empty when they may be sent.

    Pages are left to Stripe: staging over the page limit is refused (`dispute_evidence_page_limit_exceeded`).
    """
    broken: list[str] = []
    if not packet.startswith(tuple(STRIPE.file_kinds.values())):
        broken.append("the packet is not a PDF, JPEG or PNG; Stripe takes no other kind")
    if len(packet) > STRIPE.files_combined_bytes:
        broken.append(f"the packet has {len(packet)} bytes; Stripe takes {STRIPE.files_combined_bytes} for all files")
    for field, text in texts.items():
        longest = STRIPE.text_fields.get(field)
        if longest is None:
            broken.append(f"{field!r} is not a text field of Stripe's evidence; see capabilities.STRIPE.text_fields")
        elif len(text) > longest:
            broken.append(f"{field} has {len(text)} characters; shorten it to {longest}")
    combined = sum(len(text) for text in texts.values())
    if combined > STRIPE.text_combined:
        broken.append(f"all texts together have {combined} characters; shorten them to {STRIPE.text_combined}")
    return broken
