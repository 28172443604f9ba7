"""Phrases that speak for a reason, language by language: a light second opinion beside the vectors."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from agents.reading.claims.sentences import REASONS

_UNSPACED = frozenset({"ja", "zh", "th", "ko"})
_KEEPS_MARKS = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0e00-\u0e7f]")
"""In kana, hangul and Thai, combining marks are part of the letter."""
_FOLDED = str.maketrans({"ı": "i", "’": "'", "ß": "ss", "đ": "d", "ى": "ي", "ة": "ه", "ـ": ""})


def plain(text: str) -> str:
    """Lower case, without accents where they only vary the spelling, long-drawn letters shortened."""
    text = unicodedata.normalize("NFKC", text).lower()
    if not _KEEPS_MARKS.search(text):
        text = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return re.sub(r"([^\W\d])\1{2,}", r"\1", text.translate(_FOLDED))


@cache
def _cues() -> dict[tuple[str, str], re.Pattern[str]]:
    lines = resources.files("agents.reading.claims").joinpath("cues.txt").read_text(encoding="utf-8").splitlines()
    return dict(_pattern(line) for line in lines if line.strip())


def _pattern(line: str) -> tuple[tuple[str, str], re.Pattern[str]]:
    """`language reason: pattern`, where ` .. ` is a gap of a few words."""
    head, _, pattern = line.partition(": ")
    language, _, reason = head.partition(" ")
    as_typed = unicodedata.normalize("NFKC", pattern).lower()
    pattern = as_typed if language in {"ja", "th", "ko"} else plain(pattern)
    pattern = pattern.replace("\\u", " ")
    pattern = pattern.replace(" .. ", ".{0,6}" if language in _UNSPACED else r"\W+(?:\w+\W+){0,4}?")
    if language not in {"ja", "zh", "th"}:
        pattern = pattern.replace(" ?", "\\s*").replace(" ", "\\s+")
    if language == "ar":
        # Prepositions, the conjunction and the article are written onto the word.
        pattern = rf"(?<!\w)(?:و|ف|ب|ل|ال|وال|بال)?(?:{pattern})"
    elif language not in _UNSPACED:
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    return (language, reason), re.compile(pattern)


def cues_in(text: str, languages: Iterable[str]) -> NDArray[np.float64]:
    """One number per reason: 1 where a phrase of one of the languages speaks for it."""
    folded = plain(text)
    found = np.zeros(len(REASONS), dtype=np.float64)
    for language in languages:
        for place, reason in enumerate(REASONS):
            cue = _cues().get((language, reason))
            if cue is not None and cue.search(folded):
                found[place] = 1.0
    return found
