"""What the books are made of, read from the records: movements of the ledger, and the ends of disputes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from knowledge.finance.events import DisputeEnded, Movement, Proofs
from knowledge.finance.lines import Line, LineKind, line_of_movement, lines_of_end
from knowledge.finance.month import Month
from knowledge.rules.policy import MerchantPolicy
from tools.records.outcomes import FIELDS as END_FIELDS
from tools.records.outcomes import read_end
from tools.records.records import Scope

_NO_PROOFS = (None, None)
_Booked = Mapping[str, Sequence[tuple[Month, Line]]]

# Not in a month that is closed now; a month that was opened again holds nothing. The columns have no statistics, so a
# join would be planned blindly: the offset keeps the look-up in the lines apart, through the index on their source.
_UNBOOKED: LiteralString = (
    "(select l.month from (select month, revision from amends.month_line"
    " where merchant = {0}.merchant and source = {1} offset 0) l"
    " where exists (select from amends.month_close c where c.merchant = {0}.merchant and c.month = l.month"
    " and c.revision = l.revision and c.reopened_at is null) limit 1) is null"
)
_MOVEMENTS: LiteralString = (
    "select m.key, m.number, m.kind, m.state = 'reversed', m.amount_minor, m.currency, m.case_id, m.charge,"  # noqa: S608 -- constants
    " e.reference, m.at, p.processor, case when m.state = 'reversed' then (select max(u.number)"
    " from amends.ledger_movement u where u.merchant = m.merchant and u.key = m.key and u.number < m.number"
    " and u.state = 'succeeded') end"
    " from amends.ledger_movement m join amends.ledger_entry e using (merchant, key)"
    " join amends.payment p on p.merchant = m.merchant and p.charge = m.charge"
    " where m.at >= %(since)s and m.at < %(until)s and case when m.kind = 'chargeback' then m.number = 1"
    " else m.state = 'succeeded' or (m.state = 'reversed' and m.was = 'succeeded') end and "
    + _UNBOOKED.replace("{0}", "m").replace("{1}", "'ledger/' || m.key || '/' || m.number")
    + " order by m.at, m.key, m.number"
)
_ENDS: LiteralString = (
    "select d.seq, (select e.charge from amends.ledger_entry e where e.merchant = d.merchant"  # noqa: S608 -- constants
    " and e.key = 'dispute:' || d.dispute limit 1), d." + END_FIELDS.replace(", ", ", d.") + " from"
    " amends.closed_dispute d where {} order by d.closed_at, d.dispute, d.seq"
)
_ENDS_OF_TIME: LiteralString = _ENDS.replace(
    "{}",
    "d.closed_at >= %(since)s and d.closed_at < %(until)s and "
    + _UNBOOKED.replace("{0}", "d").replace("{1}", "'end/' || d.dispute || '/' || d.seq"),
)
_ENDS_BEFORE: LiteralString = _ENDS.replace("{}", "(d.dispute, d.seq) in (select * from unnest(%s::text[], %s::int[]))")
_PROOFS: LiteralString = (
    "select distinct on (case_id, kind) case_id, kind, sha256 from amends.artifact"
    " where case_id = any(%s) and kind in ('letter', 'packet') order by case_id, kind, seq desc"
)
LINE_FIELDS: LiteralString = (
    "source, kind, back, amount_minor, currency, at, ended, case_id, charge, dispute, reference, processor,"
    " letter_sha256, packet_sha256, corrects"
)
_BOOKED: LiteralString = (
    "select l.month, l." + LINE_FIELDS.replace(", ", ", l.")  # noqa: S608 -- constants
    + " from (select distinct unnest(%s::text[]) as source) s, lateral (select * from amends.month_line"
    " where merchant = (select amends.current_merchant()) and source = s.source offset 0) l"
    " where exists (select from amends.month_close c where c.merchant = l.merchant and c.month = l.month"
    " and c.revision = l.revision and c.reopened_at is null) order by l.month, l.number"
)  # fmt: skip


async def unbooked_lines(
    scope: Scope, since: datetime, until: datetime, policy: MerchantPolicy, closed_until: Month | None
) -> list[Line]:
    """The lines of what happened from `since` on and before `until` and is in no closed month, by their times."""
    moved = await _movements(scope, since, until)
    ended = await _ends(scope, since, until)
    undone = [one.undoes for one in (*moved, *ended) if one.undoes is not None]
    booked = await _booked(scope, undone)
    lines = [line_of_movement(one._replace(undoes_in=_month(booked, one.undoes)), closed_until) for one in moved]
    stands = {source: [line for _, line in found] for source, found in booked.items()}
    for end in ended:
        lines += lines_of_end(end._replace(before_in=_month(booked, end.undoes)), policy, closed_until, stands)
    return sorted(lines, key=lambda line: (line.at, line.source, line.back is False))


async def first_event(scope: Scope) -> datetime | None:
    """When the merchant's first money moved; None when none did."""
    cursor = await scope.execute(
        "select least((select min(at) from amends.ledger_movement), (select min(closed_at) from amends.closed_dispute))"
    )
    row = await cursor.fetchone()
    return row[0] if row else None


