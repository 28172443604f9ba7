"""Any order of reservations, answers, dashboard refunds and disputes: the model and the database always agree."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.tools.records.cases_for_tests import euro
from tests.tools.records.conftest import APP_PASSWORD, MASTER_KEY, TENANCY_SECRET
from tools.ports import ProcessorRefund, RefundState
from tools.records.audit import AuditTrail
from tools.records.ledger import EntryKind, EntryState, Ledger, LedgerRefused, OverCaptured
from tools.records.records import Records
from tools.records.schema import app_url

CAPTURED = 1_000
_Result = TypeVar("_Result")
_merchants = count(1)
_LIVE = (EntryState.RESERVED, EntryState.PENDING, EntryState.SUCCEEDED)
_MOVES = {
    EntryState.RESERVED: {EntryState.PENDING, EntryState.SUCCEEDED, EntryState.FAILED, EntryState.RELEASED},
    EntryState.PENDING: {EntryState.SUCCEEDED, EntryState.FAILED},
    EntryState.SUCCEEDED: {EntryState.REVERSED},
    EntryState.FAILED: {EntryState.FAILED},
    EntryState.REVERSED: {EntryState.FAILED},
    EntryState.RELEASED: {EntryState.FAILED},
}


class LedgerMachine(RuleBasedStateMachine):
    """Drives one payment and keeps the sums itself."""

    loop: asyncio.AbstractEventLoop
    records: Records
    keys = Bundle("keys")
    disputes = Bundle("disputes")

    @initialize()
    def begin(self) -> None:
        self.ledger = Ledger(self.records)
        self.merchant = f"machine-{next(_merchants)}"
        self.ours: dict[str, tuple[int, EntryState]] = {}
        self.foreign: dict[str, int] = {}
        self.contested: dict[str, int] = {}
        self.run(self.ledger.register_payment(self.merchant, "ch", euro(CAPTURED)))

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return self.loop.run_until_complete(work)

    @property
    def given(self) -> int:
        return sum(minor for minor, state in self.ours.values() if state in _LIVE) + sum(self.foreign.values())

    @rule(target=keys, minor=st.integers(1, CAPTURED), kind=st.sampled_from([EntryKind.REFUND, EntryKind.CREDIT]))
    def reserve(self, minor: int, kind: EntryKind) -> str:
        key = f"k{len(self.ours)}"
        fits = self.given + sum(self.contested.values()) + minor <= CAPTURED
        work = self.ledger.reserve(self.merchant, "ch", euro(minor), key=key, case_id="C", kind=kind)
        if fits:
            assert self.run(work).state is EntryState.RESERVED
            self.ours[key] = (minor, EntryState.RESERVED)
        else:
            with pytest.raises(OverCaptured):
                self.run(work)
        return key

    @rule(key=keys, state=st.sampled_from(list(EntryState)))
    def settle(self, key: str, state: EntryState) -> None:
        work = self.ledger.settle(self.merchant, key, state, None)
        if key not in self.ours:
            with pytest.raises(LookupError):
                self.run(work)
            return
        minor, now = self.ours[key]
        if state is now or state in _MOVES[now]:
            held = state if now in _LIVE else now
            assert self.run(work).state is held
            self.ours[key] = (minor, held)
        else:
            with pytest.raises(LedgerRefused):
                self.run(work)

    @rule(number=st.integers(1, 3), minor=st.integers(1, CAPTURED))
    def refund_at_the_dashboard(self, number: int, minor: int) -> None:
        reference = f"re_{number}"
        minor = self.foreign.setdefault(reference, minor)
        refund = ProcessorRefund(
            reference=reference,
            amount=euro(minor),
            state=RefundState.SUCCEEDED,
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
            case_key=None,
        )
        self.run(self.ledger.reconcile(self.merchant, "ch", [refund]))

    @rule(target=disputes, minor=st.integers(1, CAPTURED))
    def open_dispute(self, minor: int) -> str:
        dispute = f"dp_{len(self.contested)}"
        if dispute not in self.contested:
            self.run(self.ledger.open_chargeback(self.merchant, "ch", dispute, euro(minor), None))
            self.contested[dispute] = minor
        return dispute

    @rule(dispute=disputes)
    def win_dispute(self, dispute: str) -> None:
        self.run(self.ledger.close_chargeback(self.merchant, dispute, "won"))
        self.contested[dispute] = 0

    @invariant()
    def the_sums_agree(self) -> None:
        if not hasattr(self, "ledger"):
            return
        standing = self.run(self.ledger.standing(self.merchant, "ch"))
        left = max(0, CAPTURED - self.given)
        contested = min(left, sum(self.contested.values()))
        assert (standing.given, standing.contested) == (euro(self.given), euro(contested))
        assert standing.available == euro(left - contested)
        assert standing.overdraft == euro(max(0, self.given - CAPTURED))
        entries = self.run(self.ledger.entries(self.merchant, "ch"))
        assert sum(entry.counted.minor for entry in entries) == self.given + contested

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            assert self.run(AuditTrail(self.records).verify(self.merchant)).intact


def test_no_order_of_events_breaks_the_ledger(owner_url: str) -> None:
    async def connect() -> Records:
        return await Records.connect(
            app_url(owner_url, APP_PASSWORD), master_key=MASTER_KEY, tenancy_secret=TENANCY_SECRET, size=1
        )

    loop = asyncio.new_event_loop()
    try:
        LedgerMachine.loop = loop
        LedgerMachine.records = loop.run_until_complete(connect())
        run_state_machine_as_test(  # pyright: ignore[reportUnknownMemberType]
            LedgerMachine,
            settings=settings(
                max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
            ),
        )
        loop.run_until_complete(LedgerMachine.records.close())
    finally:
        loop.close()
