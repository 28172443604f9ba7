from datetime import UTC, datetime

import pytest

from tests.tools.records.cases_for_tests import euro
from tools.ports import ProcessorRefund, RefundState
from tools.records.audit import AuditTrail
from tools.records.ledger import Entry, EntryKind, EntryOrigin, EntryState, Ledger, LedgerRefused, OverCaptured
from tools.records.records import Records

CHARGE = "ch_lamp"


@pytest.fixture
async def paid(ledger: Ledger, merchant: str) -> str:
    """A merchant with a payment of 100.00 EUR captured, 60.00 of it reserved under k1."""
    await ledger.register_payment(merchant, CHARGE, euro(10_000))
    await ledger.reserve(merchant, CHARGE, euro(6_000), key="k1", case_id="C-1", kind=EntryKind.REFUND)
    return merchant


def refund(
    reference: str,
    minor: int,
    state: RefundState = RefundState.SUCCEEDED,
    key: str | None = None,
    failure: str | None = None,
) -> ProcessorRefund:
    return ProcessorRefund(
        reference=reference,
        amount=euro(minor),
        state=state,
        created_at=datetime(2026, 3, 12, tzinfo=UTC),
        case_key=key,
        failure=failure,
    )


def told(entries: list[Entry]) -> list[tuple[str, str, str, str | None]]:
    return [(entry.key, entry.origin.value, entry.state.value, entry.reference) for entry in entries]


@pytest.mark.parametrize(
    ("at_processor", "here"),
    [
        (RefundState.PENDING, EntryState.PENDING),
        (RefundState.SUCCEEDED, EntryState.SUCCEEDED),
        (RefundState.FAILED, EntryState.FAILED),
        (RefundState.CANCELED, EntryState.FAILED),
    ],
)
async def test_a_reservation_follows_the_refund_that_carries_its_key(
    ledger: Ledger, paid: str, at_processor: RefundState, here: EntryState
) -> None:
    (entry,) = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, at_processor, "k1")])
    assert (entry.key, entry.state, entry.reference, entry.origin) == ("k1", here, "re_1", EntryOrigin.OURS)


async def test_reconciling_again_changes_nothing(records: Records, ledger: Ledger, paid: str) -> None:
    refunds = [refund("re_1", 6_000, key="k1"), refund("re_dash", 1_000)]
    first = await ledger.reconcile(paid, CHARGE, refunds)
    chained = (await AuditTrail(records).verify(paid)).entries
    assert await ledger.reconcile(paid, CHARGE, refunds[::-1]) == first
    assert (await AuditTrail(records).verify(paid)).entries == chained


async def test_an_entry_settled_under_its_reference_is_matched_without_the_key(ledger: Ledger, paid: str) -> None:
    await ledger.settle(paid, "k1", EntryState.PENDING, "re_1")
    entries = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000)])
    assert told(list(entries)) == [("k1", "ours", "succeeded", "re_1")]


async def test_a_refund_from_the_dashboard_becomes_a_foreign_entry(ledger: Ledger, paid: str) -> None:
    entries = await ledger.reconcile(paid, CHARGE, [refund("re_dash", 3_000)])
    assert told(list(entries)) == [
        ("k1", "ours", "reserved", None),
        (f"foreign:{CHARGE}:re_dash", "foreign", "succeeded", "re_dash"),
    ]
    assert await ledger.available(paid, CHARGE) == euro(1_000)


async def test_an_overdraft_made_behind_our_back_is_recorded_told_and_blocks_every_reservation(
    records: Records, ledger: Ledger, paid: str
) -> None:
    await ledger.reconcile(paid, CHARGE, [refund("re_dash", 7_000)])
    standing = await ledger.standing(paid, CHARGE)
    assert (standing.given, standing.overdraft, standing.available) == (euro(13_000), euro(3_000), euro(0))
    with pytest.raises(OverCaptured, match=r"0\.00 EUR is available"):
        await ledger.reserve(paid, CHARGE, euro(1), key="k2", case_id="C-2", kind=EntryKind.CREDIT)
    actions = [entry.action for entry in await AuditTrail(records).entries(paid)]
    assert actions == ["payment.registered", "ledger.reserved", "ledger.succeeded", "ledger.overdrawn"]
    # Our own reservation was not paid yet: released, the payment is whole again.
    await ledger.settle(paid, "k1", EntryState.RELEASED, None)
    assert await ledger.available(paid, CHARGE) == euro(3_000)


async def test_a_refund_we_gave_up_that_was_made_after_all_is_recorded_as_foreign(ledger: Ledger, paid: str) -> None:
    await ledger.settle(paid, "k1", EntryState.RELEASED, None)
    await ledger.reserve(paid, CHARGE, euro(10_000), key="k2", case_id="C-2", kind=EntryKind.REFUND)
    entries = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, key="k1")])
    assert told(list(entries)) == [("k1", "foreign", "succeeded", "re_1"), ("k2", "ours", "reserved", None)]
    assert (await ledger.standing(paid, CHARGE)).overdraft == euro(6_000)


async def test_a_refund_the_bank_returns_late_is_reversed(ledger: Ledger, paid: str) -> None:
    await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, key="k1")])
    (entry,) = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, RefundState.FAILED, "k1", "account closed")])
    assert (entry.state, entry.failure, entry.counted) == (EntryState.REVERSED, "account closed", euro(0))


async def test_an_older_answer_does_not_undo_what_is_known(ledger: Ledger, paid: str) -> None:
    await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, key="k1")])
    (entry,) = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, RefundState.PENDING, "k1")])
    assert entry.state is EntryState.SUCCEEDED


async def test_a_second_refund_under_one_key_is_a_double_payment_and_foreign(ledger: Ledger, paid: str) -> None:
    entries = await ledger.reconcile(paid, CHARGE, [refund("re_1", 6_000, key="k1"), refund("re_2", 6_000, key="k1")])
    assert told(list(entries)) == [
        ("k1", "ours", "succeeded", "re_1"),
        (f"foreign:{CHARGE}:re_2", "foreign", "succeeded", "re_2"),
    ]
    assert (await ledger.standing(paid, CHARGE)).overdraft == euro(2_000)


async def test_a_refund_of_another_amount_under_our_key_is_foreign_and_our_reservation_released(
    ledger: Ledger, paid: str
) -> None:
    for _ in range(2):
        entries = await ledger.reconcile(paid, CHARGE, [refund("re_1", 5_000, key="k1")])
        assert told(list(entries)) == [
            ("k1", "ours", "released", None),
            (f"foreign:{CHARGE}:re_1", "foreign", "succeeded", "re_1"),
        ]
    assert await ledger.available(paid, CHARGE) == euro(5_000)


async def test_one_reference_with_two_amounts_is_a_question_for_a_person(ledger: Ledger, paid: str) -> None:
    await ledger.settle(paid, "k1", EntryState.SUCCEEDED, "re_1")
    with pytest.raises(LedgerRefused, match=r"50\.00 EUR at the processor and 60\.00 EUR"):
        await ledger.reconcile(paid, CHARGE, [refund("re_1", 5_000)])


async def test_a_failed_refund_from_the_dashboard_takes_nothing(ledger: Ledger, paid: str) -> None:
    await ledger.reconcile(paid, CHARGE, [refund("re_dash", 9_000, RefundState.FAILED)])
    assert await ledger.available(paid, CHARGE) == euro(4_000)


async def test_an_unregistered_payment_is_not_reconciled(ledger: Ledger, merchant: str) -> None:
    with pytest.raises(LookupError, match="register it first"):
        await ledger.reconcile(merchant, CHARGE, [])
