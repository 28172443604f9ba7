"""The lines of the books: each event as amounts of one kind and one currency, each of which is one journal entry.

A line is never changed. What turns out otherwise later is taken back by a line of its own (`back`), and the new amounts
stand beside it; a line that takes back or adds to a month that is closed names that month (`corrects`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from knowledge.finance.events import DisputeEnded, Movement
from knowledge.finance.month import Month
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import ClosedDispute, DisputeEnd
from knowledge.reasons import ChargebackFamily
from knowledge.rules.policy import MerchantPolicy


class LineKind(StrEnum):
    """What a line is."""

    REFUND = "refund"
    """Paid back through the processor."""
    CREDIT = "credit"
    """Given back on another way."""
    DISPUTED = "disputed"
    """A dispute opened: its amount is with the bank. An inquiry is booked the same way until it closes."""
    RECOVERED = "recovered"
    """Of a dispute that was judged, conceded or given up: what came back."""
    RELEASED = "released"
    """Freed without being recovered: an inquiry that closed, or what a win frees beyond the sum the processor named."""
    SURPLUS = "surplus"
    """What came back beyond the disputed amount."""
    LOST = "lost"
    CONVERTED = "converted"
    """The face of a dispute whose money came back in another currency leaves this one."""
    CAME_CONVERTED = "came_converted"
    """What came back in the currency of the merchant's balance."""
    COSTS = "costs"
    """Fees and labour of a dispute by the policy of the day it ended; an amount of 0 means no rate was known."""
    GOODWILL = "goodwill"
    """What a buyer who was fought is taken to cost; a figure for deciding, never in the journal. 0: no rate known."""


class Line(NamedTuple):
    """One line."""

    source: str
    """The event it was made from."""
    kind: LineKind
    back: bool
    """Whether it takes an earlier line back."""
    amount_minor: int
    """Never negative; `back` and the kind say which way."""
    currency: str
    at: datetime
    """When it happened."""
    ended: str | None
    """For lines of a dispute's end: how it ended (the earlier end where `back`)."""
    case_id: str | None
    charge: str
    dispute: str | None
    reference: str | None
    processor: str | None
    letter_sha256: str | None
    packet_sha256: str | None
    corrects: Month | None
    """The closed month it corrects."""

    @property
    def amount(self) -> Money:
        """Its amount."""
        return Money(minor=self.amount_minor, currency=self.currency)

    @property
    def name(self) -> str:
        """The line's own name: unique in the merchant's books."""
        return f"{self.source}/{self.kind.value}{'/back' if self.back else ''}"


def line_of_movement(movement: Movement, closed_until: Month | None) -> Line:
    """The line of a ledger movement. `closed_until` is the last month that is closed."""
    kind = {"refund": LineKind.REFUND, "credit": LineKind.CREDIT, "chargeback": LineKind.DISPUTED}[movement.kind]
    return Line(
        source=movement.source,
        kind=kind,
        back=movement.returned,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        at=movement.at,
        ended=None,
        case_id=movement.case_id,
        charge=movement.charge,
        dispute=movement.reference if kind is LineKind.DISPUTED else None,
        reference=movement.reference,
        processor=movement.proofs.processor,
        letter_sha256=movement.proofs.letter_sha256,
        packet_sha256=movement.proofs.packet_sha256,
        corrects=movement.undoes_in or _late(movement.at, closed_until),
    )


def lines_of_end(
    event: DisputeEnded, policy: MerchantPolicy, closed_until: Month | None, booked: Mapping[str, Sequence[Line]]
) -> list[Line]:
    """The lines of a dispute's end, after those that take an earlier end back.

    `booked` has the lines of closed months by their source: what stands there is taken back as it stands, whatever the
    policy says by now.
    """
    corrects = event.before_in or _late(event.ended.closed_at, closed_until)
    lines: list[Line] = []
    if event.before is not None:
        stands = [(line.kind, line.amount) for line in booked.get(event.undoes or "", ()) if not line.back]
        for kind, amount in stands or _amounts(event.before, policy):
            lines.append(_of_end(event, event.before, kind, amount, back=True, corrects=corrects))
    for kind, amount in _amounts(event.ended, policy):
        lines.append(_of_end(event, event.ended, kind, amount, back=False, corrects=corrects))
    return lines


def _of_end(
    event: DisputeEnded, ended: ClosedDispute, kind: LineKind, amount: Money, *, back: bool, corrects: Month | None
) -> Line:
    return Line(
        source=event.source,
        kind=kind,
        back=back,
        amount_minor=amount.minor,
        currency=amount.currency,
        at=event.ended.closed_at,
        ended=ended.end.value,
        case_id=ended.case_id,
        charge=event.charge,
        dispute=ended.dispute_id,
        reference=ended.dispute_id,
        processor=ended.processor.value,
        letter_sha256=event.proofs.letter_sha256,
        packet_sha256=event.proofs.packet_sha256,
        corrects=corrects,
    )


def _amounts(ended: ClosedDispute, policy: MerchantPolicy) -> Sequence[tuple[LineKind, Money]]:
    zero = Money.zero(ended.disputed.currency)
    found: list[tuple[LineKind, Money]] = []
    back = ended.recovered
    if back is not None and back.currency != ended.disputed.currency:
        found += [(LineKind.CONVERTED, ended.disputed), (LineKind.CAME_CONVERTED, back)]
    elif ended.end is DisputeEnd.CLOSED:
        found.append((LineKind.RELEASED, ended.disputed))
    else:
        if back is None:
            back = ended.disputed if ended.end is DisputeEnd.WON else zero
        rest = ended.disputed - back
        if rest.minor < 0:
            found += [(LineKind.RECOVERED, ended.disputed), (LineKind.SURPLUS, zero - rest)]
        else:
            found += [
                (LineKind.RECOVERED, back),
                (LineKind.RELEASED if ended.end is DisputeEnd.WON else LineKind.LOST, rest),
            ]
    found = [(kind, amount) for kind, amount in found if amount.minor]
    if ended.costs is None or ended.costs.minor:
        found.append((LineKind.COSTS, ended.costs or zero))
    if ended.end.fought and ended.family is not ChargebackFamily.FRAUD:
        goodwill = policy.in_currency(policy.goodwill_eur, ended.disputed.currency)
        if goodwill is None or goodwill.minor:
            found.append((LineKind.GOODWILL, goodwill or zero))
    return found


def _late(at: datetime, closed_until: Month | None) -> Month | None:
    month = Month.of(at)
    return month if closed_until is not None and month <= closed_until else None
