"""Everything the records hold of one buyer, found in sealed content: no plain column tells who somebody is.

Every bundle, order snapshot, gathered piece and webhook of the merchant is opened once, in batches: some ten thousand
a second, for something that happens a few times a week and must miss nothing.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence, Set
from typing import Any, LiteralString, NamedTuple, TypeVar

from pydantic import AwareDatetime, model_validator

from knowledge.base import Frozen
from tools.records.crypto import open_sealed, unwrap_case_key
from tools.records.records import Records

_BATCH = 500
_CASES: LiteralString = (
    "select c.case_id, c.kind, c.status, c.order_id, c.charge, c.dispute, c.changed_at, k.wrapped, c.sealed_bundle"
    " from amends.dispute_case c join amends.case_key k using (merchant, case_id)"
    " where c.case_id > %s order by c.case_id limit %s"
)
_ORDERS: LiteralString = (
    "select order_id, charge, wrapped, sealed from amends.order_snapshot"
    " where wrapped is not null and order_id > %s order by order_id limit %s"
)
_NOTICES: LiteralString = (
    "select processor || '/' || event_id, processor, event_id, dispute, charge, wrapped, sealed"
    " from amends.webhook_inbox where wrapped is not null and processor || '/' || event_id > %s"
    " order by processor || '/' || event_id limit %s"
)
_PIECES: LiteralString = (
    "select processor || '/' || dispute || '/' || source, processor, dispute, source, wrapped, sealed"
    " from amends.gathered_piece where wrapped is not null and processor || '/' || dispute || '/' || source > %s"
    " order by processor || '/' || dispute || '/' || source limit %s"
)
_T = TypeVar("_T")


class Sought(Frozen):
    """A buyer, by exactly one of these."""

    email: str = ""
    buyer: str = ""
    """The shop's own id of the buyer."""
    order_id: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Sought":
        if sum(map(bool, (self.email, self.buyer, self.order_id))) != 1:
            raise ValueError("name the person by one of: e-mail address, buyer's id, order")
        return self

    def words(self) -> str:
        """What the person was asked for by, as it is digested."""
        if self.email:
            return f"email {self.email.strip().casefold()}"
        return f"buyer {self.buyer}" if self.buyer else f"order {self.order_id}"


class FoundCase(Frozen):
    """A case of the person."""

    case_id: str
    kind: str
    status: str
    changed_at: AwareDatetime


