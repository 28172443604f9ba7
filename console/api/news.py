"""Events, for those who would rather ask than be told: the same that outgoing webhooks carry."""

from fastapi import APIRouter
from pydantic import TypeAdapter

from console.api.caller import OpenHouse, ReadsCases
from console.api.cursors import Cursor, Limit, cursor_of, key_of
from console.api.shapes import Page
from console.api.specification import answers
from tools.outgoing.events import Event
from tools.records.webhook_deliveries import WebhookDeliveries

router = APIRouter(tags=["events"])
_KEY: TypeAdapter[int] = TypeAdapter(int)
_LARGEST = 2**63 - 1


@router.get("/events", operation_id="list_events", responses=answers(403, 422))
async def list_events(key: ReadsCases, house: OpenHouse, cursor: Cursor = None, limit: Limit = 50) -> Page[Event]:
    """What happened to the merchant's cases, oldest first.

    `next_cursor` is never null here: keep it, and ask again with it for what has happened since. A page may be empty.
    """
    after = min(max(0, key_of(cursor, _KEY) or 0), _LARGEST)
    found, reached = await WebhookDeliveries(house.installation.records).events(key.merchant, after=after, limit=limit)
    return Page(items=tuple(found), next_cursor=cursor_of(reached))
