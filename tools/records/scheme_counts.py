"""What the card schemes' ratios are made of: disputes received by network, sales and fraud reports as they are given.

Sales are what a person gave for the month or, while nobody did, the merchant's imported orders of it; never a guess.
"""

from collections import Counter
from typing import LiteralString, NamedTuple

from pydantic import BaseModel

from knowledge.case import CardNetwork
from knowledge.finance.month import Month
from tools.records.audit import append
from tools.records.canonical import digest_of
from tools.records.crypto import open_sealed, unwrap_case_key
from tools.records.records import Records, Scope

MOST_ORDERS = 20_000
"""Imported orders of a month are sealed and opened one by one; above this many the count is to be given."""
_GIVEN: LiteralString = (
    "select distinct on (network) network, sales, fraud_reports from amends.scheme_count where month = %s"
    " order by network, seq desc"
)
_ENDED: LiteralString = (
    "select d.network, count(distinct d.dispute) from amends.closed_dispute d join amends.dispute_case c"
    " using (merchant, case_id) where c.opened_at >= %s and c.opened_at < %s group by d.network"
)
_OPEN: LiteralString = (
    "select c.case_id, c.sealed_bundle, k.wrapped from amends.dispute_case c"
    " left join amends.case_key k using (merchant, case_id)"
    " where c.kind = 'chargeback' and c.opened_at >= %s and c.opened_at < %s"
    " and (select d.seq from amends.closed_dispute d where d.merchant = c.merchant and d.dispute = c.dispute limit 1)"
    " is null"
)
_ORDERS: LiteralString = (
    "select order_id, wrapped, sealed from amends.order_snapshot"
    " where placed_at >= %s and placed_at < %s and wrapped is not null limit %s"
)


class _Notice(BaseModel):
    network: CardNetwork


class _Disputed(BaseModel):
    """What is read of a bundle here."""

    chargeback: _Notice


class _Payment(BaseModel):
    network: CardNetwork | None = None


class _Order(BaseModel):
    payment: _Payment


class _Sold(BaseModel):
    """What is read of an order snapshot here."""

    order: _Order


class NetworkMonth(NamedTuple):
    """What is known of a network's month."""

    disputes: int
    sales: int | None
    """None when nobody gave them and no order of the month was imported, or too many to count."""
    imported: bool
    """Whether the sales are the imported orders."""
    fraud_reports: int | None


class SchemeCounts:
    """Counts of every merchant; each call names one."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def give(
        self, merchant: str, network: CardNetwork, month: Month, *, sales: int, fraud_reports: int | None, by: str
    ) -> None:
        """Keep a month's settled card-not-present transactions and fraud reports, in place of what was given before.

        ValueError names the field.
        """
        if not 0 < sales <= 10**9:
            raise ValueError("sales: write how many card payments were settled in the month, 1 or more")
        if fraud_reports is not None and not 0 <= fraud_reports <= sales:
            raise ValueError("fraud_reports: write how many were reported, at most as many as the sales, or nothing")
        content = {"network": network, "month": str(month), "sales": sales, "fraud_reports": fraud_reports}
        async with self._records.merchant(merchant) as scope:
            await scope.execute("select pg_advisory_xact_lock(hashtextextended(%s, 12))", (f"{merchant}/schemes",))
            await scope.execute(
                "insert into amends.scheme_count (merchant, network, month, seq, sales, fraud_reports, given_by)"
                " select %s, %s, %s, coalesce(max(seq), 0) + 1, %s, %s, %s from amends.scheme_count"
                " where network = %s and month = %s",
                (merchant, network, str(month), sales, fraud_reports, by, network, str(month)),
            )
            await append(scope, actor=by, action="scheme_count.given", digest=digest_of(content))

    async def month(self, merchant: str, month: Month) -> dict[CardNetwork, NetworkMonth]:
        """Every network of which something is known in the month."""
        async with self._records.merchant(merchant) as scope:
            cursor = await scope.execute(_GIVEN, (str(month),))
            given = {CardNetwork(row[0]): (int(row[1]), row[2]) for row in await cursor.fetchall()}
            disputes = await self._disputes(scope, merchant, month)
            imported = await self._imported(scope, merchant, month)
        return {
            network: NetworkMonth(
                disputes=disputes[network],
                sales=given[network][0] if network in given else imported.get(network),
                imported=network not in given and network in imported,
                fraud_reports=given[network][1] if network in given else None,
            )
            for network in CardNetwork
            if network in given or network in disputes or network in imported
        }

    async def _disputes(self, scope: Scope, merchant: str, month: Month) -> Counter[CardNetwork]:
        cursor = await scope.execute(_ENDED, (month.begins, month.ends))
        counts = Counter({CardNetwork(network): int(count) for network, count in await cursor.fetchall()})
        for case_id, sealed, wrapped in await (await scope.execute(_OPEN, (month.begins, month.ends))).fetchall():
            if wrapped is None:
                continue  # erased before it ended: nobody knows the network any more
            key = unwrap_case_key(self._records.master_key, bytes(wrapped), merchant, case_id)
            bundle = open_sealed(key, bytes(sealed), merchant, case_id, "bundle")
            counts[_Disputed.model_validate_json(bundle).chargeback.network] += 1
        return counts

    async def _imported(self, scope: Scope, merchant: str, month: Month) -> dict[CardNetwork, int]:
        cursor = await scope.execute(_ORDERS, (month.begins, month.ends, MOST_ORDERS + 1))
        rows = await cursor.fetchall()
        if len(rows) > MOST_ORDERS:
            return {}
        counts: Counter[CardNetwork] = Counter()
        for order_id, wrapped, sealed in rows:
            key = open_sealed(self._records.master_key, bytes(wrapped), "order-key", merchant, order_id)
            order = _Sold.model_validate_json(open_sealed(key, bytes(sealed), "order", merchant, order_id)).order
            if order.payment.network is not None:
                counts[order.payment.network] += 1
        return dict(counts)
