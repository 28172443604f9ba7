"""The merchant's keys, without their secrets; they are made, rotated and revoked with `amends keys`."""

from fastapi import APIRouter

from console.api.caller import AnyKey, ManagesKeys, OpenHouse
from console.api.shapes import KeyListed, Page
from console.api.specification import answers
from tools.records.api_keys import ApiKey, ApiKeys

router = APIRouter(tags=["keys"])


@router.get("/keys", operation_id="list_keys", responses=answers(403))
async def list_keys(key: ManagesKeys, house: OpenHouse) -> Page[KeyListed]:
    """Every key of the merchant, those that have ended too; all in one page."""
    found = await ApiKeys(house.installation.records).of_merchant(key.merchant)
    return Page(items=tuple(_listed(each, key) for each in found), next_cursor=None)


@router.get("/keys/this", operation_id="read_this_key", responses=answers())
async def read_this_key(key: AnyKey) -> KeyListed:
    """The key of this request: a way to try whether a key opens, and what for."""
    return _listed(key, key)


def _listed(each: ApiKey, this: ApiKey) -> KeyListed:
    return KeyListed(
        key_id=each.key_id,
        name=each.name,
        scopes=tuple(sorted(each.scopes)),
        made_at=each.made_at,
        ends_at=each.ends_at,
        used_at=each.used_at,
        revoked_at=each.revoked_at,
        this_one=each.key_id == this.key_id,
    )
