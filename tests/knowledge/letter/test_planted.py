"""280 letters with one corruption each, over every sample and every family: none is proved, none may leave."""

from collections import Counter
from functools import cache

import pytest

from knowledge.letter.claims import Letter
from knowledge.letter.compose import compose_letter
from knowledge.letter.dossier import DefenceDossier
from knowledge.letter.release import release_refusals
from knowledge.letter.verify import letter_digest, verify_letter
from tests.knowledge.letter.corruptions import (
    PLACES,
    TYPED_KINDS,
    TYPED_TOTAL,
    UNTYPED_TOTAL,
    Corruption,
    corruptions,
    table,
)
from tests.knowledge.letter.dossiers import dossier, family_dossiers
from tests.knowledge.letter.sample_dossiers import sample_dossiers
from tests.knowledge.letter.untyped import UNTYPED

RECORDS: dict[str, DefenceDossier] = sample_dossiers() | {
    family.value: records for family, records in family_dossiers().items()
}
LETTERS: dict[str, Letter] = {name: compose_letter(records) for name, records in RECORDS.items()}


@cache
def planted() -> list[Corruption]:
    return corruptions(LETTERS)


@pytest.mark.parametrize("name", LETTERS)
def test_an_uncorrupted_letter_is_proved_and_may_leave(name: str):
    letter = LETTERS[name]
    proof = verify_letter(letter, RECORDS[name])
    assert [line for line in proof.lines if not line.proved] == []
    assert release_refusals(letter, proof, letter_digest(letter)) == ()


def test_there_are_280_spread_evenly_over_kinds_places_and_letters():
    typed = Counter((one.kind, one.place) for one in planted() if one.kind in TYPED_KINDS)
    untyped = Counter(one.kind for one in planted() if one.kind not in TYPED_KINDS)
    assert (typed.total(), untyped.total()) == (TYPED_TOTAL, UNTYPED_TOTAL) == (200, 80)
    assert set(typed) == {(kind, place) for kind in TYPED_KINDS for place in PLACES}
    assert set(untyped) == set(UNTYPED)
    assert max(typed.values()) - min(typed.values()) <= 1
    assert max(untyped.values()) - min(untyped.values()) <= 1
    assert {one.source for one in planted()} == set(LETTERS)


def test_each_changes_what_its_letter_says_and_none_stands_twice():
    for one in planted():
        assert one.before != one.after, one
        assert one.letter != LETTERS[one.source], one
    assert len({letter_digest(one.letter) for one in planted()}) == 280


def test_none_is_proved_by_its_own_exhibits():
    proofs = [verify_letter(one.letter) for one in planted()]
    missed = [
        (one.source, one.kind, one.place, one.after) for one, it in zip(planted(), proofs, strict=True) if it.complete
    ]
    assert missed == []
    counted = table(planted(), [not proof.complete for proof in proofs])
    assert all(caught == of for _, _, caught, of in counted)


def test_none_may_leave_whatever_its_proof_and_packet_say():
    for one in planted():
        digest = letter_digest(one.letter)
        sound = verify_letter(LETTERS[one.source])
        forged = sound.model_copy(update={"letter_sha256": digest})
        kept = release_refusals(one.letter, sound, letter_digest(LETTERS[one.source]))
        assert [refusal.partition(":")[0] for refusal in kept] == ["proof", "packet", "letter"], one
        assert [refusal.partition(":")[0] for refusal in release_refusals(one.letter, forged, digest)] == ["letter"], (
            one
        )


def test_a_letter_leaves_only_with_its_own_proof_and_packet():
    letter, other = LETTERS["not_received"], LETTERS["fraud"]
    proof, digest = verify_letter(letter), letter_digest(letter)
    assert release_refusals(letter, None, digest) == (
        "proof: none was made of this very letter; write the letter again",
    )
    assert release_refusals(letter, verify_letter(other), digest)[0].startswith("proof: none")
    for carried in (None, letter_digest(other)):
        assert release_refusals(letter, proof, carried) == (
            "packet: it was not rendered from this very letter; write the letter again",
        )
    doubted = proof.model_copy(
        update={"lines": (proof.lines[0].model_copy(update={"proved": False}), *proof.lines[1:])}
    )
    assert release_refusals(letter, doubted, digest) == (
        "proof: 1 statements are not proved, the first: Merchant: Harbour Lamps GmbH",
    )


@pytest.mark.parametrize(
    ("cue", "told"),
    [
        ("recorded the parcel JD0146000112 as delivered", "delivered the parcel JD0146000112"),
        ("recorded the parcel JD0146000112 as handed over", "handed the parcel JD0146000112 over"),
    ],
)
def test_a_record_may_not_be_told_as_the_thing_itself(cue: str, told: str):
    letter = compose_letter(dossier("visa", "13.1"))
    delivery = next(section for section in letter.sections if section.title == "Dispatch and delivery")
    sentences = tuple(one.model_copy(update={"text": one.text.replace(cue, told)}) for one in delivery.sentences)
    assert sentences != delivery.sentences
    sections = [one.model_copy(update={"sentences": sentences}) if one is delivery else one for one in letter.sections]
    lines = verify_letter(letter.model_copy(update={"sections": tuple(sections)})).lines
    (problem,) = [line.problem for line in lines if not line.proved]
    assert problem is not None
    assert "does not say 'recorded'" in problem
