"""One of everything at a merchant, made in the records without a workflow, for the tests of who sees what."""

import itertools
from dataclasses import dataclass

from knowledge.order_snapshot import OrderSnapshot
from tests.tools.records.cases_for_tests import refund_decision
from tests.workflows.house import case
from tools.outgoing.events import EventType
from tools.records.order_snapshots import OrderSnapshots
from tools.records.webhook_deliveries import WebhookDeliveries
from tools.records.webhook_endpoints import WebhookEndpoints
from workflows.installation import Installation

_numbers = itertools.count(1)
_ABOVE: dict[str, tuple[str, ...]] = {
    "order_id": (),
    "case_id": (),
    "decision_id": ("case_id",),
    "sha256": ("case_id",),
    "endpoint_id": (),
    "delivery_id": (),
}


@dataclass(frozen=True)
class Given:
    """What is there, by the name of the path's parameter."""

    ids: dict[str, str]

    def up_to(self, name: str) -> dict[str, str]:
        """The id of that name and those it lies under."""
        return {each: self.ids[each] for each in (*_ABOVE[name], name)}


async def give_everything(installation: Installation, merchant: str) -> Given:
    """An order, a case with decision, letter and outcome, an endpoint and a delivery."""
    number = next(_numbers)
    owner = {"id": merchant, "name": "Lumen Lamps", "country": "DE"}
    bundle = case(f"given-{number}", "lost: nada", merchant=owner)
    cases, records = installation.cases, installation.records
    asked = "https://shop.example/hooks"
    endpoint, _ = await WebhookEndpoints(records).make(merchant, asked, [EventType.CASE_OPENED], by="test")
    await cases.open_case(bundle, {})
    made = await cases.save_decision(merchant, bundle.case_id, refund_decision(500))
    letter = await cases.save_artifact(merchant, bundle.case_id, "letter", f"letter-{number}.json", b"{}")
    await cases.save_outcome(merchant, bundle.case_id, "denied", None)
    snapshot = OrderSnapshot(merchant=bundle.merchant, order=bundle.order, buyer=bundle.buyer)
    await OrderSnapshots(records).keep(merchant, [snapshot])
    await WebhookDeliveries(records).collect(merchant)
    (delivery,) = await WebhookDeliveries(records).log(merchant, endpoint_id=endpoint.endpoint_id)
    return Given(
        {
            "order_id": bundle.order.id,
            "case_id": bundle.case_id,
            "decision_id": made,
            "sha256": letter,
            "endpoint_id": endpoint.endpoint_id,
            "delivery_id": f"{endpoint.endpoint_id}.{delivery.seq}",
        }
    )
