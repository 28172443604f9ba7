"""What part of the queue somebody looks at, and in which order: as values that an address can carry."""

from enum import StrEnum
from typing import Annotated, Any, LiteralString, NamedTuple

from psycopg import sql
from pydantic import AwareDatetime, Field

from knowledge.base import Frozen
from knowledge.case import CardNetwork, CaseKind
from knowledge.judgement.waiting import QueueFlag
from tools.records.queue_rows import STILL_WAITS

_Short = Annotated[str, Field(max_length=100)]
NOBODY = "nobody"
"""As holder: the cases that are in nobody's hands."""


class QueueView(StrEnum):
    """The saved views, in the order of their keys."""

    EVERYTHING = "everything"
    DUE = "due"
    ABSTAINED = "abstained"
    HIGH_VALUE = "high_value"
    IMAGE_REUSE = "image_reuse"
    APPEALS = "appeals"
    LETTERS = "letters"
    TO_CONFIRM = "to_confirm"
    """What somebody proposes above their limit, and a second person confirms or decides otherwise."""
    MINE = "mine"
    SKIPPED = "skipped"


class QueueOrder(StrEnum):
    """What comes first."""

    PRESSING = "pressing"
    """What is due within hours by its date, then by expected loss avoided per minute."""
    DUE = "due"
    VALUE = "value"
    OLDEST = "oldest"


class QueueFilter(Frozen):
    """A part of the queue; what is None or empty does not narrow it."""

    view: QueueView = QueueView.EVERYTHING
    order: QueueOrder = QueueOrder.PRESSING
    kind: CaseKind | None = None
    stage: _Short = ""
    reason: _Short = ""
    network: CardNetwork | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{0,3}$")] = ""
    flag: QueueFlag | None = None
    at_least_eur: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    at_most_eur: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    holder: _Short = ""
    search: _Short = ""
    """The beginning of a case id, an order's id or a payment's reference."""


class QueueCursor(Frozen):
    """Where a page ends, so that the next begins after it whatever came or went meanwhile."""

    as_of: AwareDatetime
    """When the first page was read: what is due within hours is told from the rest by this moment."""
    close: bool
    key: Annotated[str, Field(max_length=40)]
    case_id: _Short


class Conditions(NamedTuple):
    """What a filter asks, as SQL over `queue_entry q`, with its values."""

    sql: sql.Composed
    values: dict[str, Any]


# Cases named by something small (a person's leases, what was skipped, a search) are gathered first and then looked up:
# the records keep no statistics, since those would tell of other merchants, and so the planner takes every list for a
# short one.
_PROPOSED: LiteralString = (
    f"array(select p.case_id from amends.person_review p where p.state = 'proposed' and (select {STILL_WAITS}"  # noqa: S608 -- constants
    ' from amends.queue_entry q where q.merchant = p.merchant and q.case_id = p.case_id collate "C"))'
)
_VIEWS: dict[QueueView, LiteralString] = {
    QueueView.DUE: "q.due <= clock_timestamp() + interval '24 hours'",
    QueueView.ABSTAINED: "q.band = 'abstained'",
    QueueView.HIGH_VALUE: "q.flags @> array['high_value']",
    QueueView.IMAGE_REUSE: "q.flags @> array['image_reuse']",
    QueueView.APPEALS: "q.flags @> array['appeal']",
    QueueView.LETTERS: "q.flags @> array['letter_to_sign']",
    QueueView.TO_CONFIRM: f"q.case_id = any({_PROPOSED})",
    # What a person took in the last working day and has not finished, in their hands still or not.
    QueueView.MINE: "q.case_id = any(array(select m.case_id from amends.case_lease m where m.holder = %(account)s"
    " and m.taken_at > clock_timestamp() - interval '12 hours'))",
    QueueView.SKIPPED: "q.case_id = any(array(select s.case_id from amends.queue_skip s"
    " where s.until > clock_timestamp()))",
}
_HELD: LiteralString = "array(select h.case_id from amends.case_lease h where h.ends_at > clock_timestamp()"
COUNTS: LiteralString = (
    "select count(*), count(*) filter (where q.due <= clock_timestamp() + interval '24 hours'),"  # noqa: S608 -- constants
    " count(*) filter (where q.band = 'abstained'),"
    " count(*) filter (where q.flags @> array['high_value']),"
    " count(*) filter (where q.flags @> array['image_reuse']),"
    " count(*) filter (where q.flags @> array['appeal']),"
    " count(*) filter (where q.flags @> array['letter_to_sign']),"
    f" cardinality({_PROPOSED})"
    " from amends.queue_entry q where q.left_at is null"
)
"""The counts of the views that are the same for everybody, in the order of `QueueView`."""
# Each part is ordered by what it looks for, so that where nothing is sorted the planner has only that index to choose:
# taken for one row, the queue would be read whole through any other.
_SEARCH: LiteralString = (
    "(select f.case_id from amends.queue_entry f where f.left_at is null"
    " and f.case_id >= %(search)s and f.case_id < %(search_end)s order by f.case_id limit 1000)"
    " union all (select f.case_id from amends.queue_entry f where f.left_at is null"
    " and f.order_id >= %(search)s and f.order_id < %(search_end)s order by f.order_id limit 1000)"
    " union all (select f.case_id from amends.queue_entry f where f.left_at is null"
    " and f.payment_reference >= %(search)s and f.payment_reference < %(search_end)s"
    " order by f.payment_reference limit 1000)"
)
"""A search that finds more than a thousand shows these; whoever searches knows more of the id than that."""
# The largest character there is ends the range of everything that begins with the text.
_AFTER_ALL = chr(0x10FFFF)


def conditions(asked: QueueFilter, account: str) -> Conditions:
    """The filter as SQL; `account` is whose work `MINE` is."""
    parts: list[LiteralString] = ["q.left_at is null"]
    values: dict[str, Any] = {"account": account}
    if asked.view in _VIEWS:
        parts.append(_VIEWS[asked.view])
    equal: tuple[tuple[LiteralString, str, str], ...] = (
        ("q.kind = %(kind)s", "kind", asked.kind or ""),
        ("q.stage = %(stage)s", "stage", asked.stage),
        ("q.reason = %(reason)s", "reason", asked.reason),
        ("q.network = %(network)s", "network", asked.network or ""),
        ("q.language = %(language)s", "language", asked.language),
        ("q.flags @> array[%(flag)s]", "flag", asked.flag or ""),
    )
    for part, name, value in equal:
        if value:
            parts.append(part)
            values[name] = str(value)
    bounds: tuple[tuple[LiteralString, str, int | None], ...] = (
        ("q.worth_cents >= %(at_least)s", "at_least", asked.at_least_eur),
        ("q.worth_cents <= %(at_most)s", "at_most", asked.at_most_eur),
    )
    for part, name, euro in bounds:
        if euro is not None:
            parts.append(part)
            values[name] = euro * 100
    if asked.holder == NOBODY:
        parts.append(f"q.case_id <> all({_HELD}))")
    elif asked.holder:
        parts.append(f"q.case_id = any({_HELD} and h.holder = %(holder)s))")
        values["holder"] = asked.holder
    if asked.search:
        parts.append(f"q.case_id = any(array({_SEARCH}))")
        values |= {"search": asked.search, "search_end": asked.search + _AFTER_ALL}
    return Conditions(sql.SQL(" and ").join(map(sql.SQL, parts)), values)
