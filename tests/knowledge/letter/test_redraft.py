"""A person's wording of a letter: read back like any other, with the composed letter's own claims and exhibits."""

from collections import Counter

import pytest

from knowledge.letter.claims import Letter
from knowledge.letter.compose import compose_letter
from knowledge.letter.redraft import (
    LONGEST,
    Redraft,
    Rewording,
    RewordingError,
    Wording,
    judged,
    placed_sentences,
    redraft_of,
    redrafted,
)
from knowledge.letter.redraft_changes import ChangeKind, changes_between, word_changes
from knowledge.letter.release import release_refusals
from knowledge.letter.verify import letter_digest
from tests.knowledge.letter.corruptions import TYPED_KINDS
from tests.knowledge.letter.dossiers import dossier
from tests.knowledge.letter.test_planted import LETTERS, planted


def letter() -> Letter:
    return compose_letter(dossier("visa", "13.1"))


def texts_of(one: Letter) -> dict[str, str | None]:
    return {place: sentence.text for place, _, sentence in placed_sentences(one)}


def worded(one: Letter, **texts: str | None) -> Redraft:
    return redraft_of(one, {place.replace("_", "-"): text for place, text in texts.items()}, {})


def test_none_of_the_280_corruptions_comes_through_the_edit_door() -> None:
    through: list[object] = []
    kinds: Counter[str] = Counter()
    for one in planted():
        composed = LETTERS[one.source]
        # The door takes sentences' texts. A corrupted claim or locator has no way in, with or without its sentence.
        verdict = judged(composed, redraft_of(composed, texts_of(one.letter), {}))
        if verdict.letter == composed:
            kinds["not expressible"] += 1
            assert one.place in {"claim", "locator"}, one
        elif verdict.may_be_sent or not release_refusals(verdict.letter, verdict.proof, letter_digest(verdict.letter)):
            through.append(one)
        else:
            kinds["typed" if one.kind in TYPED_KINDS else "untyped"] += 1
            assert any(not sentence.proved for sentence in verdict.sentences), one
    assert through == []
    assert kinds["untyped"] == 80
    assert kinds["typed"] + kinds["not expressible"] == 200


def test_every_composed_letter_is_its_own_empty_redraft() -> None:
    for composed in LETTERS.values():
        assert redraft_of(composed, texts_of(composed), {}) == Redraft()
        verdict = judged(composed, Redraft())
        assert (verdict.letter, verdict.may_be_sent, verdict.other_problems) == (composed, True, ())
        assert [one.text for one in verdict.sentences] == list(texts_of(composed).values())


def test_free_wording_inside_the_claim_is_proved_and_outside_it_is_not() -> None:
    composed = letter()
    place, text = next(
        (place, sentence.text)
        for place, _, sentence in placed_sentences(composed)
        if place.startswith("ground") and "as delivered on" in sentence.text
    )
    parcel = text.partition("the parcel ")[2].partition(" as")[0]
    rest = text.partition(" delivered ")[2]
    good = judged(composed, redraft_of(composed, {place: f"As delivered {rest[:-1]}: carrier recorded {parcel}."}, {}))
    assert not good.may_be_sent, "the day and place of a record stand with its verb"
    moved = text.replace("The carrier", "Carrier")
    accepted = judged(composed, redraft_of(composed, {place: moved}, {}))
    assert accepted.may_be_sent
    assert next(one for one in accepted.sentences if one.place == place).wording is Wording.PERSON
    for added in ("personally ", "clearly ", "and signed for "):
        refused = judged(composed, redraft_of(composed, {place: text.replace("delivered", f"{added}delivered")}, {}))
        line = next(one for one in refused.sentences if one.place == place)
        assert not line.proved
        assert line.problem
        assert not refused.may_be_sent


def test_a_sentence_left_out_is_gone_and_the_rest_keeps_its_verdicts() -> None:
    composed = letter()
    verdict = judged(composed, worded(composed, ground_1=None, section_1_1=None, section_1_2=None))
    assert verdict.may_be_sent
    assert len(verdict.letter.grounds) == len(composed.grounds) - 1
    assert [section.title for section in verdict.letter.sections] == [one.title for one in composed.sections[1:]]
    assert [one.place for one in verdict.sentences if one.left_out] == ["ground-1", "section-1-1", "section-1-2"]
    assert (verdict.letter.claims, verdict.letter.exhibits) == (composed.claims, composed.exhibits)


def test_a_letter_without_any_ground_is_not_in_order() -> None:
    composed = letter()
    none = {f"ground-{number}": None for number in range(1, len(composed.grounds) + 1)}
    verdict = judged(composed, redraft_of(composed, none, {}))
    assert not verdict.may_be_sent
    assert verdict.other_problems == ("a letter gives one to 4 grounds, not 0",)


@pytest.mark.parametrize(
    ("place", "text", "told"),
    [
        ("verdict", None, "verdict: cannot be left out"),
        ("request", None, "request: cannot be left out"),
        ("ground-99", "x", "ground-99: the letter has no such sentence"),
        ("claims", "x", "claims: the letter has no such sentence"),
        ("verdict", " \n ", "text: empty"),
        ("verdict", "x" * (LONGEST + 1), "text: has 1001 characters"),
        ("verdict", "left\u202eright", "text: has characters that cannot be printed"),
        ("verdict", "nul\x00", "text: has characters that cannot be printed"),
    ],
)
def test_what_is_no_wording_is_refused_with_the_mend(place: str, text: str | None, told: str) -> None:
    with pytest.raises(RewordingError, match=told):
        redraft_of(letter(), {place: text}, {})


def test_a_redraft_of_another_letter_is_refused() -> None:
    with pytest.raises(RewordingError, match="section-9-9"):
        redrafted(letter(), Redraft(rewordings=(Rewording(place="section-9-9", text="x"),)))


def test_versions_are_compared_sentence_by_sentence_and_word_by_word() -> None:
    composed = letter()
    first = worded(composed, ground_1="The carrier kept the record.")
    second = worded(composed, ground_1="The carrier kept a record.", section_1_1=None)
    assert changes_between(composed, first, first) == ()
    changed = changes_between(composed, first, second)
    assert [one.place for one in changed] == ["ground-1", "section-1-1"]
    assert [(run.kind, run.text) for run in changed[0].words] == [
        (ChangeKind.SAME, "The carrier kept"),
        (ChangeKind.TAKEN_OUT, "the"),
        (ChangeKind.PUT_IN, "a"),
        (ChangeKind.SAME, "record."),
    ]
    assert {run.kind for run in changed[1].words} == {ChangeKind.TAKEN_OUT}
    assert [run.kind for run in word_changes("", "new")] == [ChangeKind.PUT_IN]
