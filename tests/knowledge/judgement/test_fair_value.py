"""The fair share: the policy's band, moved by what people decided in comparable cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.judgement.fair_value import fair_value, weighted_quantile
from knowledge.precedent import DecidedBy, RecalledPrecedent
from knowledge.reasons import DisputeReason, Severity
from knowledge.rules.policy import HOUSE_POLICY
from tests.knowledge.judgement.claimed import precedent

MINOR = HOUSE_POLICY.band(Severity.MINOR)
SHARE = some.floats(min_value=0, max_value=1).map(lambda share: round(share, 2))
SIMILARITY = some.floats(min_value=0, max_value=1).map(lambda similarity: round(similarity, 4))
PAST = some.lists(some.builds(precedent, SHARE, similarity=SIMILARITY), max_size=12).map(tuple)


def shares(*recalled: RecalledPrecedent, severity: Severity = Severity.MINOR) -> tuple[float, float, float]:
    fair = fair_value(DisputeReason.DAMAGED, severity, recalled, HOUSE_POLICY)
    return fair.low, fair.usual, fair.high


@pytest.mark.parametrize("severity", list(Severity))
def test_without_a_precedent_the_policys_band_is_the_fair_share(severity: Severity) -> None:
    band = HOUSE_POLICY.band(severity)
    assert shares(severity=severity) == (band.low, band.usual, band.high)


@pytest.mark.parametrize(
    ("recalled", "why"),
    [
        (precedent(0.9, decided_by=DecidedBy.MACHINE), "a machine would learn from itself"),
        (precedent(0.9, reason=DisputeReason.DEFECTIVE), "another reason is not comparable"),
        (precedent(0.9, severity=Severity.SEVERE), "another severity is not comparable"),
        (precedent(0.9, severity=None), "a harm nobody graded is not comparable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_persons_word_on_a_comparable_case_teaches_nothing(recalled: RecalledPrecedent, why: str) -> None:
    fair = fair_value(DisputeReason.DAMAGED, Severity.MINOR, [recalled], HOUSE_POLICY)
    assert (fair.low, fair.usual, fair.high) == (MINOR.low, MINOR.usual, MINOR.high), why
    assert fair.rests_on == ()


@pytest.mark.parametrize("teacher", [DecidedBy.PERSON, DecidedBy.APPEAL, DecidedBy.BLIND_REVIEW])
def test_every_decision_by_people_teaches(teacher: DecidedBy) -> None:
    assert shares(precedent(0.5, decided_by=teacher))[1] > MINOR.usual


def test_five_perfectly_similar_precedents_weigh_as_much_as_the_policy() -> None:
    five = tuple(precedent(0.35, case_id=f"past-{number}") for number in range(5))
    assert shares(*five) == (
        pytest.approx((MINOR.low + 0.35) / 2),
        pytest.approx((MINOR.usual + 0.35) / 2),
        pytest.approx((MINOR.high + 0.35) / 2),
    )


def test_a_nearer_case_moves_the_share_further() -> None:
    far, near = shares(precedent(0.5, similarity=0.2)), shares(precedent(0.5, similarity=0.9))
    assert MINOR.usual < far[1] < near[1] < 0.5


def test_cases_with_nothing_in_common_move_nothing_and_break_nothing() -> None:
    assert shares(precedent(0.9, similarity=0.0), precedent(1.0, similarity=0.0)) == (
        MINOR.low,
        MINOR.usual,
        MINOR.high,
    )


def test_the_precedents_a_share_rests_on_are_named_in_the_order_they_were_recalled() -> None:
    recalled = (
        precedent(0.2, case_id="near", similarity=0.9),
        precedent(0.9, case_id="machine", decided_by=DecidedBy.MACHINE, similarity=0.8),
        precedent(0.1, case_id="far", similarity=0.3),
    )
    fair = fair_value(DisputeReason.DAMAGED, Severity.MINOR, recalled, HOUSE_POLICY)
    assert [item.precedent.case_id for item in fair.rests_on] == ["near", "far"]


@given(recalled=PAST, severity=some.sampled_from(Severity))
def test_the_usual_share_lies_between_the_low_and_the_high_one(
    recalled: tuple[RecalledPrecedent, ...], severity: Severity
) -> None:
    alike = tuple(precedent(item.precedent.share, similarity=item.similarity, severity=severity) for item in recalled)
    low, usual, high = shares(*alike, severity=severity)
    assert 0 <= low <= usual <= high <= 1


@given(recalled=PAST)
def test_the_share_never_leaves_what_policy_and_people_gave(recalled: tuple[RecalledPrecedent, ...]) -> None:
    given_back = [item.precedent.share for item in recalled]
    low, usual, high = shares(*recalled)
    assert min([MINOR.low, *given_back]) - 1e-4 <= low
    assert min([MINOR.usual, *given_back]) - 1e-4 <= usual <= max([MINOR.usual, *given_back]) + 1e-4
    assert high <= max([MINOR.high, *given_back]) + 1e-4


@given(recalled=PAST, generous=SHARE)
def test_a_case_in_which_more_was_given_never_lowers_the_usual_share(
    recalled: tuple[RecalledPrecedent, ...], generous: float
) -> None:
    one, *others = (*recalled, precedent(0.5))
    raised = precedent(max(one.precedent.share, generous), similarity=one.similarity)
    assert shares(raised, *others)[1] >= shares(one, *others)[1]


@pytest.mark.parametrize(
    ("values", "weights", "quantile", "value"),
    [
        ([0.1, 0.2, 0.3], [1, 1, 1], 0.5, 0.2),
        ([0.3, 0.1, 0.2], [1, 1, 1], 0.5, 0.2),
        ([0.1, 0.9], [9, 1], 0.5, 0.1),
        ([0.1, 0.9], [1, 9], 0.5, 0.9),
        ([0.1, 0.2, 0.3, 0.4], [1, 1, 1, 1], 0.25, 0.1),
        ([0.1, 0.2, 0.3, 0.4], [1, 1, 1, 1], 0.75, 0.3),
        ([0.7], [0.3], 0.25, 0.7),
        ([0.1, 0.2], [1, 1], 1.0, 0.2),
    ],
)
def test_a_quantile_is_the_first_value_that_gathers_its_share_of_the_weight(
    values: list[float], weights: list[float], quantile: float, value: float
) -> None:
    assert weighted_quantile(values, weights, quantile) == value
