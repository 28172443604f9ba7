"""The order snapshot, `amends.order/1`: an order as it was at purchase, before anybody disputes it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from knowledge.base import Frozen
from knowledge.case import (
    FORMAT,
    Buyer,
    CaseBundle,
    CaseKind,
    Claim,
    EarlierRefund,
    LongText,
    Merchant,
    Order,
    PriorTransaction,
    Shipment,
)
from knowledge.rules.bundle_check import Refusal, check_bundle


class OrderSnapshot(Frozen):
    """What a shop knows about one order: the part of a case that is not about its dispute."""

    format: Literal["amends.order/1"] = "amends.order/1"
    merchant: Merchant
    order: Order
    buyer: Buyer
    shipments: Annotated[tuple[Shipment, ...], Field(max_length=20)] = ()
    """Parcels by carrier and number; the carrier's answers are fetched when they are needed."""
    earlier_refunds: Annotated[tuple[EarlierRefund, ...], Field(max_length=100)] = ()
    """Money given back outside the processor, which knows its own."""
    prior_transactions: tuple[PriorTransaction, ...] = ()
    """Earlier purchases of the same buyer on the same card."""
    access_log: LongText | None = None
    """Logins, downloads and devices of the buyer's account, a line each, as the shop keeps them."""


def check_snapshot(snapshot: OrderSnapshot, now: datetime) -> list[Refusal]:
    """Everything wrong with a well-shaped snapshot, by the same rules as a case's; `now` is aware UTC.

    Pointers lead into the snapshot.
    """
    found = [
        Refusal(
            pointer=f"/shipments/{place}/tracking",
            problem="a snapshot carries no files",
            mend="leave it out: the carrier is asked when a dispute comes",
        )
        for place, shipment in enumerate(snapshot.shipments)
        if shipment.tracking is not None
    ]
    as_case = CaseBundle(
        format=FORMAT,
        case_id="snapshot",
        kind=CaseKind.REFUND,
        opened_at=now,
        merchant=snapshot.merchant,
        order=snapshot.order,
        buyer=snapshot.buyer,
        claim=Claim(),
        shipments=snapshot.shipments,
        earlier_refunds=snapshot.earlier_refunds,
    )
    return [*found, *check_bundle(as_case, now)]
