"""What one version of a letter says otherwise than another, sentence by sentence and word by word."""

from difflib import SequenceMatcher
from enum import StrEnum

from knowledge.base import Frozen
from knowledge.letter.claims import Letter
from knowledge.letter.redraft import Redraft, placed_sentences


class ChangeKind(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    TAKEN_OUT = "taken out"
    PUT_IN = "put in"


class WordChange(Frozen):
    """A run of words that stayed, went or came."""

    kind: ChangeKind
    text: str


class SentenceChange(Frozen):
    """A sentence that two versions word otherwise."""

    place: str
    section: str
    words: tuple[WordChange, ...]


def changes_between(letter: Letter, before: Redraft, after: Redraft) -> tuple[SentenceChange, ...]:
    """The sentences of a composed letter that two redrafts of it word otherwise, in its order."""
    was = {one.place: one.text or "" for one in before.rewordings}
    now = {one.place: one.text or "" for one in after.rewordings}
    changed: list[SentenceChange] = []
    for place, section, sentence in placed_sentences(letter):
        old, new = was.get(place, sentence.text), now.get(place, sentence.text)
        if old != new:
            changed.append(SentenceChange(place=place, section=section, words=word_changes(old, new)))
    return tuple(changed)


def word_changes(before: str, after: str) -> tuple[WordChange, ...]:
    """The words that stayed, went and came, in reading order."""
    old, new = before.split(), after.split()
    runs: list[WordChange] = []
    for what, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            runs.append(WordChange(kind=ChangeKind.SAME, text=" ".join(old[start:end])))
            continue
        if end > start:
            runs.append(WordChange(kind=ChangeKind.TAKEN_OUT, text=" ".join(old[start:end])))
        if stop > begin:
            runs.append(WordChange(kind=ChangeKind.PUT_IN, text=" ".join(new[begin:stop])))
    return tuple(runs)
