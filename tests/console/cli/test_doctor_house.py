"""The doctor and a house at work: each thing is broken, named with its mend, and mended."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import SecretStr

from console.cli.findings import Finding, State
from console.cli.house_examined import clock_finding, examine_house
from console.web.application import make_application
from console.web.house import open_house
from knowledge.rules.authority import Role
from tests.console.web.browsing import served
from tests.tools.intake.examples import stripe_event
from tests.workflows.house import House, running_house
from tools.intake import stripe
from tools.records.inbox import InboxState, WebhookInbox
from tools.records.staff import Staff
from tools.settings import Settings


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    async with running_house() as running:
        yield running


def settings_of(house: House, **changes: object) -> Settings:
    return house.installation.settings.model_copy(update=changes)


async def about(what: str, settings: Settings) -> Finding:
    return next(finding for finding in await examine_house(settings) if finding.what == what)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


async def test_nobody_who_may_sign_in_is_told_with_the_command_that_adds_somebody(house: House) -> None:
    nobody = await about("staff", settings_of(house))
    assert (nobody.state, (nobody.mend or "").partition(" ANA@")[0]) == (State.NOTE, "amends staff add")
    staff = Staff(house.installation.records)
    account = await staff.add("ana@shop.example", "Ana", password="the kettle is on the stove", by="test")
    await staff.grant(account, "lumen", Role.ADMIN, by="test")
    assert (await about("staff", settings_of(house))).found == "1 may sign in to the console"
    await staff.set_disabled(account, True, by="test")
    assert (await about("staff", settings_of(house))).state is State.NOTE
    await staff.set_disabled(account, False, by="test")


async def test_a_house_without_a_worker_is_broken_until_one_asks_for_work(house: House) -> None:
    none = await about("workers", settings_of(house))
    assert (none.state, none.found) == (State.BROKEN, "none asks for work: no case moves")
    async with house.worker():
        async with asyncio.timeout(30):
            while (await about("workers", settings_of(house))).state is not State.GOOD:
                await asyncio.sleep(0.1)
        assert (await about("backlog of steps", settings_of(house))).found == "0 wait"


async def test_a_console_that_does_not_answer_and_one_that_does(house: House) -> None:
    port = free_port()
    deaf = await about("console", settings_of(house, console_port=port))
    assert (deaf.state, deaf.found.partition(" does not")[0]) == (State.BROKEN, f"http://127.0.0.1:{port}")
    async with served(make_application(open_house(house.installation, secure=False))) as address:
        there = await about("console", settings_of(house, console_port=int(address.rpartition(":")[2])))
        assert (there.state, there.found) == (State.GOOD, address)
    assert (await about("console", settings_of(house))).found == "does not run here"


async def test_a_port_for_operators_that_nobody_serves_is_noted(house: House) -> None:
    port = free_port()
    deaf = await about("operators' port", settings_of(house, metrics_port=port))
    assert deaf.state is State.NOTE
    assert deaf.found.startswith(f"http://127.0.0.1:{port}/metrics does not answer")
    assert (await about("operators' port", settings_of(house))).state is State.GOOD


async def test_notices_that_are_stuck_are_named_with_the_command_that_says_why(house: House) -> None:
    account = [{"processor": "stripe", "account": "acct_1", "merchant": "stuckhouse", "secrets": ["whsec_a"]}]
    settings = Settings.model_validate({**settings_of(house).model_dump(), "webhooks": account})
    inbox = WebhookInbox(house.installation.records)
    raw = stripe_event("charge.dispute.created", {"id": "dp_1", "charge": "ch_1", "status": "lost"}, "evt_1", 1)
    await inbox.store("stuckhouse", "acct_1", stripe.parse(raw)[0], raw)
    assert (await about("backlog of stuckhouse", settings)).state is State.GOOD
    for _ in range(30):
        (entry,) = await inbox.entries("stuckhouse")
        if await inbox.failed("stuckhouse", entry, "no answer") is InboxState.STUCK:
            break
    stuck = await about("backlog of stuckhouse", settings)
    assert (stuck.found, stuck.mend) == (
        "1 webhook notices are stuck",
        "amends webhooks list -m stuckhouse says why of each",
    )


async def test_another_master_key_is_told_as_what_it_is(house: House) -> None:
    other = await about("records", settings_of(house, master_key=SecretStr("ab" * 32)))
    assert other.state is State.NOTE
    assert "AMENDS_MASTER_KEY" in (other.mend or "")


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, State.GOOD), (1, State.GOOD), (-5, State.NOTE), (5, State.NOTE), (90, State.BROKEN), (-3600, State.BROKEN)],
)
def test_a_clock_that_runs_apart_is_noted_and_then_broken(seconds: int, state: State) -> None:
    found = clock_finding(timedelta(seconds=seconds))
    assert found.state is state
    assert (found.mend is None) is (state is State.GOOD)
    if state is not State.GOOD:
        assert ("ahead" in found.found) is (seconds > 0)


async def test_the_clocks_of_this_host_agree(house: House) -> None:
    assert (await about("clock", settings_of(house))).found == "agrees with the database's"
