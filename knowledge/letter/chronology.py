"""The timeline: dated rows of the exhibits in order of time, each pointing at its row."""

from collections.abc import Iterable

from knowledge.letter.claims import ChronologyLine, Exhibit, ExhibitKind, ExhibitRow
from knowledge.letter.tracking_exhibit import STATUS_LABELS
from knowledge.tracking import TrackingStatus

_MINOR_SCANS = frozenset(
    STATUS_LABELS[status]
    for status in (TrackingStatus.IN_TRANSIT, TrackingStatus.UNKNOWN, TrackingStatus.LABEL_CREATED)
)
_SHOWN = frozenset(
    {
        ExhibitKind.NOTICE,
        ExhibitKind.ORDER,
        ExhibitKind.PAYMENT,
        ExhibitKind.TRACKING,
        ExhibitKind.REFUNDS,
        ExhibitKind.CORRESPONDENCE,
        ExhibitKind.POLICY,
    }
)
MESSAGES_IN_TIMELINE = 5
"""From the start and from the end; the correspondence exhibit has them all."""


def _texts(exhibit: Exhibit, row: ExhibitRow) -> str:
    match exhibit.kind:
        case ExhibitKind.CORRESPONDENCE | ExhibitKind.POLICY:
            # What somebody wrote is read in the exhibit; the timeline only says that they did.
            return row.label
        case ExhibitKind.TRACKING:
            place = row.value.partition("“")[0].removesuffix(": ")
            return f"{row.label}, {place}" if place and "(" not in place and "given" not in place else row.label
        case _:
            return f"{row.label}, {row.value}"


def _rows(exhibit: Exhibit) -> list[ExhibitRow]:
    dated = [row for row in exhibit.rows if row.at is not None]
    if exhibit.kind is ExhibitKind.TRACKING:
        return [row for row in dated if row.label not in _MINOR_SCANS]
    if exhibit.kind is ExhibitKind.CORRESPONDENCE and len(dated) > 2 * MESSAGES_IN_TIMELINE:
        return dated[:MESSAGES_IN_TIMELINE] + dated[-MESSAGES_IN_TIMELINE:]
    return dated


def build_chronology(exhibits: Iterable[Exhibit]) -> tuple[ChronologyLine, ...]:
    """Dated rows that matter, oldest first; of rows at one time, those of the earlier exhibit first."""
    lines = [
        ChronologyLine(at=row.at, text=_texts(exhibit, row), exhibit=exhibit.letter, locator=row.locator)
        for exhibit in exhibits
        if exhibit.kind in _SHOWN
        for row in _rows(exhibit)
        if row.at is not None
    ]
    return tuple(sorted(lines, key=lambda line: line.at))
