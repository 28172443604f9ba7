"""The ledger of a payment: refunds, credits and chargebacks over all cases and channels never exceed the captured sum.

PostgreSQL keeps the rule (migration 0001, `amends.hold_entry`), so neither a second process nor SQL smuggled in as the
application can overdraw. How a chargeback counts: it takes the *contested balance* only, what it disputes but no more
than is left of the captured amount after refunds and credits. A payment of 100 with 60 refunded and then disputed in
full is 60 given and 40 contested, never 160; should the refund fail after all, the contested balance grows to 100. For
new reservations the face of the dispute counts, so nothing can be given from money that a bank holds.

What others did (the processor's dashboard, a bank) is entered as *foreign* even beyond the captured amount: the money
is gone. Such an overdraft shows in `standing`, is chained as `ledger.overdrawn`, and blocks every new reservation.
"""

from collections.abc import Sequence

from knowledge.money import Money
from tools.ports import ProcessorRefund, RefundState
from tools.records import ledger_rows
from tools.records.audit import append
from tools.records.canonical import digest_of
from tools.records.ledger_rows import Row
from tools.records.ledger_words import (
    ChargebackOutcome,
    Entry,
    EntryKind,
    EntryOrigin,
    EntryState,
    LedgerRefused,
    OverCaptured,
    PaymentStanding,
)
from tools.records.records import Records, Scope

__all__ = [
    "ChargebackOutcome",
    "Entry",
    "EntryKind",
    "EntryOrigin",
    "EntryState",
    "Ledger",
    "LedgerRefused",
    "OverCaptured",
    "PaymentStanding",
]

_AT_PROCESSOR = {
    RefundState.PENDING: EntryState.PENDING,
    RefundState.SUCCEEDED: EntryState.SUCCEEDED,
    RefundState.FAILED: EntryState.FAILED,
    RefundState.CANCELED: EntryState.FAILED,
}
_CLOSED_AS: dict[ChargebackOutcome, EntryState] = {
    "won": EntryState.REVERSED,
    "lost": EntryState.SUCCEEDED,
    "accepted": EntryState.SUCCEEDED,
}


