"""Compelling Evidence 3.0: how old a purchase must be, around every end of every published window."""

from datetime import timedelta

import pytest

from knowledge.rules.liability.visa_ce3 import (
    Ce3Status,
    Definition,
    RequiredAction,
    Standing,
)
from tests.knowledge.rules.liability.histories import (
    PAID,
    ago,
    ce3,
    prior,
)

YES, EDGE, NO = Ce3Status.QUALIFIED, Ce3Status.EDGE, Ce3Status.NOT_QUALIFIED
VISA, SUPPORT, API = Definition.VISA_READINESS, Definition.STRIPE_SUPPORT, Definition.STRIPE_API
EVERY = (VISA, SUPPORT, API)
COUNTS, SOME, RECENT, OLD = Standing.COUNTS, Standing.COUNTS_UNDER_SOME, Standing.TOO_RECENT, Standing.TOO_OLD


# The dispute comes 30 days after the payment, so a purchase d days before the one is d - 30 before the other.
@pytest.mark.parametrize(
    ("days_before_payment", "status", "definitions", "standing"),
    [
        (89, NO, (), RECENT),
        (90, EDGE, (VISA,), SOME),
        (119, EDGE, (VISA,), SOME),
        (120, YES, EVERY, COUNTS),
        (121, YES, EVERY, COUNTS),
        (200, YES, EVERY, COUNTS),
        (333, YES, EVERY, COUNTS),
        (334, YES, EVERY, COUNTS),
        (335, EDGE, EVERY, SOME),
        (336, EDGE, (SUPPORT, API), SOME),
        (363, EDGE, (SUPPORT, API), SOME),
        (364, EDGE, (SUPPORT, API), SOME),
        (365, EDGE, (SUPPORT,), SOME),
        (366, NO, (), OLD),
        (1000, NO, (), OLD),
        (1, NO, (), RECENT),
    ],
)
def test_the_age_of_a_purchase_is_measured_from_the_payment_and_from_the_dispute(
    days_before_payment: int, status: Ce3Status, definitions: tuple[Definition, ...], standing: Standing
) -> None:
    found = ce3(prior(1), prior(2, ago(days_before_payment)))
    assert (found.status, found.definitions) == (status, definitions)
    second = found.priors[1]
    assert (second.days_before_transaction, second.days_before_dispute) == (
        days_before_payment,
        days_before_payment + 30,
    )
    assert second.standing is standing
    assert (RequiredAction.PRIORS in found.missing) is (status is not YES)


# Disputed on the day of the payment: both measures are one, and only the texts' own ends differ.
@pytest.mark.parametrize(
    ("days", "status", "definitions"),
    [
        (119, NO, ()),
        (120, YES, EVERY),
        (364, YES, EVERY),
        (365, EDGE, (VISA, SUPPORT)),
        (366, NO, ()),
    ],
)
def test_the_ends_of_the_window_when_both_dates_are_one(
    days: int, status: Ce3Status, definitions: tuple[Definition, ...]
) -> None:
    found = ce3(prior(1), prior(2, ago(days)), disputed=f"{PAID}T13:00:00Z")
    assert (found.status, found.definitions) == (status, definitions)


# A late dispute: 300 days after the payment no purchase satisfies every text, or even one measure with the other.
@pytest.mark.parametrize(
    ("days", "status", "definitions"),
    [
        (64, EDGE, (VISA,)),
        (65, EDGE, (VISA,)),
        (66, NO, ()),
        (119, NO, ()),
        (120, EDGE, (SUPPORT, API)),
        (364, EDGE, (SUPPORT, API)),
        (365, EDGE, (SUPPORT,)),
    ],
)
def test_a_late_dispute_leaves_only_an_edge(days: int, status: Ce3Status, definitions: tuple[Definition, ...]) -> None:
    late = f"{PAID + timedelta(days=300)}T12:00:00Z"
    found = ce3(prior(1, ago(days)), prior(2, ago(days)), disputed=late)
    assert (found.status, found.definitions) == (status, definitions)


def test_a_dispute_dated_minutes_before_its_payment_still_needs_both_windows() -> None:
    # Two clocks may disagree by some minutes, here over midnight: 364 days before the one is 365 before the other.
    found = ce3(
        prior(1),
        prior(2, "2025-06-11T12:00:00Z"),
        paid="2026-06-11T00:05:00Z",
        disputed="2026-06-10T23:55:00Z",
    )
    assert (found.priors[1].days_before_dispute, found.priors[1].days_before_transaction) == (364, 365)
    assert (found.status, found.definitions) == (EDGE, (VISA, SUPPORT))


def test_two_purchases_that_satisfy_different_texts_make_no_pair() -> None:
    # 100 days before the payment is Visa's alone, 364 is Stripe's alone.
    found = ce3(prior(1, ago(100)), prior(2, ago(364)))
    assert (found.status, found.chosen) == (NO, ())
    assert [one.standing for one in found.priors] == [SOME, SOME]
    assert found.missing == (RequiredAction.PRIORS,)


@pytest.mark.parametrize(
    ("paid", "at", "days", "status"),
    [
        # Over 29 February 2028: a year back is 366 days, and 120 days end on 2 November rather than 1 November.
        ("2028-03-01T12:00:00Z", "2027-11-02T12:00:00Z", 120, YES),
        ("2028-03-01T12:00:00Z", "2027-11-03T12:00:00Z", 119, NO),
        ("2027-03-01T12:00:00Z", "2026-11-01T12:00:00Z", 120, YES),
        ("2027-03-01T12:00:00Z", "2026-11-02T12:00:00Z", 119, NO),
        ("2028-03-01T12:00:00Z", "2027-03-01T12:00:00Z", 366, NO),
        ("2028-03-01T12:00:00Z", "2027-03-03T12:00:00Z", 364, YES),
        ("2027-03-01T12:00:00Z", "2026-03-01T12:00:00Z", 365, EDGE),
        ("2027-03-01T12:00:00Z", "2026-03-02T12:00:00Z", 364, YES),
        # Days are calendar days in UTC: an hour before midnight and an hour after are a day apart, whatever the clock
        # on the wall says.
        ("2026-06-10T00:30:00Z", "2026-02-10T23:30:00Z", 120, YES),
        ("2026-06-10T00:30:00Z", "2026-02-11T00:10:00Z", 119, NO),
        ("2026-06-10T00:30:00Z", "2026-02-11T00:10:00+02:00", 120, YES),
        ("2026-06-10T23:30:00-01:00", "2026-02-11T12:00:00Z", 120, YES),
        ("2026-06-10T23:30:00Z", "2026-02-10T20:00:00-05:00", 119, NO),
        ("2026-06-10T23:59:59Z", "2026-02-10T00:00:00Z", 120, YES),
    ],
)
def test_days_are_calendar_days_in_utc_over_leap_years_and_offsets(
    paid: str, at: str, days: int, status: Ce3Status
) -> None:
    found = ce3(prior(1, at), prior(2, at), paid=paid, disputed=paid)
    assert found.priors[0].days_before_transaction == days
    assert found.status is status
