"""`amends keys`: made, listed, rotated and revoked at the command line."""

from tests.console.cli.commands import done, refused
from tests.workflows.house import House
from tools.records.api_keys import ApiKeys


async def test_a_key_is_made_listed_rotated_and_revoked(house: House) -> None:
    keys = ApiKeys(house.installation.records)
    said = await done(house, "keys", "make", "shop backend", "--scope", "cases.read", "--scope", "cases.submit")
    secret = said.split()[-1]
    found = await keys.find(secret)
    assert found is not None
    assert (found.merchant, found.made_by) == ("lumen", "Marta")
    listed = await done(house, "keys", "list")
    assert "shop backend" in listed
    assert secret not in listed
    fresh = (await done(house, "keys", "rotate", found.key_id, "--overlap-hours", "0")).split()[-1]
    assert await keys.find(secret) is None
    made = await keys.find(fresh)
    assert made is not None
    await done(house, "keys", "revoke", made.key_id)
    assert await keys.find(fresh) is None
    assert "has no key" in await refused(house, "keys", "revoke", made.key_id)
