"""Disputes that have ended: the rows behind win rates and the merchant's report."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from knowledge.money import Money
from knowledge.outcomes.closed_dispute import ClosedDispute
from knowledge.outcomes.win_rates import OutcomeCount, count_outcomes
from tools.records.audit import append
from tools.records.canonical import digest_of
from tools.records.records import Records

# The columns of an end, in the order `read_end` takes them.
FIELDS: LiteralString = (
    "case_id, dispute, processor, network, reason_code, family, ended, currency, disputed_minor, contested_minor,"
    " recovered_minor, recovered_currency, costs_minor, policy_version, closed_at"
)
_NEWEST = (
    "select distinct on (dispute) " + FIELDS + " from amends.closed_dispute"  # noqa: S608 -- two constants
    " where (%(dispute)s::text is null or dispute = %(dispute)s) order by dispute, seq desc"
)


class OutcomeRecords:
    """Ended disputes of each merchant. The newest end of a dispute counts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def close(self, merchant: str, ended: ClosedDispute) -> None:
        """Keep how a dispute ended; the same end again changes nothing, another one replaces it in every figure."""
        async with self._records.merchant(merchant) as scope:
            # Closing is rare and the table append-only: one lock per merchant keeps the sequence whole.
            await scope.execute("select pg_advisory_xact_lock(hashtextextended(%s, 4))", (f"{merchant}/outcomes",))
            known = await (await scope.execute(_NEWEST.encode(), {"dispute": ended.dispute_id})).fetchone()
            if known is not None and read_end(known).model_copy(update={"closed_at": ended.closed_at}) == ended:
                return
            await scope.execute(
                f"insert into amends.closed_dispute (merchant, seq, {FIELDS})"  # noqa: S608 -- a constant
                " select %(merchant)s, coalesce(max(seq), 0) + 1, %(case)s, %(dispute)s, %(processor)s, %(network)s,"
                " %(code)s, %(family)s, %(end)s, %(currency)s, %(disputed)s, %(contested)s, %(recovered)s,"
                " %(recovered_currency)s, %(costs)s, %(policy)s, %(at)s"
                " from amends.closed_dispute where dispute = %(dispute)s".encode(),
                {
                    "merchant": merchant,
                    "case": ended.case_id,
                    "dispute": ended.dispute_id,
                    "processor": ended.processor.value,
                    "network": ended.network.value,
                    "code": ended.reason_code,
                    "family": ended.family.value,
                    "end": ended.end.value,
                    "currency": ended.disputed.currency,
                    "disputed": ended.disputed.minor,
                    "contested": ended.contested.minor,
                    "recovered": ended.recovered.minor if ended.recovered else None,
                    "recovered_currency": ended.recovered.currency if ended.recovered else None,
                    "costs": ended.costs.minor if ended.costs else None,
                    "policy": ended.policy_version,
                    "at": ended.closed_at,
                },
            )
            await append(
                scope,
                actor="amends",
                action=f"dispute.{ended.end.value}",
                case_id=ended.case_id,
                digest=digest_of(ended),
            )

    async def closed(
        self, merchant: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> Sequence[ClosedDispute]:
        """The merchant's ended disputes, each as it ended last, oldest first; from `since` on and before `until`."""
        async with self._records.merchant(merchant) as scope:
            rows = await (await scope.execute(_NEWEST.encode(), {"dispute": None})).fetchall()
        ended = sorted((read_end(row) for row in rows), key=lambda one: (one.closed_at, one.dispute_id))
        return [
            one
            for one in ended
            if (since is None or one.closed_at >= since) and (until is None or one.closed_at < until)
        ]

    async def outcome_counts(self, merchant: str) -> tuple[OutcomeCount, ...]:
        """How the merchant's answered disputes ended, per family, network and code."""
        return count_outcomes(await self.closed(merchant))


def read_end(row: Sequence[object]) -> ClosedDispute:
    """An end from the columns FIELDS."""
    names = [name.strip() for name in FIELDS.split(",")]
    kept = dict(zip(names, row, strict=True))
    return ClosedDispute.model_validate(
        {
            "case_id": kept["case_id"],
            "dispute_id": kept["dispute"],
            "processor": kept["processor"],
            "network": kept["network"],
            "reason_code": kept["reason_code"],
            "family": kept["family"],
            "end": kept["ended"],
            "disputed": _money(kept["disputed_minor"], kept["currency"]),
            "contested": _money(kept["contested_minor"], kept["currency"]),
            "recovered": _money(kept["recovered_minor"], kept["recovered_currency"]),
            "costs": _money(kept["costs_minor"], kept["currency"]),
            "policy_version": kept["policy_version"],
            "closed_at": kept["closed_at"],
        }
    )


def _money(minor: object, currency: object) -> Money | None:
    return Money(minor=minor, currency=currency) if isinstance(minor, int) and isinstance(currency, str) else None
