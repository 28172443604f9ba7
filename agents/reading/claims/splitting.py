"""A complaint's sentences, with where each stands in the text."""

import re

from knowledge.base import Frozen

MOST_CHARACTERS = 20_000
_MOST_SENTENCES = 60
_BREAK = re.compile(r"(?<=[.!?。！？؟;；\n…])\s*|\s*[,，、](?=\s|[^\d\s])")
_DENSE = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
"""Chinese, Japanese and Korean say in one sign what others say in three letters."""
_SHORTEST = 12


class Sentence(Frozen):
    """A piece of a text from `start` to `end`."""

    text: str
    start: int
    end: int


def _weight(text: str) -> int:
    return len(text) + 2 * len(_DENSE.findall(text))


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """Sentences and clauses in order; pieces too short to say anything join their neighbour."""
    pieces: list[tuple[int, int]] = []
    start = 0
    bounded = text[:MOST_CHARACTERS]
    for match in _BREAK.finditer(bounded):
        pieces.append((start, match.start()))
        start = match.end()
    pieces.append((start, len(bounded)))
    joined: list[tuple[int, int]] = []
    for begin, end in pieces:
        if not bounded[begin:end].strip():
            continue
        short = _weight(bounded[begin:end].strip()) < _SHORTEST
        if joined and (short or _weight(bounded[joined[-1][0] : joined[-1][1]].strip()) < _SHORTEST):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return tuple(
        Sentence(text=bounded[begin:end].strip(), start=begin, end=end) for begin, end in joined[:_MOST_SENTENCES]
    )
