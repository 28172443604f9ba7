"""When people are called to a dispute, and when its answer goes out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from workflows.deadline import Deadline

OPENED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def due_in(time: timedelta, buffer: timedelta = timedelta(hours=48)) -> Deadline:
    return Deadline(opened=OPENED, respond_by=OPENED + time, buffer=buffer)


def test_people_are_called_at_half_of_the_time_two_days_and_six_hours_before_and_at_the_date() -> None:
    deadline = due_in(timedelta(days=20))
    assert deadline.send_by == OPENED + timedelta(days=18)
    assert deadline.calls == (
        OPENED + timedelta(days=10),
        OPENED + timedelta(days=18),
        OPENED + timedelta(days=19, hours=18),
        OPENED + timedelta(days=20),
    )
    assert deadline.next_call(OPENED) == OPENED + timedelta(days=10)
    assert deadline.next_call(OPENED + timedelta(days=10)) == OPENED + timedelta(days=18)
    assert deadline.next_call(OPENED + timedelta(days=20)) is None


def test_a_short_time_has_the_calls_that_fit_into_it() -> None:
    hours = [(call - OPENED) / timedelta(hours=1) for call in due_in(timedelta(days=1)).calls]
    assert hours == [12, 18, 24]
    assert [(call - OPENED) / timedelta(hours=1) for call in due_in(timedelta(hours=4)).calls] == [2, 4]


def test_days_off_move_the_answer_before_them() -> None:
    earlier = OPENED + timedelta(days=16)
    deadline = due_in(timedelta(days=20)).model_copy(update={"before_days_off": earlier})
    assert deadline.send_by == earlier


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=8, hours=23), "8 days are left to answer"),
        (timedelta(hours=47, minutes=59), "47 hours are left to answer"),
        (timedelta(minutes=119), "119 minutes are left to answer"),
        (timedelta(0), "the date to answer by is over"),
        (timedelta(days=-3), "the date to answer by is over"),
    ],
)
def test_how_long_there_is_is_told_in_the_unit_that_counts(left: timedelta, words: str) -> None:
    deadline = due_in(timedelta(days=20))
    assert deadline.left(deadline.respond_by - left) == words


@given(some.timedeltas(timedelta(minutes=1), timedelta(days=120)), some.timedeltas(timedelta(0), timedelta(days=130)))
def test_calls_are_in_order_inside_the_time_and_there_is_always_one(time: timedelta, passed: timedelta) -> None:
    deadline = due_in(time)
    assert list(deadline.calls) == sorted(set(deadline.calls))
    assert all(OPENED < moment <= deadline.respond_by for moment in deadline.calls)
    call = deadline.next_call(OPENED + passed)
    assert call is None or call > OPENED + passed
