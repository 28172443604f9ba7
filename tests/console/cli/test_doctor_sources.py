"""What `amends doctor` tells of the sources disputes are gathered from."""

import json

from tests.console.cli.commands import amends
from tests.workflows.house import House
from tools.processors.sandbox.messages import FaultKind


async def told(house: House, **more: str) -> str:
    result = await amends(house, "doctor", **more)
    return " ".join(result.output.replace("│", " ").split())


async def test_each_source_is_tried_and_one_in_trouble_named(house: House) -> None:
    url = house.installation.settings.carriers_url
    assert url is not None
    connected = {
        "AMENDS_SHOPS": json.dumps([{"merchant": "lumen", "url": url, "key": "shpat_a"}]),
        "AMENDS_HELPDESKS": json.dumps([{"merchant": "lumen", "url": url, "user": "a@b.example", "key": "t"}]),
        "AMENDS_CARRIERS_URL": url,
        "AMENDS_CARRIERS_KEY": "key",
    }
    await house.sources.plan_fault(FaultKind.RATE_LIMIT, "/api/v2/.*")
    found = await told(house, **connected)
    assert "good shop of lumen" in found
    assert "note helpdesk of lumen the helpdesk answered /api/v2/tickets.json with HTTP 429" in found
    assert "good carriers carriers can be asked" in found
    assert "good helpdesk of lumen tickets can be read" in await told(house, **connected)


async def test_without_sources_it_says_how_to_connect_them(house: House) -> None:
    assert "disputes need imported orders or a bundle" in await told(house)
