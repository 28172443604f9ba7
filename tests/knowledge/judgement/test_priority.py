"""The order of the queue: what it weighs, and that it does not turn while cases wait."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.case import CaseKind
from knowledge.judgement.priority import chance_wrong, minutes_needed, rank
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "pressing",
    [
        rank(20_000, 0.1, 1.5, NOW + DAY),
        rank(10_000, 0.2, 1.5, NOW + DAY),
        rank(10_000, 0.1, 0.75, NOW + DAY),
        rank(10_000, 0.1, 1.5, NOW + DAY / 2),
    ],
)
def test_twice_the_worth_or_doubt_half_the_minutes_or_half_a_day_earlier_weigh_the_same(pressing: float) -> None:
    assert pressing == pytest.approx(rank(10_000, 0.1, 1.5, NOW + DAY) + 1)


def test_a_small_case_due_in_hours_comes_before_a_large_one_due_in_a_week() -> None:
    assert rank(100, 0.1, 1.5, NOW + DAY / 4) > rank(100_000, 0.1, 1.5, NOW + 7 * DAY)


def test_what_is_worth_nothing_has_a_place_too() -> None:
    assert rank(0, 0.1, 1.5, NOW) == rank(1, 0.1, 1.5, NOW)


def test_doubt_grows_with_what_does_not_fit_and_never_reaches_certainty() -> None:
    look = chance_wrong(CertaintyBand.LOOK, (), 0.95)
    assert look == pytest.approx(0.1)
    assert chance_wrong(CertaintyBand.LOOK, (QueueFlag.CONTRADICTION,), 0.95) == pytest.approx(2 * look)
    assert chance_wrong(CertaintyBand.LOOK, (), 0.6) == pytest.approx(0.4)
    assert chance_wrong(CertaintyBand.AUTOMATIC, (), 0.6) == pytest.approx(0.02)
    assert chance_wrong(CertaintyBand.LOOK, (QueueFlag.HIGH_VALUE,), None) == look
    every = (QueueFlag.CONTRADICTION, QueueFlag.IMAGE_REUSE, QueueFlag.INSTRUCTS)
    assert chance_wrong(CertaintyBand.ABSTAINED, every, 0.2) < 1


def test_a_letter_that_is_not_proved_takes_longer_than_one_to_sign() -> None:
    to_sign = minutes_needed(CaseKind.CHARGEBACK, (WaitCause.LETTER_TO_SIGN,))
    assert minutes_needed(CaseKind.REFUND, ()) < to_sign
    assert to_sign < minutes_needed(CaseKind.CHARGEBACK, (WaitCause.LETTER_UNPROVED,))