class Ledger:
    """What was given back on each payment, and what may still be."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def register_payment(self, merchant: str, charge: str, captured: Money) -> None:
        """Start a payment's ledger; the same again is nothing, another captured amount is LedgerRefused."""
        async with self._records.merchant(merchant) as scope:
            await ledger_rows.register(scope, charge, captured)

    async def reserve(
        self, merchant: str, charge: str, amount: Money, *, key: str, case_id: str, kind: EntryKind
    ) -> Entry:
        """Set `amount` aside before the processor is asked. The same key again returns its entry as it stands now.

        Raises OverCaptured with what is available, LedgerRefused when the key stands for something else or the amount
        is not positive, LookupError when the payment is not registered. A chargeback is opened, not reserved.
        """
        if kind is EntryKind.CHARGEBACK:
            raise LedgerRefused("a chargeback is not ours to reserve; use open_chargeback")
        async with self._records.merchant(merchant) as scope:
            await ledger_rows.lock(scope, charge)
            row = await ledger_rows.by_key(scope, key) or await ledger_rows.add(
                scope, _new(key, charge, amount, kind, EntryState.RESERVED, case_id=case_id)
            )
            # Taken on another payment between the look and the insertion.
            row = row or await ledger_rows.by_key(scope, key)
            assert row is not None
            _same(row, charge, amount, kind, case_id)
            return await ledger_rows.entry(scope, row)

    async def settle(
        self, merchant: str, key: str, state: EntryState, reference: str | None, failure: str | None = None
    ) -> Entry:
        """Move an entry on: reserved to pending, succeeded, failed or released; pending to succeeded or failed;
        succeeded to reversed. The state it has already, or a failure of what holds nothing any more, changes
        nothing; any other move is LedgerRefused, an unknown key LookupError.
        """
        async with self._records.merchant(merchant) as scope:
            row = await _locked(scope, key)
            if row.reference is not None and reference is not None and row.reference != reference:
                raise LedgerRefused(f"entry {key} is already {row.reference} at the processor, not {reference}")
            if state is EntryState.FAILED and not EntryState(row.state).holds:
                return await ledger_rows.entry(scope, row)
            changed = row._replace(
                state=state.value, reference=reference or row.reference, failure=failure or row.failure
            )
            return await ledger_rows.entry(scope, await ledger_rows.change(scope, row, changed))

    async def reconcile(self, merchant: str, charge: str, refunds: Sequence[ProcessorRefund]) -> Sequence[Entry]:
        """Make the ledger agree with the processor's refunds on the charge; returns all the payment's entries.

        A refund is matched by its reference or, while the entry has none, by its case key; what matches nothing was
        made behind our back and becomes a foreign entry, even into an overdraft. Repeating it changes nothing.
        """
        async with self._records.merchant(merchant) as scope:
            if not refunds:  # nothing to agree on; the usual case, and it waits for nobody
                return await ledger_rows.entries(scope, charge)
            await ledger_rows.lock(scope, charge)
            before = await ledger_rows.standing(scope, charge)
            for refund in sorted(refunds, key=lambda one: (one.created_at, one.reference)):
                await _agree(scope, charge, refund)
            await report_overdraft(scope, charge, before)
            return await ledger_rows.entries(scope, charge)

    async def open_chargeback(
        self, merchant: str, charge: str, dispute: str, amount: Money, case_id: str | None
    ) -> Entry:
        """Enter a dispute of `amount` (face); the same dispute again returns its entry, another amount is refused."""
        key = _chargeback_key(dispute)
        async with self._records.merchant(merchant) as scope:
            await ledger_rows.lock(scope, charge)
            row = await ledger_rows.by_key(scope, key) or await ledger_rows.add(
                scope,
                _new(
                    key,
                    charge,
                    amount,
                    EntryKind.CHARGEBACK,
                    EntryState.PENDING,
                    case_id=case_id,
                    origin=EntryOrigin.FOREIGN,
                    reference=dispute,
                ),
            )
            assert row is not None
            _same(row, charge, amount, EntryKind.CHARGEBACK, row.case_id)
            return await ledger_rows.entry(scope, row)

    async def close_chargeback(self, merchant: str, dispute: str, outcome: ChargebackOutcome) -> Entry:
        """Close a dispute: won frees what it held, lost and accepted keep it; LookupError for an unknown dispute."""
        async with self._records.merchant(merchant) as scope:
            row = await _locked(scope, _chargeback_key(dispute))
            changed = row._replace(state=_CLOSED_AS[outcome].value)
            return await ledger_rows.entry(scope, await ledger_rows.change(scope, row, changed))

    async def entries(self, merchant: str, charge: str) -> Sequence[Entry]:
        """Every entry of the payment, oldest first; LookupError when it is not registered."""
        async with self._records.merchant(merchant) as scope:
            return await ledger_rows.entries(scope, charge)

    async def available(self, merchant: str, charge: str) -> Money:
        """What may still be reserved, never negative; LookupError when the payment is not registered."""
        return (await self.standing(merchant, charge)).available

    async def standing(self, merchant: str, charge: str) -> PaymentStanding:
        """The payment's sums, an overdraft included; LookupError when it is not registered."""
        async with self._records.merchant(merchant) as scope:
            return await ledger_rows.standing(scope, charge)


async def report_overdraft(scope: Scope, charge: str, before: PaymentStanding) -> None:
    """Chain an overdraft that has grown since `before`, so that it is told and not only stored."""
    now = await ledger_rows.standing(scope, charge)
    if now.overdraft > before.overdraft:
        digest = digest_of({"charge": charge, "overdraft": now.overdraft.model_dump()})
        await append(scope, actor="ledger", action="ledger.overdrawn", digest=digest)


async def enter_earlier_refund(scope: Scope, charge: str, row: Row) -> None:
    """Enter a refund a case tells of, unless the ledger knows its reference; then only move its state on."""
    known = await _by_reference(scope, charge, row.reference or "")
    if known is None:
        await ledger_rows.add(scope, row)
        return
    if known.amount != row.amount:
        raise LedgerRefused(
            f"refund {row.reference} is {row.amount} in the case and {known.amount} in the ledger; correct the case"
        )
    if known.state == EntryState.PENDING:
        await ledger_rows.change(scope, known, known._replace(state=row.state))


