"""Retention: what is due goes, what must stay stays, and nobody's restart doubles or loses a run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from knowledge.case import CaseBundle
from knowledge.money import Money
from knowledge.order_snapshot import OrderSnapshot
from knowledge.rules.retention import REASONS, RetentionKind, RetentionPolicy
from tests.tools.intake.examples import stripe_event
from tests.workflows.house import House, case
from tools.intake import stripe
from tools.intake.notice import WebhookProcessor
from tools.records.case_words import CaseErased
from tools.records.due import DueRecords
from tools.records.erasure import Doomed, Erasures
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.inbox import WebhookInbox
from tools.records.ledger import EntryKind
from tools.records.legal_holds import LegalHolds
from tools.records.order_snapshots import OrderSnapshots
from workflows.retention import Retention

_numbers = count(1)


@pytest.fixture
def merchant() -> str:
    return f"keeper-{next(_numbers)}"


def after(days: int) -> Callable[[], datetime]:
    """A clock so many days ahead, for the rows are of today."""
    return lambda: datetime.now(UTC) + timedelta(days=days)


def of(merchant: str, case_id: str) -> CaseBundle:
    return case(case_id, "lost", merchant={"id": merchant, "name": "Keeper", "country": "DE"})


async def closed(house: House, merchant: str, case_id: str) -> CaseBundle:
    bundle = of(merchant, case_id)
    await house.installation.cases.open_case(bundle, {})
    await house.installation.cases.set_status(merchant, case_id, "closed", "paid")
    return bundle


async def test_a_closed_case_goes_when_its_days_are_over_and_not_a_day_before(house: House, merchant: str) -> None:
    await closed(house, merchant, "K-1")
    days = RetentionPolicy().refund_case
    assert await Retention(house.installation, after(days - 1)).run(merchant, by="admin") == {}
    assert (await house.installation.cases.bundle(merchant, "K-1")).case_id == "K-1"
    assert await Retention(house.installation, after(days + 1)).run(merchant, by="admin") == {
        RetentionKind.REFUND_CASE: 1
    }
    with pytest.raises(CaseErased):
        await house.installation.cases.bundle(merchant, "K-1")
    assert await Retention(house.installation, after(days + 1)).run(merchant, by="admin") == {}
    assert (await house.installation.audit.verify(merchant)).intact
    actions = [one.action for one in await house.installation.audit.entries(merchant)]
    assert actions.count("case.erased") == 1
    assert actions.count("retention.ran") == 3
    (erasure,) = await Erasures(house.installation.records).all(merchant)
    assert erasure.record.doomed.cases == ("K-1",)
    assert erasure.done_at is not None


async def test_an_open_case_a_held_one_and_one_with_a_refund_under_way_stay(house: House, merchant: str) -> None:
    cases, holds = house.installation.cases, LegalHolds(house.installation.records)
    await cases.open_case(of(merchant, "K-open"), {})
    await closed(house, merchant, "K-held")
    await holds.hold(merchant, "K-held", "a claim before the court of Porto", by="admin")
    paying = (await closed(house, merchant, "K-paying")).order.payment.processor_reference
    await house.installation.ledger.reserve(
        merchant, paying, Money(minor=100, currency="EUR"), key="r", case_id="K-paying", kind=EntryKind.REFUND
    )
    retention = Retention(house.installation, after(5000))
    assert await retention.preview(merchant) == {}
    assert await retention.run(merchant, by="admin") == {}
    with pytest.raises(ValueError, match="under legal hold already"):
        await holds.hold(merchant, "K-held", "again", by="admin")
    await holds.lift(merchant, "K-held", by="admin")
    with pytest.raises(ValueError, match="under no legal hold"):
        await holds.lift(merchant, "K-held", by="admin")
    (held,) = await holds.of_case(merchant, "K-held")
    assert (held.reason, held.lifted_by) == ("a claim before the court of Porto", "admin")
    assert await retention.preview(merchant) == {RetentionKind.REFUND_CASE: Doomed(cases=("K-held",))}


async def test_orders_webhooks_and_gathered_pieces_go_by_their_own_days(house: House, merchant: str) -> None:
    records = house.installation.records
    bundle = of(merchant, "none")
    await OrderSnapshots(records).keep(
        merchant, [OrderSnapshot(merchant=bundle.merchant, order=bundle.order, buyer=bundle.buyer)]
    )
    raw = stripe_event("charge.dispute.created", {"id": "dp_old", "charge": "ch_old"}, "evt_old")
    inbox = WebhookInbox(records)
    await inbox.store(merchant, "acct_1", stripe.parse(raw)[0], raw)
    (notice,) = await inbox.waiting(merchant)
    gatherings = Gatherings(records)
    await gatherings.note(merchant, "stripe", "dp_old", GatheringState.WAITING)
    await gatherings.keep_piece(merchant, "stripe", "dp_old", "shop", b"{}")
    far = Retention(house.installation, after(5000))
    # A webhook nobody has worked on and a dispute that still waits for its case are not over.
    assert set(await far.preview(merchant)) == {RetentionKind.ORDER}
    await inbox.done(merchant, notice, "told")
    await gatherings.note(merchant, "stripe", "dp_old", GatheringState.OVER)
    assert await far.preview(merchant) == {
        RetentionKind.ORDER: Doomed(orders=(bundle.order.id,)),
        RetentionKind.WEBHOOK: Doomed(notices=(("stripe", "evt_old"),)),
        RetentionKind.GATHERED: Doomed(pieces=(("stripe", "dp_old", "shop"),)),
    }
    assert await far.run(merchant, by="admin") == dict.fromkeys(
        (RetentionKind.ORDER, RetentionKind.WEBHOOK, RetentionKind.GATHERED), 1
    )
    assert await OrderSnapshots(records).by_payment(merchant, bundle.order.payment.processor_reference) is None
    assert await gatherings.pieces(merchant, "stripe", "dp_old") == {}
    with pytest.raises(CaseErased):
        await inbox.raw(merchant, WebhookProcessor.STRIPE, "evt_old")


async def test_an_order_stays_with_its_open_case(house: House, merchant: str) -> None:
    bundle = of(merchant, "K-with-order")
    await OrderSnapshots(house.installation.records).keep(
        merchant, [OrderSnapshot(merchant=bundle.merchant, order=bundle.order, buyer=bundle.buyer)]
    )
    await house.installation.cases.open_case(bundle, {})
    assert await Retention(house.installation, after(5000)).preview(merchant) == {}


async def test_of_workers_that_wake_together_one_runs_a_day(house: House, merchant: str) -> None:
    await closed(house, merchant, "K-daily")
    first, second = (Retention(house.installation, after(5000)) for _ in range(2))
    assert await first.run(merchant, by="retention", again=False) == {RetentionKind.REFUND_CASE: 1}
    assert await second.run(merchant, by="retention", again=False) is None
    assert await second.run(merchant, by="admin") == {}


async def test_a_run_goes_in_batches_to_its_end(house: House, merchant: str) -> None:
    for number in range(5):
        await closed(house, merchant, f"K-{number}")
    due = DueRecords(house.installation.records)
    (batch,) = await due.due(merchant, RetentionPolicy(), after(5000)(), most=2)
    assert batch.doomed.cases == ("K-0", "K-1")
    assert await Retention(house.installation, after(5000)).run(merchant, by="admin") == {RetentionKind.REFUND_CASE: 5}


def test_every_kind_has_its_days_and_its_reason() -> None:
    assert set(REASONS) == set(RetentionKind) == {RetentionKind(name) for name in RetentionPolicy.model_fields}
    for kind in RetentionKind:
        assert RetentionPolicy.model_validate({kind.value: 7}).days(kind) == 7
