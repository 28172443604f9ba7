"""Orders as they were at purchase, with their parcels: frozen before anybody disputes them."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from console.api.caller import OpenHouse, ReadsCases, WritesOrders
from console.api.paths import OrderId
from console.api.problems import Refused
from console.api.shapes import OrderHeld, OrderTaken
from console.api.specification import ORDER_BODY, answers
from console.api.submitted import JSON, media_type
from knowledge.case import ProcessorName
from tools.order_files.reading import snapshot_of
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.order_snapshots import OrderSnapshots

router = APIRouter(tags=["orders"])


@router.post(
    "/orders", operation_id="freeze_order", status_code=201, openapi_extra=ORDER_BODY,
    responses=answers(400, 403, 409, 413, 415, 422, again=OrderTaken),
)  # fmt: skip
async def freeze_order(request: Request, response: Response, key: WritesOrders, house: OpenHouse) -> OrderTaken:
    """Freeze an order, `amends.order/1`, with its shipments. The same again changes nothing (200).

    Another version of an order that is held is refused (409): a snapshot is what the order was at purchase. Disputes
    that wait for an order look again at once.
    """
    if media_type(request) != JSON:
        raise Refused(415, f"send {JSON}")
    snapshot = await asyncio.to_thread(snapshot_of, await request.body(), now=datetime.now(UTC))
    records = house.installation.records
    kept = await OrderSnapshots(records).keep(key.merchant, [snapshot])
    if kept.new:
        for each in await Gatherings(records).standings(key.merchant):
            if each.state is GatheringState.WAITING:
                await house.desk.gather(key.merchant, ProcessorName(each.processor), each.dispute)
    else:
        response.status_code = 200
    return OrderTaken(order_id=snapshot.order.id, created=bool(kept.new))


@router.get("/orders/{order_id}", operation_id="read_order", responses=answers(403, 404, 422))
async def read_order(order_id: OrderId, key: ReadsCases, house: OpenHouse) -> OrderHeld:
    """That an order is held, since when and as what, without what is in it."""
    held = await OrderSnapshots(house.installation.records).standing(key.merchant, order_id)
    return OrderHeld.model_validate(held._asdict())
