"""`amends webhooks`, and the door as the process that `amends up` starts."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE

import httpx
from stripe import WebhookSignature

from tests.console.cli.commands import done, refused
from tests.tools.intake.examples import stripe_event
from tests.workflows.house import MASTER_KEY, House
from tools.embedded.services import SOURCES
from tools.records.inbox import InboxState, WebhookInbox

ACCOUNT = {"processor": "stripe", "account": "acct_1", "merchant": "lumen", "secrets": ["whsec_cli"]}


async def test_a_delivery_to_the_running_door_is_listed_and_tried_again_by_a_person(house: House) -> None:
    raw = stripe_event("charge.dispute.created", {"id": "dp_cli", "charge": "ch_cli"}, "evt_cli")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console.webhooks", stdout=PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AMENDS_")},
            **house.installation.addresses.environment(),
            "AMENDS_DATA": str(house.installation.settings.data),
            "AMENDS_MASTER_KEY": MASTER_KEY,
            "AMENDS_WEBHOOKS": json.dumps([ACCOUNT]),
            "PYTHONPATH": str(SOURCES),
        },
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        header: str = WebhookSignature.generate_signature_header(raw.decode(), "whsec_cli")  # pyright: ignore
        async with httpx.AsyncClient(trust_env=False) as http:
            path = f"{url}/webhooks/stripe/acct_1"
            answer = await http.post(path, content=raw, headers={"Stripe-Signature": header})
            assert (answer.status_code, answer.text) == (200, "[accepted]")
            assert (await http.post(path, content=raw)).status_code == 400
        inbox = WebhookInbox(house.installation.records)
        async with asyncio.timeout(30):
            while not await inbox.entries("lumen", state=InboxState.UNMATCHED):
                await asyncio.sleep(0.05)
    finally:
        process.terminate()
        await process.wait()
    for listed in (
        await done(house, "webhooks", "list"),
        await done(house, "webhooks", "list", "--state", "unmatched", "--dispute", "dp_cli"),
    ):
        for words in ("evt_cli", "charge.dispute.created", "dp_cli", "unmatched", "no case on this dispute yet"):
            assert words in listed
    assert "evt_cli" not in await done(house, "webhooks", "list", "--state", "stuck")
    assert "evt_cli is due again" in await done(house, "webhooks", "retry", "stripe", "evt_cli")
    assert [entry.state for entry in await inbox.entries("lumen")] == [InboxState.WAITING]
    assert "has no notice evt_none" in await refused(house, "webhooks", "retry", "stripe", "evt_none")
