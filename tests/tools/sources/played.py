"""Sample cases under names of their own, for the stand-ins to hold."""

import json
from datetime import UTC, datetime
from typing import Any

from knowledge.case import CaseBundle
from samples.chargebacks import CHARGEBACKS
from tools.bundles import read_sent
from tools.sources.ports import PaymentAsked


def played(name: str, suffix: str, merchant: str = "lumen", **notice: Any) -> tuple[CaseBundle, dict[str, bytes]]:
    """The sample case `name` with order, payment, dispute, buyer and parcel of its own."""
    found, files, _ = next(one for one in CHARGEBACKS if one[0]["case_id"] == name)
    order = found["order"]
    renamed = {
        **found,
        "case_id": f"played-{suffix}",
        "merchant": {**found["merchant"], "id": merchant},
        "order": {
            **order,
            "id": f"O-{suffix}",
            "payment": {**order["payment"], "processor_reference": f"ch_{suffix}"},
        },
        "buyer": {**found["buyer"], "id": f"B-{suffix}", "email": f"{suffix}@example.com"},
        "chargeback": {**found["chargeback"], "dispute_id": f"dp_{suffix}", **notice},
    }
    read = read_sent(json.dumps(renamed).encode(), files, now=datetime.now(UTC))
    return read.bundle, dict(read.files)


def asked(bundle: CaseBundle, order_reference: str | None = None, **changes: Any) -> PaymentAsked:
    """The payment of the case as its processor tells it."""
    payment = bundle.order.payment
    return PaymentAsked(
        processor=payment.processor,
        reference=payment.processor_reference,
        captured=payment.captured,
        captured_at=payment.captured_at,
        order_reference=order_reference,
    ).model_copy(update=changes)
