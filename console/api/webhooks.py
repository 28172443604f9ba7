"""Outgoing webhooks: endpoints, their secrets, and what became of deliveries."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import TypeAdapter

from console.api.caller import ManagesKeys, OpenHouse, actor_of
from console.api.cursors import Cursor, Limit, cursor_of, key_of
from console.api.paths import DeliveryId, EndpointId
from console.api.problems import Refused, refused_field
from console.api.shapes import DeliveryListed, EndpointAsked, EndpointListed, EndpointMade, Page, SecretRotated
from console.api.specification import answers
from tools.outgoing.destinations import NotAllowedThere, checked_url
from tools.records.webhook_deliveries import DeliveryState, WebhookDeliveries, WebhookDelivery
from tools.records.webhook_endpoints import WebhookEndpoints

router = APIRouter(tags=["webhooks"])
_EXAMPLE = {"url": "https://shop.example/hooks/amends", "events": ["review.needed", "refund.paid"]}
_KEY: TypeAdapter[tuple[int, str]] = TypeAdapter(tuple[int, str])
_LARGEST = 2**63 - 1
OnlyEndpoint = Annotated[
    str | None, Query(pattern=r"^we_[0-9a-f]{16}$", description="Only deliveries to this endpoint.")
]
OnlyState = Annotated[DeliveryState | None, Query(description="Only deliveries that stand there.")]


@router.post("/webhook-endpoints", operation_id="make_endpoint", status_code=201,
             openapi_extra={"requestBody": {"content": {"application/json": {"example": _EXAMPLE}}}},
             responses=answers(400, 403, 409, 413, 422))  # fmt: skip
async def make_endpoint(asked: EndpointAsked, key: ManagesKeys, house: OpenHouse) -> EndpointMade:
    """Be told of events from now on, at an `https` address of the public internet. The secret is shown this once."""
    installation = house.installation
    try:
        checked_url(asked.url, private=installation.settings.webhooks_to_private_addresses)
    except NotAllowedThere as refused:
        wrong, _, mend = str(refused).partition("; ")
        raise refused_field("/url", wrong, mend) from None
    try:
        made, secret = await WebhookEndpoints(installation.records).make(
            key.merchant, asked.url, tuple(dict.fromkeys(asked.events)), by=actor_of(key)
        )
    except ValueError as full:
        raise Refused(409, str(full)) from None
    return EndpointMade(**made.model_dump(), secret=secret)


@router.get("/webhook-endpoints", operation_id="list_endpoints", responses=answers(403))
async def list_endpoints(key: ManagesKeys, house: OpenHouse) -> Page[EndpointListed]:
    """Every endpoint, oldest first; all in one page."""
    found = await WebhookEndpoints(house.installation.records).of_merchant(key.merchant)
    return Page(items=tuple(EndpointListed(**each.model_dump()) for each in found), next_cursor=None)


@router.delete("/webhook-endpoints/{endpoint_id}", operation_id="remove_endpoint", status_code=204,
               responses=answers(403, 404, 422))  # fmt: skip
async def remove_endpoint(endpoint_id: EndpointId, key: ManagesKeys, house: OpenHouse) -> None:
    """Tell an endpoint nothing more, also not what was due."""
    await WebhookEndpoints(house.installation.records).remove(key.merchant, endpoint_id, by=actor_of(key))


@router.post("/webhook-endpoints/{endpoint_id}/secret", operation_id="rotate_secret", status_code=201,
             responses=answers(403, 404, 409, 413, 422))  # fmt: skip
async def rotate_secret(endpoint_id: EndpointId, key: ManagesKeys, house: OpenHouse) -> SecretRotated:
    """Give an endpoint another secret, shown this once. For a day deliveries carry the old one's signature too."""
    endpoints = WebhookEndpoints(house.installation.records)
    return SecretRotated(secret=await endpoints.rotate(key.merchant, endpoint_id, by=actor_of(key)))


@router.get("/webhook-deliveries", operation_id="list_deliveries", responses=answers(403, 422))
async def list_deliveries(
    key: ManagesKeys,
    house: OpenHouse,
    endpoint_id: OnlyEndpoint = None,
    state: OnlyState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeliveryListed]:
    """Deliveries, the newest event first, with what the endpoint last answered."""
    after = key_of(cursor, _KEY)
    if after is not None:
        after = (min(max(0, after[0]), _LARGEST), after[1])
    found = await WebhookDeliveries(house.installation.records).log(
        key.merchant, endpoint_id=endpoint_id, state=state, after=after, limit=limit + 1
    )
    shown = found[:limit]
    following = cursor_of((shown[-1].seq, shown[-1].endpoint_id)) if len(found) > limit else None
    return Page(items=tuple(_listed(each) for each in shown), next_cursor=following)


@router.post("/webhook-deliveries/{delivery_id}/replay", operation_id="replay_delivery", status_code=202,
             responses=answers(403, 404, 409, 413, 422))  # fmt: skip
async def replay_delivery(delivery_id: DeliveryId, key: ManagesKeys, house: OpenHouse) -> DeliveryListed:
    """Make a delivery again, whatever became of it; the event and its id are the same."""
    endpoint_id, _, seq = delivery_id.partition(".")
    deliveries = WebhookDeliveries(house.installation.records)
    return _listed(await deliveries.replay(key.merchant, endpoint_id, int(seq), by=actor_of(key)))


def _listed(one: WebhookDelivery) -> DeliveryListed:
    return DeliveryListed(delivery_id=f"{one.endpoint_id}.{one.seq}", **one.model_dump(exclude={"seq"}))