class FoundPerson(Frozen):
    """Everything of the person that can still be read. Holds personal data: it is shown and never kept."""

    emails: tuple[str, ...]
    buyers: tuple[str, ...]
    cases: tuple[FoundCase, ...]
    orders: tuple[str, ...]
    """Snapshots of orders."""
    notices: tuple[tuple[str, str], ...]
    """Webhooks: processor and event id."""
    pieces: tuple[tuple[str, str, str], ...]
    """Gathered before a case was open: processor, dispute, source."""
    disputes: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether there is nothing of them."""
        return not (self.cases or self.orders or self.notices or self.pieces)


class _Mention(NamedTuple):
    """A case or an order, with what tells whose it is."""

    case: FoundCase | None
    email: str
    buyer: str
    order_id: str
    charge: str
    dispute: str | None
    snapshot: bool


async def find_person(records: Records, merchant: str, sought: Sought) -> FoundPerson:
    """The person's cases, orders, webhooks and gathered pieces.

    An address leads to the buyer's ids it was used with and these to further addresses, so that a person who wrote
    from two is found whole; show `emails` and `buyers` to somebody before anything is destroyed.
    """
    master = records.master_key

    def of_case(row: tuple[Any, ...]) -> _Mention:
        case_id, kind, status, order_id, charge, dispute, changed_at, wrapped, sealed = row
        key = unwrap_case_key(master, bytes(wrapped), merchant, case_id)
        buyer = json.loads(open_sealed(key, bytes(sealed), merchant, case_id, "bundle"))["buyer"]
        found = FoundCase(case_id=case_id, kind=kind, status=status, changed_at=changed_at)
        return _Mention(found, _email(buyer), buyer["id"], order_id, charge, dispute, snapshot=False)

    def of_order(row: tuple[Any, ...]) -> _Mention:
        order_id, charge, wrapped, sealed = row
        key = open_sealed(master, bytes(wrapped), "order-key", merchant, order_id)
        buyer = json.loads(open_sealed(key, bytes(sealed), "order", merchant, order_id))["buyer"]
        return _Mention(None, _email(buyer), buyer["id"], order_id, charge, None, snapshot=True)

    mentions = [one async for one in _opened(records, merchant, _CASES, of_case)]
    mentions += [one async for one in _opened(records, merchant, _ORDERS, of_order)]
    whole = _Whole(sought)
    while sum(whole.take(one) for one in mentions):
        pass

    def of_notice(row: tuple[Any, ...]) -> tuple[str, str] | None:
        _, processor, event_id, dispute, charge, wrapped, sealed = row
        place = (merchant, processor, event_id)
        if dispute not in whole.disputes and charge not in whole.charges:
            key = open_sealed(master, bytes(wrapped), "webhook-key", *place)
            if not whole.named_in(open_sealed(key, bytes(sealed), "webhook", *place)):
                return None
        return processor, event_id

    def of_piece(row: tuple[Any, ...]) -> tuple[str, str, str] | None:
        _, processor, dispute, source, wrapped, sealed = row
        place = (merchant, processor, dispute, source)
        if dispute not in whole.disputes:
            key = open_sealed(master, bytes(wrapped), "piece-key", *place)
            if not whole.named_in(open_sealed(key, bytes(sealed), "piece", *place)):
                return None
        return processor, dispute, source

    notices = [one async for one in _opened(records, merchant, _NOTICES, of_notice) if one is not None]
    pieces = [one async for one in _opened(records, merchant, _PIECES, of_piece) if one is not None]
    return FoundPerson(
        emails=tuple(sorted(whole.emails)),
        buyers=tuple(sorted(whole.buyers)),
        cases=tuple(one.case for one in whole.taken if one.case is not None),
        orders=tuple(one.order_id for one in whole.taken if one.snapshot),
        notices=tuple(notices),
        pieces=tuple(pieces),
        disputes=tuple(sorted(whole.disputes | {dispute for _, dispute, _ in pieces})),
    )


class _Whole:
    """What is known of the person while it grows."""

    def __init__(self, sought: Sought) -> None:
        self.emails: set[str] = {sought.email.strip().casefold()} - {""}
        self.buyers: set[str] = {sought.buyer} - {""}
        self.charges: set[str] = set()
        self.disputes: set[str] = set()
        self._orders: set[str] = {sought.order_id} - {""}
        self.taken: dict[_Mention, None] = {}

    def take(self, one: _Mention) -> bool:
        """Whether it is the person's and was not known to be."""
        theirs = one.email in self.emails or one.buyer in self.buyers or one.order_id in self._orders
        if one in self.taken or not theirs:
            return False
        self.taken[one] = None
        self.emails |= {one.email} - {""}
        self.buyers.add(one.buyer)
        self._orders.add(one.order_id)
        self.charges.add(one.charge)
        if one.dispute is not None:
            self.disputes.add(one.dispute)
        return True

    def named_in(self, content: bytes) -> bool:
        """Whether a body that came from outside names the person or a payment of theirs."""
        text = content.decode(errors="replace").casefold()
        return _any_in(self.emails, text) or _any_in({f'"{one.casefold()}"' for one in self.charges}, text)


def _any_in(words: Set[str], text: str) -> bool:
    return any(word in text for word in words)


def _email(buyer: dict[str, Any]) -> str:
    return (buyer.get("email") or "").casefold()


async def _opened(
    records: Records, merchant: str, query: LiteralString, opened: Callable[[tuple[Any, ...]], _T]
) -> AsyncGenerator[_T]:
    """Every row of a query that goes by its first column, opened in a thread, a batch in a transaction."""

    def of_all(rows: Sequence[tuple[Any, ...]]) -> list[_T]:
        return [opened(row) for row in rows]

    last = ""
    while True:
        async with records.merchant(merchant) as scope:
            rows = await (await scope.execute(query, (last, _BATCH))).fetchall()
        for one in await asyncio.to_thread(of_all, rows):
            yield one
        if len(rows) < _BATCH:
            return
        last = rows[-1][0]
