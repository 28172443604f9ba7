"""API keys: which secrets open, for whom, and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.rules.authority import Permission
from tools.records.api_keys import ApiKeys
from tools.records.audit import AuditTrail
from tools.records.house import HOUSE
from tools.records.records import Records

SCOPES = {Permission.READ_CASES, Permission.SUBMIT_CASES}


async def test_a_secret_opens_its_merchant_with_its_scopes_and_is_nowhere_kept(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    made = await keys.make(merchant, "shop backend", SCOPES, by="ana")
    found = await keys.find(made.secret)
    assert found is not None
    assert (found.merchant, found.scopes, found.key_id) == (merchant, SCOPES, made.key.key_id)
    async with records.merchant(HOUSE) as scope:
        rows = await (await scope.execute("select t::text from amends.api_key t")).fetchall()
    assert not any(made.secret in row[0] or made.secret.rpartition("_")[2] in row[0] for row in rows)
    (listed,) = await keys.of_merchant(merchant)
    assert listed.used_at is not None


@pytest.mark.parametrize("change", ["", "x", "amends_", "amends__", "amends_0000000000000000_x"])
async def test_what_is_no_secret_opens_nothing(records: Records, merchant: str, change: str) -> None:
    keys = ApiKeys(records)
    made = await keys.make(merchant, "one", SCOPES, by="ana")
    assert await keys.find(change) is None
    assert await keys.find(made.secret + "x") is None
    assert await keys.find(made.secret[:-1]) is None


async def test_a_rotated_key_opens_until_its_overlap_ends(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    old = await keys.make(merchant, "one", SCOPES, by="ana")
    fresh = await keys.rotate(merchant, old.key.key_id, by="ana")
    assert fresh.key.scopes == SCOPES
    assert await keys.find(old.secret) is not None
    assert await keys.find(fresh.secret) is not None
    last = await keys.rotate(merchant, fresh.key.key_id, by="ana", overlap=timedelta())
    assert await keys.find(fresh.secret) is None
    assert await keys.find(last.secret) is not None


async def test_rotation_does_not_lengthen_a_keys_life(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    ends_at = datetime.now(UTC) + timedelta(hours=1)
    old = await keys.make(merchant, "one", SCOPES, by="ana", ends_at=ends_at)
    fresh = await keys.rotate(merchant, old.key.key_id, by="ana")
    assert {key.ends_at for key in await keys.of_merchant(merchant)} == {ends_at}
    assert fresh.key.ends_at == ends_at


async def test_a_revoked_or_ended_key_opens_nothing(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    revoked = await keys.make(merchant, "one", SCOPES, by="ana")
    await keys.revoke(merchant, revoked.key.key_id, by="ana")
    ended = await keys.make(merchant, "two", SCOPES, by="ana", ends_at=datetime.now(UTC) - timedelta(seconds=1))
    assert await keys.find(revoked.secret) is None
    assert await keys.find(ended.secret) is None
    actions = [entry.action for entry in await AuditTrail(records).entries(merchant)]
    assert actions == ["key.made", "key.revoked", "key.made"]


async def test_another_merchants_key_is_as_absent_as_one_that_is_none(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    theirs = await keys.make(f"{merchant}-other", "one", SCOPES, by="ana")
    for key_id in (theirs.key.key_id, "0" * 16):
        for ending in (keys.revoke, keys.rotate):
            with pytest.raises(LookupError, match=f"has no key {key_id} that still opens"):
                await ending(merchant, key_id, by="ana")
    assert await keys.of_merchant(merchant) == []
    assert await keys.find(theirs.secret) is not None


async def test_what_cannot_be_a_key_is_refused_by_field(records: Records, merchant: str) -> None:
    keys = ApiKeys(records)
    for name, scopes, told in ((" ", SCOPES, "name: write"), ("one", set[Permission](), "scopes: name at least one")):
        with pytest.raises(ValueError, match=told):
            await keys.make(merchant, name, scopes, by="ana")
