"""The made-up history: the same for the same seed, marked as made up, and about nobody."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.decision import Resolution
from knowledge.library.history import synthetic_history
from knowledge.precedent import Answer, DecidedBy, Precedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.iso3166 import COUNTRIES

MANY = synthetic_history(4000, seed=7)
NEWEST = datetime(2026, 10, 31, tzinfo=UTC)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_the_same_seed_tells_the_same_history(seed: int) -> None:
    assert synthetic_history(60, seed) == synthetic_history(60, seed)


def test_another_seed_tells_another_history() -> None:
    assert synthetic_history(60, 1) != synthetic_history(60, 2)


def test_a_longer_history_begins_with_the_shorter_one() -> None:
    assert synthetic_history(200, 3)[:50] == synthetic_history(50, 3)


@pytest.mark.parametrize("count", [0, 1, 37])
def test_as_many_cases_as_asked_for_each_with_its_own_id(count: int) -> None:
    cases = synthetic_history(count)
    assert len(cases) == count
    assert len({case.case_id for case in cases}) == count


def test_every_case_is_marked_synthetic_in_its_mark_and_in_its_name() -> None:
    assert all(case.synthetic for case in MANY)
    assert all(case.case_id.startswith("synthetic-") for case in MANY)


def test_no_case_tells_who_the_buyer_was() -> None:
    telling = {"buyer", "name", "email", "address", "phone", "ip", "order_id"}
    assert not telling & set(Precedent.model_fields)
    for case in MANY:
        written = case.text
        assert re.fullmatch(r"(minor|moderate|severe) harm, [a-z ]+: [a-z ]+", written), written


def test_every_case_closed_in_the_year_before_the_newest() -> None:
    assert all(NEWEST - timedelta(days=365) < case.closed_at <= NEWEST for case in MANY)


def test_every_case_sells_for_a_price_in_a_real_country() -> None:
    assert {case.market for case in MANY} <= COUNTRIES
    assert all(case.items_price.minor > 0 for case in MANY)
    assert {case.items_price.currency for case in MANY} == {"EUR"}


def test_only_goods_in_hand_and_real_harm_are_in_it_and_every_kind_is() -> None:
    kinds = Counter((case.reason, case.severity) for case in MANY)
    assert {reason for reason, _ in kinds} == {
        DisputeReason.DAMAGED,
        DisputeReason.DEFECTIVE,
        DisputeReason.NOT_AS_DESCRIBED,
        DisputeReason.WRONG_ITEM,
        DisputeReason.MISSING_PARTS,
    }
    assert {severity for _, severity in kinds} == set(Severity) - {Severity.NONE}
    assert min(kinds.values()) > 200


def test_the_text_tells_of_the_harm_it_was_graded_as() -> None:
    assert all(case.severity is not None and case.text.startswith(f"{case.severity.value} harm") for case in MANY)


def test_the_whole_price_is_a_full_refund_that_nobody_refused_and_a_share_is_a_reduction() -> None:
    for case in MANY:
        whole = case.share == 1.0
        assert case.resolution is (Resolution.FULL_REFUND if whole else Resolution.PRICE_REDUCTION)
        assert not whole or case.answer is Answer.ACCEPTED
        assert 0.05 <= case.share <= 1.0


def test_severe_harm_gets_everything_back_and_lighter_harm_less() -> None:
    by_harm = {
        severity: mean([case.share for case in MANY if case.severity is severity])
        for severity in (Severity.MINOR, Severity.MODERATE, Severity.SEVERE)
    }
    assert by_harm[Severity.SEVERE] == 1.0
    assert by_harm[Severity.MINOR] < by_harm[Severity.MODERATE] < 1.0


def test_a_tenth_was_decided_by_a_machine() -> None:
    machines = sum(case.decided_by is DecidedBy.MACHINE for case in MANY)
    assert 0.08 * len(MANY) < machines < 0.12 * len(MANY)


def test_buyers_accept_more_often_the_more_they_are_offered() -> None:
    offers = [case for case in MANY if (case.reason, case.severity) == (DisputeReason.DAMAGED, Severity.MODERATE)]
    middle = sorted(case.share for case in offers)[len(offers) // 2]

    def accepted(cases: list[Precedent]) -> float:
        return mean([float(case.answer is Answer.ACCEPTED) for case in cases])

    assert accepted([one for one in offers if one.share > middle]) > accepted(
        [one for one in offers if one.share < middle]
    )


def test_a_case_is_read_back_from_a_file_as_it_was_written() -> None:
    assert [Precedent.model_validate_json(case.model_dump_json()) for case in MANY[:50]] == MANY[:50]
