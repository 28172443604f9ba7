"""Which cases may be decided as one set, and what is said of those that may not."""

from typing import Any

import pytest

from knowledge.case import CaseKind
from knowledge.judgement.together import MOST, why_not_together
from knowledge.judgement.waiting import CertaintyBand, QueueFlag
from knowledge.rules.authority import Role
from knowledge.rules.policy import HOUSE_POLICY
from tests.tools.records.cases_for_tests import euro
from tests.tools.records.waiting_cases import line


def why(**changes: Any) -> str:
    lines = [line("C-1"), line("C-2", **changes)]
    return "; ".join(why_not_together(lines, Role.LEAD, HOUSE_POLICY))


def test_like_cases_are_decided_together() -> None:
    assert why() == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": CaseKind.CHARGEBACK}, "kind: chargeback, refund"),
        ({"stage": "escalated"}, "stage: escalated, review"),
        ({"proposal": "deny"}, "proposal: deny, price_reduction"),
        ({"policy_version": "house-2026-12@1"}, "policy version: house-2026-11@1, house-2026-12@1"),
        ({"flags": (QueueFlag.IMAGE_REUSE,)}, "C-2: flagged image reuse"),
        ({"flags": (QueueFlag.INSTRUCTS,)}, "C-2: flagged instructs its reader"),
        ({"band": CertaintyBand.ABSTAINED}, "C-2: the machine abstained"),
        ({"decision_id": None, "proposal": "price_reduction"}, "C-2: nothing is proposed yet"),
        ({"amount": euro(200_001), "stake": euro(200_001)}, "C-2: 2000.01 EUR is above what a lead decides alone"),
    ],
)
def test_what_makes_it_no_set_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in why(**changes)


def test_one_is_no_set_and_a_set_has_an_end() -> None:
    one = why_not_together([line("C-1")], Role.LEAD, HOUSE_POLICY)
    many = why_not_together([line(f"C-{n}") for n in range(MOST + 1)], Role.LEAD, HOUSE_POLICY)
    assert one == ("cases: 1 chosen; choose at least 2, and decide a single one on its own page",)
    assert many == (f"cases: {MOST + 1} chosen; choose at most {MOST}",)


def test_the_limit_is_the_persons_own() -> None:
    lines = [line("C-1"), line("C-2", amount=euro(200_001))]
    assert why_not_together(lines, Role.ADMIN, HOUSE_POLICY) == ()
