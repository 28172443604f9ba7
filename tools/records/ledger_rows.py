"""Ledger rows inside an open transaction, so that a case can be opened and its refunds entered in one."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple

from psycopg import DatabaseError, sql
from psycopg.rows import class_row

from knowledge.money import Money
from tools.records.audit import append
from tools.records.canonical import digest_of
from tools.records.ledger_words import (
    Entry,
    EntryKind,
    EntryOrigin,
    EntryState,
    LedgerRefused,
    OverCaptured,
    PaymentStanding,
)
from tools.records.records import Scope

# Raised by the trigger amends.hold_entry.
_OVER_CAPTURED, _REFUSED = "AM001", "AM002"


class Row(NamedTuple):
    """An entry as stored."""

    key: str
    charge: str
    case_id: str | None
    kind: str
    origin: str
    amount_minor: int
    currency: str
    state: str
    reference: str | None
    failure: str | None = None
    made_at: datetime | None = None
    """The database's own time; None before the row is stored."""
    changed_at: datetime | None = None

    @property
    def amount(self) -> Money:
        """Face amount."""
        return Money(minor=self.amount_minor, currency=self.currency)


_ENTRIES: LiteralString = (
    "select key, charge, case_id, kind, origin, amount_minor, currency, state, reference, failure, made_at, changed_at"
    " from amends.ledger_entry where {} order by made_at, key"
)
_OF_CHARGE = sql.SQL(_ENTRIES).format(sql.SQL("charge = %s"))
_OF_KEY = sql.SQL(_ENTRIES).format(sql.SQL("key = %s"))


async def register(scope: Scope, charge: str, captured: Money, processor: str | None = None) -> None:
    """Start the payment's ledger; LedgerRefused when it is known with another captured amount."""
    cursor = await scope.execute(
        "insert into amends.payment (merchant, charge, currency, captured_minor, processor)"
        " values ((select amends.current_merchant()), %s, %s, %s, %s) on conflict do nothing",
        (charge, captured.currency, captured.minor, processor),
    )
    if cursor.rowcount == 1:
        digest = digest_of({"charge": charge, "captured": captured.model_dump()})
        await append(scope, actor="ledger", action="payment.registered", digest=digest)
        return
    known = (await standing(scope, charge)).captured
    if known != captured:
        raise LedgerRefused(f"payment {charge} is registered with {known} captured, not {captured}; correct the case")


async def lock(scope: Scope, charge: str) -> None:
    """Hold the payment until the transaction ends; LookupError when it is not registered.

    Whatever reads before it writes begins here, so that no two transactions wait for each other's entries.
    """
    cursor = await scope.execute("select amends.lock_payment(%s)", (charge,))
    row = await cursor.fetchone()
    if row is None or not row[0]:
        raise _unregistered(charge)


def _unregistered(charge: str) -> LookupError:
    return LookupError(f"payment {charge} is not in the ledger; register it first")


async def standing(scope: Scope, charge: str) -> PaymentStanding:
    """The payment's sums; LookupError when it is not registered.

    A chargeback takes the contested balance only: what it disputes, but no more than is left of the captured amount
    after refunds and credits, so that money given back before a dispute in full is not counted twice.
    """
    cursor = await scope.execute(
        "select currency, captured_minor, given_minor, contested_minor from amends.payment where charge = %s", (charge,)
    )
    row = await cursor.fetchone()
    if row is None:
        raise _unregistered(charge)
    currency, captured, given, disputed = row
    left = max(0, captured - given)
    contested = min(left, disputed)

    def money(minor: int) -> Money:
        return Money(minor=minor, currency=currency)

    return PaymentStanding(
        charge=charge,
        captured=money(captured),
        given=money(given),
        contested=money(contested),
        available=money(left - contested),
        overdraft=money(max(0, given - captured)),
    )


async def entries(scope: Scope, charge: str) -> Sequence[Entry]:
    """The payment's entries, oldest first; LookupError when it is not registered."""
    paid = await standing(scope, charge)
    left = max(0, paid.captured.minor - paid.given.minor)
    result: list[Entry] = []
    for row in await rows(scope, charge):
        assert row.made_at is not None
        assert row.changed_at is not None
        counted = row.amount_minor if EntryState(row.state).holds else 0
        if row.kind == EntryKind.CHARGEBACK:
            counted = min(left, counted)
            left -= counted
        result.append(
            Entry(
                key=row.key,
                charge=row.charge,
                case_id=row.case_id,
                kind=EntryKind(row.kind),
                origin=EntryOrigin(row.origin),
                amount=row.amount,
                counted=Money(minor=counted, currency=row.currency),
                state=EntryState(row.state),
                reference=row.reference,
                failure=row.failure,
                at=row.made_at,
                changed_at=row.changed_at,
            )
        )
    return result


async def entry(scope: Scope, row: Row) -> Entry:
    """The stored entry with what it counts for now."""
    return next(one for one in await entries(scope, row.charge) if one.key == row.key)


async def rows(scope: Scope, charge: str) -> Sequence[Row]:
    """The payment's stored entries, oldest first."""
    async with scope.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(_OF_CHARGE, (charge,))
        return await cursor.fetchall()


async def by_key(scope: Scope, key: str) -> Row | None:
    """The stored entry of that key."""
    async with scope.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(_OF_KEY, (key,))
        return await cursor.fetchone()


async def add(scope: Scope, row: Row) -> Row | None:
    """Insert the entry and chain it; None when the key is taken.

    Raises OverCaptured or LedgerRefused; the transaction is then only good for rolling back.
    """
    if row.amount_minor <= 0:
        raise LedgerRefused(f"{row.amount} cannot be entered in the ledger; enter more than zero")
    try:
        cursor = await scope.execute(
            "insert into amends.ledger_entry (merchant, key, charge, case_id, kind, origin, amount_minor, currency,"
            " state, reference, failure) values ((select amends.current_merchant()), %s, %s, %s, %s, %s, %s, %s, %s,"
            " %s, %s) on conflict (merchant, key) do nothing",
            row[:10],
        )
    except DatabaseError as error:
        raise _refusal(error, row.amount) from error
    if cursor.rowcount == 0:
        return None
    await _chain(scope, row, "ledger." + row.state)
    return await by_key(scope, row.key)


async def change(scope: Scope, row: Row, changed: Row) -> Row:
    """Give the entry what `changed` says of state, origin, reference and failure; LedgerRefused when illegal."""
    if changed == row:
        return row
    try:
        await scope.execute(
            "update amends.ledger_entry set state = %s, origin = %s, reference = %s, failure = %s,"
            " changed_at = clock_timestamp() where key = %s",
            (changed.state, changed.origin, changed.reference, changed.failure, row.key),
        )
    except DatabaseError as error:
        raise _refusal(error, row.amount) from error
    await _chain(scope, changed, "ledger." + changed.state)
    stored = await by_key(scope, row.key)
    assert stored is not None
    return stored


async def _chain(scope: Scope, row: Row, action: str) -> None:
    content = {name: value for name, value in row._asdict().items() if name not in ("made_at", "changed_at")}
    await append(scope, actor="ledger", action=action, case_id=row.case_id or "", digest=digest_of(content))


def _refusal(error: DatabaseError, amount: Money) -> Exception:
    if error.sqlstate == _OVER_CAPTURED:
        available = int(error.diag.message_detail or 0)
        return OverCaptured(amount, Money(minor=available, currency=amount.currency))
    if error.sqlstate == _REFUSED:
        return LedgerRefused(error.diag.message_primary or "refused by the ledger")
    return error
