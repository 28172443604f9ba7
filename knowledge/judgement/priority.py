"""The order in which people are best asked: expected loss avoided per minute of theirs, the deadline always in sight.

    value at stake x chance that the machine is wrong x urgency / minutes

Urgency doubles every twelve hours up to the deadline and beyond it. Because every case's urgency grows by the same
factor in the same time, the order between two cases never changes while they wait: the logarithm, less what all have in
common, is a number that is written once and sorted by for good. What is due within `CLOSE` comes before everything
else, whatever it is worth. The numbers are our own choices, to be measured against what people decide.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from knowledge.case import CaseKind
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause

DOUBLES_EVERY = timedelta(hours=12)
"""Half a working day: a case due tomorrow morning weighs four times one due a day later."""
CLOSE = timedelta(hours=6)
"""Within this a case rises above all others: a letter is written in an hour, and a person must still be found."""
HIGH_VALUE_CENTS = 500_00
"""Worth in euro from which a case is called high value."""

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_LEAST_CENTS = 1
# A budgeted automatic decision is wrong in one of fifty; one that was sent to a person, in one of ten; where the
# machine abstained its proposal is no better than a coin.
_WRONG = {CertaintyBand.AUTOMATIC: 0.02, CertaintyBand.LOOK: 0.10, CertaintyBand.ABSTAINED: 0.50}
_SUSPECT = frozenset({QueueFlag.IMAGE_REUSE, QueueFlag.INSTRUCTS, QueueFlag.CONTRADICTION})
_MOST_WRONG = 0.9
# Minutes of a practised reviewer: a refund is mostly a look at photo and route, a chargeback a letter to read.
_MINUTES = {CaseKind.REFUND: 1.5, CaseKind.CHARGEBACK: 4.0}
_MORE_MINUTES = {
    WaitCause.LETTER_UNPROVED: 6.0,
    WaitCause.LETTER_ATTACKED: 4.0,
    WaitCause.MERCHANT_ASKED: 4.0,
    WaitCause.CONTRADICTION: 1.5,
    WaitCause.GAP: 1.0,
    WaitCause.BUYER_COUNTERED: 1.0,
    WaitCause.HANDED_UP: 2.0,
}


def chance_wrong(band: CertaintyBand, flags: Sequence[QueueFlag], confidence: float | None) -> float:
    """The chance that the proposal is wrong: the band's, doubled by each thing that does not fit.

    Where a person is to look anyway, a claim read with less confidence than the band stands for counts as that.
    """
    chance = _WRONG[band]
    if confidence is not None and band is not CertaintyBand.AUTOMATIC:
        chance = max(chance, 1.0 - confidence)
    return min(_MOST_WRONG, chance * 2 ** len(_SUSPECT.intersection(flags)))


def minutes_needed(kind: CaseKind, causes: Sequence[WaitCause]) -> float:
    """How long a person will need: the kind's time and what each cause adds."""
    return _MINUTES[kind] + sum(_MORE_MINUTES.get(cause, 0.0) for cause in causes)


def rank(worth_cents: int, wrong: float, minutes: float, due: datetime) -> float:
    """The base-2 logarithm of the expected loss avoided per minute in cents, less what all cases have in common.

    One more means twice as pressing: twice the worth, twice the doubt, half the minutes, or due half a day earlier.
    """
    loss = max(worth_cents, _LEAST_CENTS) * wrong / minutes
    return math.log2(loss) - (due - _BEGINNING) / DOUBLES_EVERY
