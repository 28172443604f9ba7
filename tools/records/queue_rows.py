"""The rows of the queue: how a waiting case is written, taken out and read back."""

from collections.abc import Sequence
from typing import Any, LiteralString

from psycopg import sql
from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.judgement.waiting import WaitingCase
from knowledge.money import Money
from tools.records.records import Scope

_MONEY = ("amount", "fair_low", "fair_high", "stake")
"""Kept as minor units beside the one currency of the case."""
_PLAIN = tuple(name for name in WaitingCase.model_fields if name not in _MONEY)
_COLUMNS = ("merchant", *_PLAIN, "currency", *(f"{name}_minor" for name in _MONEY))
_CHANGING = tuple(name for name in _COLUMNS if name not in {"merchant", "case_id"})

ENTER = sql.SQL(
    "insert into amends.queue_entry as q ({columns}) values ({values}) on conflict (merchant, case_id) do update set"
    " {changes}, waits_since = case when q.left_at is null then q.waits_since else clock_timestamp() end,"
    " changed_at = clock_timestamp(), version = q.version + 1, left_at = null"
).format(
    columns=sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)),
    values=sql.SQL(", ").join(sql.Placeholder(name) for name in _COLUMNS),
    changes=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _CHANGING),
)

ROW_COLUMNS = sql.SQL(", ").join(
    [
        *(sql.SQL("q.{}").format(sql.Identifier(name)) for name in _COLUMNS if name != "merchant"),
        sql.SQL("q.waits_since, q.version, q.left_at is null, l.holder"),
        sql.SQL("p.account, p.at, p.action, p.amount_minor, p.currency"),
    ]
)
"""What `read_row` reads, of `queue_entry q`, its lease `l` and its proposal `p`."""
STILL_WAITS: LiteralString = "q.left_at is null and p.decision_id = coalesce(q.decision_id, '')"
"""Whether the proposal `person_review p` waits for a second person: not when the case moved on or was decided anew."""
# Ids of the queue are collated as bytes and those of leases and reviews are not: compared in their collation and asked
# for row by row, their indexes find the one of a case. A join would go through all of a merchant's for each row,
# since without statistics the planner takes them for one.
PROPOSED: LiteralString = (
    'amends.person_review p where p.merchant = q.merchant and p.case_id = q.case_id collate "default"'
    f" and p.state = 'proposed' and {STILL_WAITS}"
)
"""From where the proposal that waits on a row's case is read."""
BESIDE = sql.SQL(
    "left join lateral (select l.holder from amends.case_lease l where l.merchant = q.merchant"  # noqa: S608 -- constants
    ' and l.case_id = q.case_id collate "default" and l.ends_at > clock_timestamp() limit 1) l on true'
    f" left join lateral (select p.account, p.at, p.action, p.amount_minor, p.currency from {PROPOSED} limit 1) p"
    " on true"
)
"""What stands beside a line: in whose hands the case is, and what waits for a second person."""


class WaitingProposal(Frozen):
    """A decision above its maker's limit, which waits for a second person."""

    account: str
    """Who proposes: an account's id, `key:` and a key's id, or a name given at the command line."""
    at: AwareDatetime
    action: str
    amount: Money | None
    """What it pays or contests; None where the action names no amount."""


class QueueRow(Frozen):
    """A case in the queue, and in whose hands it is."""

    line: WaitingCase
    waits_since: AwareDatetime
    version: int
    """Grows with every change of the line."""
    waits: bool
    """False when the case has moved on."""
    holder: str | None
    """The account that works on it now."""
    proposed: WaitingProposal | None
    """What waits for a second person; None when nothing does."""


async def enter(scope: Scope, merchant: str, line: WaitingCase) -> None:
    """Write the case's line in the transaction that records its stage."""
    await scope.execute(ENTER, row_values(merchant, line))


def row_values(merchant: str, line: WaitingCase) -> dict[str, Any]:
    """The line as the values of `ENTER`."""
    values: dict[str, Any] = {"merchant": merchant, "currency": line.stake.currency}
    for name in _PLAIN:
        values[name] = getattr(line, name)
    values |= {"causes": [one.value for one in line.causes], "flags": [one.value for one in line.flags]}
    for name in _MONEY:
        money: Money | None = getattr(line, name)
        values[f"{name}_minor"] = money.minor if money is not None else None
    return values


async def leave(scope: Scope, case_id: str) -> None:
    """The case has moved on; nothing happens when it did not wait."""
    await scope.execute(
        "update amends.queue_entry set left_at = clock_timestamp(), changed_at = clock_timestamp(),"
        " version = version + 1 where case_id = %s and left_at is null",
        (case_id,),
    )


async def touch(scope: Scope, case_id: str) -> None:
    """Something beside the line changed (in whose hands the case is, what is proposed): open pages hear of it."""
    await scope.execute(
        "update amends.queue_entry set changed_at = clock_timestamp() where case_id = %s and left_at is null",
        (case_id,),
    )


def read_row(row: Sequence[Any]) -> QueueRow:
    """A row of `ROW_COLUMNS`."""
    names = [name for name in _COLUMNS if name != "merchant"]
    given = dict(zip(names, row[: len(names)], strict=True))
    currency = given.pop("currency")
    for name in _MONEY:
        minor = given.pop(f"{name}_minor")
        given[name] = None if minor is None else Money(minor=minor, currency=currency)
    waits_since, version, waits, holder, account, at, action, minor, paid_in = row[len(names) :]
    amount = None if minor is None else Money(minor=minor, currency=paid_in)
    return QueueRow(
        line=WaitingCase.model_validate(given),
        waits_since=waits_since,
        version=version,
        waits=waits,
        holder=holder,
        proposed=None if account is None else WaitingProposal(account=account, at=at, action=action, amount=amount),
    )
