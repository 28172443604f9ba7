"""The steps of gathering, each run as its activity runs it: what counts, what is masked, and what twice changes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.case import CaseBundle, Message, ProcessorName
from knowledge.rules.policy import HOUSE_POLICY
from tests.tools.sources.played import played
from tests.workflows.house import House
from tests.workflows.test_gathering import disputed, events, snapshot_of
from tools.processors.sandbox.messages import NewCharge, NewDispute
from tools.records.gatherings import Gatherings
from tools.records.order_snapshots import OrderSnapshots
from tools.sources.ports import SourceName
from workflows.activities.gathering import GatheringActivities
from workflows.gathering_messages import AskSource, GatherOrder, Opened, OpenGathered, SourceState

CARD = "4111 1111 1111 1111"


@pytest.fixture
def steps(house: House) -> GatheringActivities:
    at = house.installation
    return GatheringActivities(
        at.cases,
        Gatherings(at.records),
        OrderSnapshots(at.records),
        at.processors,
        at.sources,
        house.desk,
        HOUSE_POLICY,
    )


async def opening(steps: GatheringActivities, dispute: str) -> OpenGathered:
    """Everything up to the opening of the case."""
    order = GatherOrder(merchant="lumen", processor=ProcessorName.STRIPE, dispute=dispute)
    read = await steps.read_dispute(order)
    assert read.notice is not None
    assert read.payment is not None
    asked = tuple(
        [await steps.ask_source(AskSource(order=order, payment=read.payment, source=source)) for source in SourceName]
    )
    return OpenGathered(order=order, notice=read.notice, payment=read.payment, asked=asked, at=datetime.now(UTC))


async def opened(house: House, steps: GatheringActivities, dispute: str) -> CaseBundle:
    assert (await steps.open_gathered(await opening(steps, dispute))).case_id == dispute
    return await house.installation.cases.bundle("lumen", dispute)


def prior(number: int, **more: Any) -> dict[str, Any]:
    return {
        "processor_reference": f"ch_gs_prior_{number}",
        "at": f"2026-0{number}-02T10:00:00Z",
        "amount": {"amount": "40.00", "currency": "USD"},
        "description": "Brass desk lamp",
        "disputed": False,
        "refunded": False,
        **more,
    }


async def test_opening_twice_is_opening_once(house: House, steps: GatheringActivities) -> None:
    bundle, files = played("c01-visa-131", "gs_1")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    ready = await opening(steps, dispute)
    assert await steps.open_gathered(ready) == await steps.open_gathered(ready) == Opened(case_id=dispute)
    assert len(await events(house, dispute, "gathered")) == len(SourceName)
    assert len(await house.installation.cases.cases_on_dispute("lumen", dispute)) == 1


async def test_a_case_somebody_submitted_meanwhile_is_the_case(house: House, steps: GatheringActivities) -> None:
    bundle, files = played("c01-visa-131", "gs_2")
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    ready = await opening(steps, dispute)
    await house.desk.open(bundle, files)
    assert await steps.open_gathered(ready) == Opened(case_id=bundle.case_id, submitted=True)


async def test_earlier_purchases_are_what_the_processor_says_of_them(house: House, steps: GatheringActivities) -> None:
    priors = [prior(1), prior(2), prior(3), prior(4)]
    bundle, files = played("c01-visa-131", "gs_3", prior_transactions=priors)
    dispute = await disputed(house, bundle, await house.sources.play(bundle, files))
    for number, amount in ((1, 4000), (2, 4000), (3, 3500)):
        new = NewCharge(id=f"ch_gs_prior_{number}", amount=amount, currency="usd", created_at=bundle.order.placed_at)
        await house.bank.create_charge(new)
    await house.bank.open_dispute(NewDispute(id="dp_gs_prior_2", charge="ch_gs_prior_2", network_reason_code="10.4"))
    held = (await opened(house, steps, dispute)).chargeback
    assert held is not None
    told = {one.processor_reference: (one.disputed, one.amount.minor) for one in held.prior_transactions}
    # The fourth is not known to the processor: nobody vouches for it, so it does not count.
    assert told == {
        "ch_gs_prior_1": (False, 4000),
        "ch_gs_prior_2": (True, 4000),
        "ch_gs_prior_3": (False, 3500),
    }


async def test_a_card_number_in_the_thread_never_comes_in(house: House, steps: GatheringActivities) -> None:
    bundle, files = played("c01-visa-131", "gs_4")
    said: tuple[Message, ...] = tuple(
        one.model_copy(update={"text": f"My card is {CARD}, where is my lamp?"}) for one in bundle.messages
    )
    number = await house.sources.play(bundle.model_copy(update={"messages": said}), files)
    dispute = await disputed(house, bundle, number)
    held = await opened(house, steps, dispute)
    assert [one.text for one in held.messages] == ["My card is •••• •••• •••• 1111, where is my lamp?"]
    for document in held.documents:
        assert document.sha256 is not None
        raw = await house.installation.cases.evidence("lumen", dispute, document.sha256)
        assert CARD.encode() not in raw


async def test_an_order_that_no_case_can_be_made_of_says_what_is_wrong(
    house: House, steps: GatheringActivities
) -> None:
    bundle, files = played("c01-visa-131", "gs_5")
    # The shop's order is dearer than its lines.
    dearer = bundle.order.model_copy(update={"shipping": bundle.order.payment.captured})
    number = await house.sources.play(bundle.model_copy(update={"order": dearer}), files)
    dispute = await disputed(house, bundle, number)
    refused = await steps.open_gathered(await opening(steps, dispute))
    assert refused.case_id is None
    assert "/order/total" in refused.why
    assert not await house.installation.cases.cases_on_dispute("lumen", dispute)


async def test_an_imported_order_serves_where_the_shop_has_none(house: House, steps: GatheringActivities) -> None:
    bundle, _ = played("c01-visa-131", "gs_6")
    log = "2026-09-01 10:00 sign-in from 203.0.113.9"
    imported = snapshot_of(bundle).model_copy(update={"access_log": log})
    await OrderSnapshots(house.installation.records).keep("lumen", [imported])
    dispute = await disputed(house, bundle)
    ready = await opening(steps, dispute)
    assert ready.asked[0].state is SourceState.HELD
    assert (await steps.open_gathered(ready)).case_id == dispute
    held = await house.installation.cases.bundle("lumen", dispute)
    [kept] = [one for one in held.documents if one.kind == "access_log"]
    assert await house.installation.cases.evidence("lumen", dispute, kept.sha256 or "") == log.encode()
