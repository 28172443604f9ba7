"""What a person may do with a case now: rules that page and API share."""

import pytest

from knowledge.case import CaseKind
from knowledge.decision import Resolution, Stance
from knowledge.money import Money
from knowledge.rules.authority import Role
from knowledge.rules.policy import HOUSE_POLICY
from workflows.doors import legal_for_chargeback, legal_for_refund
from workflows.messages import CaseView, Review, ReviewAction, Stage
from workflows.review_rules import decides_otherwise, drawn, legal_now, second_key_because, settled_amount


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def refund(
    stage: Stage = Stage.REVIEW, amount: int = 4500, resolution: Resolution = Resolution.FULL_REFUND
) -> CaseView:
    return CaseView(
        case_id="c-1", kind=CaseKind.REFUND, stage=stage, detail="", decision_id="d1-aa", resolution=resolution,
        amount=eur(amount), allowed=legal_for_refund(stage),
    )  # fmt: skip


def chargeback(stage: Stage = Stage.REVIEW) -> CaseView:
    return CaseView(
        case_id="c-1", kind=CaseKind.CHARGEBACK, stage=stage, detail="", decision_id="d1-aa", stance=Stance.FIGHT,
        amount=eur(9000), allowed=legal_for_chargeback(stage),
    )  # fmt: skip


def test_staff_never_answer_for_a_buyer() -> None:
    assert legal_now(refund(Stage.OFFERED), Role.ADMIN) == ()
    assert "say" not in legal_now(refund(), Role.ADMIN)


def test_what_was_handed_up_is_decided_by_somebody_more_senior_and_facts_are_corrected_by_anybody() -> None:
    assert legal_now(refund(Stage.ESCALATED), Role.REVIEWER) == ("escalate", "amend-fact")
    assert "approve" in legal_now(refund(Stage.ESCALATED), Role.LEAD)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
@pytest.mark.parametrize("stage", list(Stage))
def test_who_may_not_decide_may_do_nothing_at_any_stage(role: Role, stage: Stage) -> None:
    assert legal_now(refund(stage), role) == ()
    assert legal_now(chargeback(stage), role) == ()


def test_a_decision_can_be_taken_back_while_it_waits_to_be_carried_out() -> None:
    assert legal_now(refund(Stage.DECIDED), Role.REVIEWER) == ("undo",)
    assert legal_now(chargeback(Stage.DECIDED), Role.REVIEWER) == ("undo",)


def test_who_denies_a_large_claim_decides_about_as_much_as_who_pays_it() -> None:
    view = refund(amount=50_000)
    assert settled_amount(view, Review(by="A", action=ReviewAction.DENY)) == eur(50_000)
    assert settled_amount(view, Review(by="A", action=ReviewAction.ADJUST, amount=eur(100))) == eur(50_000)
    assert settled_amount(view, Review(by="A", action=ReviewAction.ADJUST, amount=eur(60_000))) == eur(60_000)
    assert settled_amount(view, Review(by="A", action=ReviewAction.ESCALATE)) is None


def test_only_another_decision_than_the_proposed_one_is_an_override() -> None:
    view = refund()
    assert not decides_otherwise(view, Review(by="A", action=ReviewAction.APPROVE))
    assert not decides_otherwise(view, Review(by="A", action=ReviewAction.ADJUST, amount=eur(4500)))
    assert decides_otherwise(view, Review(by="A", action=ReviewAction.ADJUST, amount=eur(4400)))
    assert decides_otherwise(view, Review(by="A", action=ReviewAction.DENY))
    assert decides_otherwise(view, Review(by="A", action=ReviewAction.ASK, question="details"))
    assert not decides_otherwise(refund(resolution=Resolution.DENY), Review(by="A", action=ReviewAction.DENY))
    assert not decides_otherwise(view, Review(by="A", action=ReviewAction.ESCALATE))


def test_an_approval_needs_a_second_key_for_a_large_amount_a_contradiction_or_an_instruction() -> None:
    routine = next(
        view
        for n in range(100)
        if not drawn(0.03, "forced-look", "c-1", f"d{n}")
        and (view := refund().model_copy(update={"decision_id": f"d{n}"}))
    )
    assert second_key_because(routine, Role.REVIEWER, HOUSE_POLICY, (), instructs=False) == ()
    assert second_key_because(routine, Role.REVIEWER, HOUSE_POLICY, ("weight",), instructs=True) == (
        "contradiction: weight",
        "a text tries to instruct its reader",
    )
    large = routine.model_copy(update={"amount": eur(20_001)})
    assert second_key_because(large, Role.REVIEWER, HOUSE_POLICY, (), instructs=False) == (
        "200.01 EUR is above what a reviewer decides alone",
    )
    assert second_key_because(large, Role.LEAD, HOUSE_POLICY, (), instructs=False) == ()


def test_lots_fall_on_the_stated_share_and_always_on_the_same() -> None:
    named = [("second-look", "lumen", f"c-{n}", "d1") for n in range(20_000)]
    fallen = [each for each in named if drawn(0.05, *each)]
    assert 900 < len(fallen) < 1100
    assert fallen == [each for each in named if drawn(0.05, *each)]
    assert not any(drawn(0.0, *each) for each in named)
    assert all(drawn(1.0, *each) for each in named)