def read_line(fields: Sequence[object]) -> Line:
    """A line from the columns LINE_FIELDS."""
    line = Line._make(fields)
    corrects = Month.parse(str(line.corrects)) if line.corrects is not None else None
    return line._replace(kind=LineKind(line.kind), corrects=corrects)


def _month(booked: _Booked, source: str | None) -> Month | None:
    found = booked.get(source) if source is not None else None
    return found[0][0] if found else None


async def _movements(scope: Scope, since: datetime, until: datetime) -> list[Movement]:
    rows = await (await scope.execute(_MOVEMENTS, {"since": since, "until": until})).fetchall()
    proofs = await _proofs(scope, (row[6] for row in rows if row[6] is not None))
    return [
        Movement._make(
            (
                *fields,
                Proofs(processor, *proofs.get(fields[6], _NO_PROOFS)),
                None if undone is None else f"ledger/{fields[0]}/{undone}",
                None,
            )
        )
        for *fields, processor, undone in rows
    ]


async def _ends(scope: Scope, since: datetime, until: datetime) -> list[DisputeEnded]:
    rows = await (await scope.execute(_ENDS_OF_TIME, {"since": since, "until": until})).fetchall()
    later = [(str(row[3]), int(row[0]) - 1) for row in rows if row[0] > 1]
    cursor = await scope.execute(_ENDS_BEFORE, ([each[0] for each in later], [each[1] for each in later]))
    earlier = {(str(row[3]), int(row[0])): read_end(row[2:]) for row in await cursor.fetchall()}
    proofs = await _proofs(scope, (row[2] for row in rows))
    return [
        DisputeEnded(
            number=seq,
            ended=ended,
            charge=charge or "",
            proofs=Proofs(ended.processor.value, *proofs.get(ended.case_id, _NO_PROOFS)),
            before=earlier.get((ended.dispute_id, seq - 1)),
        )
        for seq, charge, ended in ((row[0], row[1], read_end(row[2:])) for row in rows)
    ]


async def _booked(scope: Scope, sources: Sequence[str]) -> dict[str, list[tuple[Month, Line]]]:
    """The lines of closed months that were made from these sources, with their months."""
    found: dict[str, list[tuple[Month, Line]]] = {}
    for month, *fields in await (await scope.execute(_BOOKED, (list(sources),))).fetchall():
        line = read_line(fields)
        found.setdefault(line.source, []).append((Month.parse(month), line))
    return found


async def _proofs(scope: Scope, cases: Iterable[str]) -> dict[str | None, tuple[str | None, str | None]]:
    """The newest letter's and packet's digests of these cases."""
    found: dict[str | None, dict[str, str]] = {}
    for case_id, kind, digest in await (await scope.execute(_PROOFS, (sorted(set(cases)),))).fetchall():
        found.setdefault(case_id, {})[kind] = digest
    return {case_id: (each.get("letter"), each.get("packet")) for case_id, each in found.items()}
