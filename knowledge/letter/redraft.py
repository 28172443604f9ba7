"""Another wording of a composed letter: sentences reworded or left out, the claims and exhibits untouched.

A person (or a model, whose words a person signs) changes text and nothing else. What a sentence is proved by stays
what the records gave, so that no wording can bring its own proof along.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from knowledge.base import Frozen
from knowledge.letter.claims import Letter, Proof, ProofLine, Section, Sentence
from knowledge.letter.verify import sentence_lines, verify_letter

LONGEST = 1000
"""Characters of a sentence; the longest composed verdict has fewer than half as many."""
_KEPT = frozenset({"verdict", "request"})
"""What a letter is not one without."""


class RewordingError(ValueError):
    """The letter cannot be worded so; the message names the sentence and the mend."""


class Wording(StrEnum):
    """Whose words a sentence has."""

    COMPOSED = "composed"
    PERSON = "person"
    MODEL = "model"


class Rewording(Frozen):
    """One sentence in other words, or left out."""

    place: str
    """`verdict`, `ground-1`, `request`, `section-2-3` (third sentence of the second section), as composed."""
    text: str | None
    """None leaves the sentence out."""
    wording: Wording = Wording.PERSON


class Redraft(Frozen):
    """Everything that differs from the composed letter; empty when nothing does."""

    version: str = "amends.redraft/1"
    rewordings: tuple[Rewording, ...] = ()


class JudgedSentence(Frozen):
    """A sentence of the composed letter as the redraft has it, with the verifier's verdict."""

    place: str
    section: str
    composed: str
    text: str
    """As it will be sent; for a sentence that is left out, the composed text."""
    wording: Wording
    left_out: bool
    may_be_left_out: bool
    claims: tuple[str, ...]
    proved: bool
    problem: str | None


class JudgedLetter(Frozen):
    """A redraft read back by the verifier."""

    letter: Letter
    proof: Proof
    sentences: tuple[JudgedSentence, ...]
    """In the letter's order, those left out included."""
    other_problems: tuple[str, ...]
    """What is wrong with the cover, the timeline or the form."""

    @property
    def may_be_sent(self) -> bool:
        """Whether nothing in it lacks proof."""
        return self.proof.complete


class _Placed(NamedTuple):
    place: str
    section: str
    sentence: Sentence


def placed_sentences(letter: Letter) -> Iterator[tuple[str, str, Sentence]]:
    """Each sentence with its place and the title it stands under, in the order in which the verifier reads them."""
    yield _Placed("verdict", "Verdict", letter.verdict)
    for number, ground in enumerate(letter.grounds, start=1):
        yield _Placed(f"ground-{number}", "Grounds", ground)
    yield _Placed("request", "Request", letter.request)
    for number, section in enumerate(letter.sections, start=1):
        for line, sentence in enumerate(section.sentences, start=1):
            yield _Placed(f"section-{number}-{line}", section.title, sentence)


def reworded(text: str) -> str:
    """A typed sentence as it is kept: one line, single spaces. Raises RewordingError for what is no sentence."""
    kept = " ".join(text.split())
    if not kept:
        raise RewordingError("text: empty; write the sentence, or leave it out")
    if len(kept) > LONGEST:
        raise RewordingError(f"text: has {len(kept)} characters; a sentence has {LONGEST} at most")
    if not kept.isprintable():
        raise RewordingError("text: has characters that cannot be printed; write it anew")
    return kept


def redraft_of(letter: Letter, texts: Mapping[str, str | None], wordings: Mapping[str, Wording]) -> Redraft:
    """The redraft that gives a composed letter these texts by place (None leaves out); as composed is no change.

    `wordings` says of a place whose words it has, a person's when it does not. Raises RewordingError.
    """
    known = {place: sentence.text for place, _, sentence in placed_sentences(letter)}
    made: list[Rewording] = []
    for place, text in texts.items():
        if place not in known:
            raise RewordingError(f"{place}: the letter has no such sentence; load it again")
        if text is None and place in _KEPT:
            raise RewordingError(f"{place}: cannot be left out; reword it")
        if text == known[place]:
            continue
        kept = None if text is None else reworded(text)
        if kept != known[place]:
            made.append(Rewording(place=place, text=kept, wording=wordings.get(place, Wording.PERSON)))
    return Redraft(rewordings=tuple(made))


def redrafted(letter: Letter, redraft: Redraft) -> Letter:
    """The composed letter in the redraft's words; a section of which nothing is left goes too."""
    changed = {one.place: one.text for one in redraft.rewordings}
    unknown = changed.keys() - {place for place, _, _ in placed_sentences(letter)}
    if unknown:
        raise RewordingError(f"{min(unknown)}: the letter has no such sentence; load it again")

    def worded(prefix: str, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
        texts = [changed.get(f"{prefix}-{number}", one.text) for number, one in enumerate(sentences, start=1)]
        return tuple(
            one.model_copy(update={"text": text})
            for one, text in zip(sentences, texts, strict=True)
            if text is not None
        )

    sections = (
        Section(title=section.title, sentences=worded(f"section-{number}", section.sentences))
        for number, section in enumerate(letter.sections, start=1)
    )
    return letter.model_copy(
        update={
            "verdict": letter.verdict.model_copy(update={"text": changed.get("verdict") or letter.verdict.text}),
            "grounds": worded("ground", letter.grounds),
            "request": letter.request.model_copy(update={"text": changed.get("request") or letter.request.text}),
            "sections": tuple(section for section in sections if section.sentences),
        }
    )


def judged(letter: Letter, redraft: Redraft) -> JudgedLetter:
    """The composed letter in the redraft's words, every sentence read back. Raises RewordingError."""
    worded = redrafted(letter, redraft)
    changes = {one.place: one for one in redraft.rewordings}
    lines = iter(sentence_lines(worded))
    sentences = tuple(
        _judged(placed, changes.get(placed.place), lines) for placed in map(_Placed._make, placed_sentences(letter))
    )
    proof = verify_letter(worded)
    own = {(one.text, one.problem) for one in sentences}
    return JudgedLetter(
        letter=worded,
        proof=proof,
        sentences=sentences,
        other_problems=tuple(
            f"{line.sentence}: {line.problem}" if line.sentence != line.problem else line.sentence
            for line in proof.lines
            if not line.proved and (line.sentence, line.problem) not in own
        ),
    )


def _judged(placed: _Placed, change: Rewording | None, lines: Iterator[ProofLine]) -> JudgedSentence:
    left_out = change is not None and change.text is None
    line = None if left_out else next(lines)
    return JudgedSentence(
        place=placed.place,
        section=placed.section,
        composed=placed.sentence.text,
        text=placed.sentence.text if line is None else line.sentence,
        wording=change.wording if change else Wording.COMPOSED,
        left_out=left_out,
        may_be_left_out=placed.place not in _KEPT,
        claims=placed.sentence.claims,
        proved=line is None or line.proved,
        problem=line.problem if line else None,
    )
