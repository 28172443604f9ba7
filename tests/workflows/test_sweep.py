"""A dispute whose webhook never came is found by the sweep, and answered like any other."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from console.cli.outside import play
from knowledge.case import ProcessorName
from tests.tools.sources.played import played
from tests.workflows import test_paypal_case
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed as opened_case
from tests.workflows.test_chargeback_case import sample
from tests.workflows.test_gathering import disputed
from tests.workflows.test_intake import OPENED, entry_of, tell
from tools.intake.notice import WebhookProcessor
from tools.processors.connected import ConnectedProcessors
from tools.processors.sandbox.messages import FaultKind
from tools.records.inbox import WebhookInbox
from tools.settings import WebhookAccount
from workflows.intake import Intake
from workflows.messages import Stage
from workflows.sweep import Sweep

ACCOUNT = WebhookAccount(
    processor=WebhookProcessor.STRIPE, account="acct_lumen", merchant="lumen", secrets=(SecretStr("whsec_" + "a" * 32),)
)


@pytest.fixture
def inbox(house: House) -> WebhookInbox:
    return WebhookInbox(house.installation.records)


@pytest.fixture
def sweep(house: House, inbox: WebhookInbox) -> Sweep:
    installation = house.installation
    return Sweep(installation.processors, inbox, installation.cases, clock=lambda: datetime.now(UTC))


async def test_what_no_webhook_told_becomes_a_case_and_what_is_known_is_left_alone(
    house: House, inbox: WebhookInbox, sweep: Sweep
) -> None:
    await sweep.sweep(ACCOUNT)  # what other tests left untold
    bundle, files = played("c01-visa-131", "sw_1")
    silent = await disputed(house, bundle, await house.sources.play(bundle, files))
    told = await disputed(house, played("c01-visa-131", "sw_2")[0])
    await tell(inbox, OPENED, told, "sw-told")
    async with house.worker():
        await opened_case(house, *sample("c01-visa-131", "sw-3"))
        assert await sweep.sweep(ACCOUNT) == 1
        assert await sweep.sweep(ACCOUNT) == 0
        assert (await entry_of(inbox, f"sweep-{silent}")).dispute == silent
        await Intake(inbox, house.installation.cases, house.desk).work("lumen")
        await house.until_open(silent)
        await house.until(silent, Stage.SUBMITTED)


async def test_a_processor_that_is_down_is_asked_again_at_the_next_sweep(house: House, sweep: Sweep) -> None:
    await sweep.sweep(ACCOUNT)
    bundle, files = played("c01-visa-131", "sw_4")
    await disputed(house, bundle, await house.sources.play(bundle, files))
    await house.bank.plan_fault(FaultKind.SERVER_ERROR, "/v1/disputes", method="GET")
    with pytest.raises(Exception, match="Stripe refused to list disputes"):
        await sweep.sweep(ACCOUNT)
    assert await sweep.sweep(ACCOUNT) == 1


async def test_an_account_of_a_processor_that_is_not_connected_is_passed_over(
    house: House, inbox: WebhookInbox
) -> None:
    nobody = Sweep(ConnectedProcessors({}), inbox, house.installation.cases, clock=lambda: datetime.now(UTC))
    assert await nobody.sweep(ACCOUNT) == 0


async def test_paypal_is_read_page_by_page(house: House) -> None:
    paypal = house.installation.processors.of(ProcessorName.PAYPAL)
    before = datetime.now(UTC) - timedelta(seconds=2)
    for number in range(52):
        bundle, _ = test_paypal_case.sample("c08-paypal-inr", f"swp-{number}")
        await play(bundle, str(house.installation.addresses.paypal_url))
    since = await paypal.disputes_since(before)
    assert len(since) == len(set(since)) == 52
    assert await paypal.disputes_since(datetime.now(UTC) + timedelta(minutes=1)) == []