async def _locked(scope: Scope, key: str) -> Row:
    row = await ledger_rows.by_key(scope, key)
    if row is None:
        raise LookupError(f"the ledger has no entry {key}")
    await ledger_rows.lock(scope, row.charge)
    again = await ledger_rows.by_key(scope, key)
    assert again is not None
    return again


async def _agree(scope: Scope, charge: str, refund: ProcessorRefund) -> None:
    row = await _match(scope, charge, refund)
    state = _AT_PROCESSOR[refund.state]
    failure = refund.failure or ("canceled" if refund.state is RefundState.CANCELED else None)
    if row is not None and row.amount != refund.amount:
        if row.reference == refund.reference:
            raise LedgerRefused(
                f"refund {refund.reference} is {refund.amount} at the processor and {row.amount} in entry {row.key};"
                " find out which is right before paying anything on this charge"
            )
        # It carries our key but another amount: what was paid is foreign, and what we meant to pay was not.
        given_up = {"reserved": EntryState.RELEASED, "pending": EntryState.FAILED}.get(row.state)
        if given_up is not None:
            why = f"the processor made {refund.amount} of it as {refund.reference}"
            await ledger_rows.change(scope, row, row._replace(state=given_up.value, failure=why))
        row = None
    if row is None:
        imported = foreign(charge, refund.amount, EntryKind.REFUND, state, refund.reference)
        await ledger_rows.add(scope, imported._replace(failure=failure))
        return
    now = EntryState(row.state)
    origin = row.origin
    if now is EntryState.SUCCEEDED and state is EntryState.FAILED:
        state = EntryState.REVERSED  # processors fail a refund late, when the buyer's bank returns it
    elif now is EntryState.SUCCEEDED or (state is EntryState.FAILED and not now.holds):
        state = now  # an older picture of what we know already, or a failure of what holds nothing
    elif not now.holds:
        origin = EntryOrigin.FOREIGN.value  # given up by us, made by the processor: the money is gone
    await ledger_rows.change(
        scope,
        row,
        row._replace(state=state.value, origin=origin, reference=refund.reference, failure=failure or row.failure),
    )


async def _match(scope: Scope, charge: str, refund: ProcessorRefund) -> Row | None:
    # Our key finds an entry that has no reference yet. One that has another reference is not this refund: a second
    # refund under one key is a double payment, and foreign.
    known = await _by_reference(scope, charge, refund.reference)
    if known is not None or refund.case_key is None:
        return known
    row = await ledger_rows.by_key(scope, refund.case_key)
    return row if row is not None and row.charge == charge and row.reference is None else None


async def _by_reference(scope: Scope, charge: str, reference: str) -> Row | None:
    return next((row for row in await ledger_rows.rows(scope, charge) if row.reference == reference), None)


def foreign(charge: str, amount: Money, kind: EntryKind, state: EntryState, reference: str) -> Row:
    """An entry for money that others moved."""
    key = f"foreign:{charge}:{reference}"
    return _new(key, charge, amount, kind, state, origin=EntryOrigin.FOREIGN, reference=reference)


def _new(
    key: str,
    charge: str,
    amount: Money,
    kind: EntryKind,
    state: EntryState,
    *,
    case_id: str | None = None,
    origin: EntryOrigin = EntryOrigin.OURS,
    reference: str | None = None,
) -> Row:
    return Row(
        key=key,
        charge=charge,
        case_id=case_id,
        kind=kind.value,
        origin=origin.value,
        amount_minor=amount.minor,
        currency=amount.currency,
        state=state.value,
        reference=reference,
    )


def _same(row: Row, charge: str, amount: Money, kind: EntryKind, case_id: str | None) -> None:
    if (row.charge, row.amount, row.kind, row.case_id) != (charge, amount, kind.value, case_id):
        raise LedgerRefused(f"key {row.key} stands for a {row.kind} of {row.amount} on {row.charge}; use a new key")


def _chargeback_key(dispute: str) -> str:
    return f"dispute:{dispute}"
