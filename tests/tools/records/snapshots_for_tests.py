"""Order snapshots made in code."""

from typing import Any

from knowledge.order_snapshot import OrderSnapshot
from tests.tools.records.cases_for_tests import case


def lamp_snapshot(merchant: str, name: str, **order: Any) -> OrderSnapshot:
    """The order of the tests' case, under its own id and payment."""
    bundle = case(merchant, name)
    payment = bundle.order.payment.model_copy(update={"processor_reference": f"ch_{name.replace('-', '_')}"})
    changed = bundle.order.model_copy(update={"id": f"O-{name}", "payment": payment, **order})
    return OrderSnapshot(merchant=bundle.merchant, order=changed, buyer=bundle.buyer)
