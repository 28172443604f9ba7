"""Order snapshots frozen at purchase: what stands in for a shop, sealed, one per order and never changed."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from knowledge.order_snapshot import OrderSnapshot
from tools.records.audit import append
from tools.records.canonical import canonical_json
from tools.records.crypto import derive_secret, new_case_key, open_sealed, seal
from tools.records.records import Records, Scope

_INSERT = (
    "insert into amends.order_snapshot (merchant, order_id, charge, buyer, placed_at, sha256, wrapped, sealed)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
)


class SnapshotConflict(ValueError):
    """Snapshots that cannot be kept, by their place in what was given, and why."""

    def __init__(self, found: Sequence[tuple[int, str]]) -> None:
        self.found = tuple(found)
        super().__init__("; ".join(why for _, why in found))


class KeptSnapshots(NamedTuple):
    """What keeping them did."""

    new: int
    known: int
    """Held already with the same content."""
    refused: tuple[tuple[int, str], ...] = ()


class HeldSnapshot(NamedTuple):
    """A snapshot that is held, without what is in it."""

    order_id: str
    payment_reference: str
    placed_at: datetime
    sha256: str
    erased: bool


class OrderSnapshots:
    """The snapshots of all merchants; every call names one and sees no other's."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def keep(self, merchant: str, snapshots: Sequence[OrderSnapshot], *, partial: bool = False) -> KeptSnapshots:
        """Keep all or none; with `partial` those that can be. The same again changes nothing.

        An order that is held with other content is refused: a snapshot is what the order was at purchase. So is a
        second order on the same payment. Raises SnapshotConflict unless `partial`.
        """
        new = known = 0
        refused: list[tuple[int, str]] = []
        async with self._records.merchant(merchant) as scope:
            for place, snapshot in enumerate(snapshots):
                if snapshot.merchant.id != merchant:
                    refused.append((place, f"merchant.id is {snapshot.merchant.id}; write {merchant}"))
                elif await self._insert(scope, merchant, snapshot):
                    new += 1
                elif (why := await _difference(scope, snapshot)) is None:
                    known += 1
                else:
                    refused.append((place, why))
            if refused and not partial:
                raise SnapshotConflict(refused)
        return KeptSnapshots(new, known, tuple(refused))

    async def _insert(self, scope: Scope, merchant: str, snapshot: OrderSnapshot) -> bool:
        content, key = canonical_json(snapshot), new_case_key()
        order, digest = snapshot.order, _digest(snapshot)
        cursor = await scope.execute(
            _INSERT.encode(),
            (
                merchant,
                order.id,
                order.payment.processor_reference,
                self._whose(merchant, snapshot.buyer.id),
                order.placed_at,
                digest,
                seal(self._records.master_key, key, "order-key", merchant, order.id),
                seal(key, content, "order", merchant, order.id),
            ),
        )
        if cursor.rowcount == 1:
            await append(scope, actor="import", action="order.kept", digest=digest)
        return cursor.rowcount == 1

    async def by_payment(self, merchant: str, reference: str) -> OrderSnapshot | None:
        """The order that was paid by this payment; None when none is held, or its case was erased."""
        found = await self._read(merchant, "charge = %s", reference)
        return found[0] if found else None

    async def standing(self, merchant: str, order_id: str) -> HeldSnapshot:
        """That an order is held, erased or not; LookupError when the merchant has none of that id."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                "select order_id, charge, placed_at, sha256, wrapped is null from amends.order_snapshot"
                " where order_id = %s",
                (order_id,),
            )
            row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"merchant {merchant} holds no order {order_id}")
        return HeldSnapshot(*row)

    async def of_buyer(self, merchant: str, buyer: str) -> Sequence[OrderSnapshot]:
        """The buyer's orders, the newest first; at most a hundred."""
        # Rows of before the digest hold the id itself.
        return await self._read(merchant, "buyer = any(%s)", [self._whose(merchant, buyer), buyer])

    def _whose(self, merchant: str, buyer: str) -> str:
        """What a buyer's orders are found by: a keyed digest, so that nothing of a table or a backup names anybody."""
        secret = derive_secret(self._records.master_key, "buyer-of-order")
        return hmac.new(secret, canonical_json([merchant, buyer]), hashlib.sha256).hexdigest()

    async def _read(self, merchant: str, where: str, given: str | list[str]) -> list[OrderSnapshot]:
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(
                f"select order_id, wrapped, sealed from amends.order_snapshot where {where} and wrapped is not null"  # noqa: S608 -- one of two constants
                " order by placed_at desc, order_id limit 100".encode(),
                (given,),
            )
            rows = await cursor.fetchall()
        found: list[OrderSnapshot] = []
        for order_id, wrapped, sealed in rows:
            key = open_sealed(self._records.master_key, bytes(wrapped), "order-key", merchant, order_id)
            content = open_sealed(key, bytes(sealed), "order", merchant, order_id)
            found.append(OrderSnapshot.model_validate_json(content))
        return found


def _digest(snapshot: OrderSnapshot) -> str:
    return hashlib.sha256(canonical_json(snapshot)).hexdigest()


async def _difference(scope: Scope, snapshot: OrderSnapshot) -> str | None:
    """Why a snapshot could not be inserted; None when the very same is held."""
    order = snapshot.order
    row = await (
        await scope.execute(
            "select order_id, sha256 from amends.order_snapshot where order_id = %s or charge = %s"
            " order by (order_id = %s) desc",
            (order.id, order.payment.processor_reference, order.id),
        )
    ).fetchone()
    if row is None or row[0] != order.id:
        other = "another order" if row is None else f"order {row[0]}"
        return f"order.payment.processor_reference is already that of {other}; each payment belongs to one order"
    if row[1] == _digest(snapshot):
        return None
    return f"order {order.id} is already held with other content; a snapshot is frozen at purchase"
