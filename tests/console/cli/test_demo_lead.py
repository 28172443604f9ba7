"""The demo's end: an account to look at its cases with, whose password works and is shown once."""

import re
from dataclasses import replace

import httpx

from console.cli.demo import sign_in_of_a_lead
from console.web.application import make_application
from console.web.house import open_house
from knowledge.rules.authority import Role
from tests.console.web.browsing import served
from tests.workflows.house import House
from tools.records.staff import Staff


async def test_the_printed_password_opens_the_console_as_a_lead_of_every_demo_merchant(house: House) -> None:
    async with served(make_application(open_house(house.installation, secure=False))) as address:
        settings = house.installation.settings.model_copy(update={"console_port": int(address.rpartition(":")[2])})
        said = await sign_in_of_a_lead(replace(house.installation, settings=settings), {"lumen", "sakura"})
        assert address in said
        found = re.search(r"sign in as (\S+) with the password (\S+) ", said)
        assert found is not None
        async with httpx.AsyncClient(base_url=address, trust_env=False) as browser:
            token = re.search(r'name="form_token" value="([0-9a-f]{64})"', (await browser.get("/sign-in")).text)
            assert token is not None
            fields = {"email": found[1], "password": found[2], "form_token": token[1]}
            assert (await browser.post("/sign-in", data=fields)).status_code == 303
            assert (await browser.get("/")).status_code == 200
    member = await Staff(house.installation.records).find(found[1])
    assert member is not None
    assert member.roles == {"lumen": Role.LEAD, "sakura": Role.LEAD}
