"""A refund the processor leaves pending: asked about until it is known, and a person when it fails."""

from tests.workflows.hasty import ended, eur, hasty, review, told
from tests.workflows.house import House, lost, plain_household
from tools.processors.sandbox.messages import MadeRefund, NewCharge
from tools.records.ledger import EntryState
from workflows.messages import CaseView, ReviewAction, Stage

_QUICK = plain_household(hasty(poll=0.2))


async def pending(house: House, case_id: str) -> CaseView:
    """A lost parcel whose refund the processor does not finish at once."""
    bundle, files = lost(case_id)
    charge = bundle.order.payment.processor_reference
    await house.bank.create_charge(NewCharge(id=charge, amount=4500, currency="eur", refunds_start_as="pending"))
    await house.desk.open(bundle, files)
    return await house.until(case_id, Stage.REFUND_PENDING)


async def made(house: House, charge: str) -> tuple[MadeRefund, ...]:
    return (await house.bank.ledger()).charges[charge].refunds


async def states(house: House, charge: str) -> list[EntryState]:
    return [entry.state for entry in await house.installation.ledger.entries("lumen", charge)]


async def test_a_pending_refund_that_succeeds_closes_the_case_then_and_not_before(house: House) -> None:
    async with house.worker(_QUICK):
        view = await pending(house, "pending-1")
        (refund,) = await made(house, "ch_pending_1")
        assert (view.paid, view.detail) == (None, refund.id)
        assert await told(house, "pending-1") == []
        assert await states(house, "ch_pending_1") == [EntryState.PENDING]
        await house.bank.decide_refund(refund.id, "succeeded")
        view = await ended(house, "pending-1")
    assert (view.result, view.paid) == ("paid", eur(4500))
    assert await told(house, "pending-1") == ["paid"]
    assert await states(house, "ch_pending_1") == [EntryState.SUCCEEDED]
    assert len(await made(house, "ch_pending_1")) == 1


async def test_a_pending_refund_that_fails_goes_to_a_person_who_can_have_it_paid_again(house: House) -> None:
    async with house.worker(_QUICK):
        await pending(house, "pending-2")
        (refund,) = await made(house, "ch_pending_2")
        await house.bank.decide_refund(refund.id, "failed", "expired_or_canceled_card")
        view = await house.until("pending-2", Stage.REVIEW)
        assert view.detail == "the refund did not go through: expired_or_canceled_card"
        assert await told(house, "pending-2") == []
        assert await house.refunded("ch_pending_2") == []
        await review(house, "pending-2", ReviewAction.APPROVE, note="the buyer has a new card")
        await house.until("pending-2", Stage.REFUND_PENDING)
        (again,) = [one for one in await made(house, "ch_pending_2") if one.id != refund.id]
        await house.bank.decide_refund(again.id, "succeeded")
        view = await ended(house, "pending-2")
    assert (view.result, view.paid) == ("paid", eur(4500))
    assert await house.refunded("ch_pending_2") == [4500]
    assert await told(house, "pending-2") == ["paid"]
