"""What is refused at a refund case's doors, and in which words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.case import CaseKind
from knowledge.decision import Resolution, Route
from knowledge.money import Money
from tests.workflows.hasty import eur
from workflows.doors import (
    as_signed,
    legal_for_chargeback,
    legal_for_refund,
    refuse_another_letter,
    refuse_answer,
    refuse_incomplete,
    refuse_unless,
)
from workflows.messages import (
    BuyerMessage,
    BuyerMove,
    Decided,
    LetterWritten,
    OpenCase,
    Review,
    ReviewAction,
    SignedLetter,
    Stage,
)

_CASE = OpenCase(
    merchant="lumen",
    case_id="doors-1",
    kind=CaseKind.REFUND,
    digest="00" * 32,
    opened_at=datetime(2026, 3, 20, tzinfo=UTC),
    currency="EUR",
    captured=eur(4500),
)


def proposed(resolution: Resolution, amount: Money) -> Decided:
    return Decided(
        decision_id="d-1",
        resolution=resolution,
        amount=amount,
        ladder=(),
        route=Route.REVIEW,
        review_because=("because",),
        question=None,
        policy_version="house@1",
        policy_sla_hours=24,
        reminder_days=3,
        open_days=7,
    )


_PROPOSED = proposed(Resolution.PRICE_REDUCTION, eur(700))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"action": "adjust"}, "amount: missing; an adjustment needs the amount to offer"),
        ({"action": "adjust", "amount": Money(minor=500, currency="USD")}, "amount: is in USD; the order was paid in"),
        ({"action": "adjust", "amount": eur(0)}, "amount: is 0.00 EUR; write what the buyer is to get, or deny"),
        ({"action": "adjust", "amount": eur(-500)}, "amount: is -5.00 EUR; write what the buyer is to get"),
        ({"action": "adjust", "amount": eur(4501)}, "amount: is 45.01 EUR; only 45.00 EUR was paid"),
        ({"action": "adjust", "amount": eur(500), "resolution": "deny"}, "resolution: deny gives nothing back"),
        ({"action": "ask"}, "question: missing; say what the buyer is asked"),
    ],
)
def test_a_review_is_refused_by_the_field_that_is_wrong(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        refuse_incomplete(Review.model_validate({"by": "Marta", **given}), _CASE, _PROPOSED)


@pytest.mark.parametrize(
    "given",
    [
        {"action": "approve"},
        {"action": "adjust", "amount": eur(4500), "resolution": "full_refund"},
        {"action": "deny"},
        {"action": "ask", "question": "which lamp?"},
        {"action": "escalate"},
    ],
)
def test_a_review_that_says_enough_is_taken(given: dict[str, Any]) -> None:
    refuse_incomplete(Review.model_validate({"by": "Marta", **given}), _CASE, _PROPOSED)


def test_only_a_proposal_that_gives_something_or_needs_to_give_nothing_is_approved() -> None:
    approval = Review.model_validate({"by": "Marta", "action": "approve"})
    refuse_incomplete(approval, _CASE, proposed(Resolution.DENY, eur(0)))
    with pytest.raises(ValueError, match="amount: the proposal gives nothing back"):
        refuse_incomplete(approval, _CASE, proposed(Resolution.FULL_REFUND, eur(0)))


def test_a_case_opened_before_it_told_what_was_paid_has_no_upper_limit_at_the_door() -> None:
    old = OpenCase.model_validate(_CASE.model_dump(exclude={"captured"}))
    refuse_incomplete(Review.model_validate({"by": "M", "action": "adjust", "amount": eur(9900)}), old, _PROPOSED)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "amount: missing; a counter-offer names an amount"),
        (Money(minor=600, currency="USD"), "amount: is in USD; the order was paid in EUR"),
        (eur(0), "amount: is 0.00 EUR; write what the buyer asks for"),
    ],
)
def test_a_counter_offer_is_refused_by_its_amount(amount: Money | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        refuse_answer(BuyerMessage(move=BuyerMove.COUNTER, message_id="m-2", amount=amount), "EUR")


@pytest.mark.parametrize(
    ("what", "stage", "words"),
    [
        ("approve", Stage.OFFERED, "the case is offered; legal now: say, accept, refuse, counter"),
        ("accept", Stage.ASKING, "the case is asking; legal now: say, escalate"),
        ("accept", Stage.RETURNING, "the case is returning; legal now: return-received, say, escalate"),
        ("say", Stage.PAYING, "the case is paying; legal now: nothing"),
        ("amend-fact", Stage.CLOSED, "the case is closed; legal now: nothing"),
    ],
)
def test_what_is_not_legal_is_refused_with_what_is(what: str, stage: Stage, words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        refuse_unless(what, stage, legal_for_refund(stage))


def test_a_chargeback_is_never_adjusted_and_never_answered_by_a_buyer() -> None:
    legal = {word for stage in Stage for word in legal_for_chargeback(stage)}
    assert legal == {"approve", "deny", "ask", "escalate", "hold", "amend-fact"}


_WRITTEN = LetterWritten(letter_sha256="aa", packet_sha256="bb", proof_sha256="cc", proved=True, pages=4)
_SIGNED = SignedLetter(composed_sha256="aa", letter_sha256="dd", packet_sha256="ee")


def test_what_a_review_signed_is_what_is_submitted() -> None:
    signed = Review(by="Marta", action=ReviewAction.APPROVE, signed=_SIGNED)
    refuse_another_letter(signed, _WRITTEN)
    assert as_signed(_WRITTEN, signed) == _WRITTEN.model_copy(update={"letter_sha256": "dd", "packet_sha256": "ee"})
    plain = Review(by="Marta", action=ReviewAction.APPROVE)
    for review in (None, plain):
        assert as_signed(_WRITTEN, review) is _WRITTEN
    refuse_another_letter(plain, None)


@pytest.mark.parametrize("written", [None, _WRITTEN.model_copy(update={"letter_sha256": "zz"})])
def test_a_signature_under_another_letter_than_the_cases_is_refused(written: LetterWritten | None) -> None:
    with pytest.raises(ValueError, match="signed: the letter was written anew meanwhile"):
        refuse_another_letter(Review(by="Marta", action=ReviewAction.APPROVE, signed=_SIGNED), written)


def test_no_letter_is_signed_where_none_could_be_composed() -> None:
    nothing = _WRITTEN.model_copy(update={"letter_sha256": ""})
    empty = _SIGNED.model_copy(update={"composed_sha256": ""})
    with pytest.raises(ValueError, match="signed: the letter was written anew"):
        refuse_another_letter(Review(by="Marta", action=ReviewAction.APPROVE, signed=empty), nothing)


def test_a_letter_is_signed_by_approving_only() -> None:
    with pytest.raises(ValueError, match="signed: a letter is signed by approving, not by deny"):
        refuse_another_letter(Review(by="Marta", action=ReviewAction.DENY, signed=_SIGNED), _WRITTEN)
