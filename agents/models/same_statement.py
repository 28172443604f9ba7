"""Whether a rewritten sentence states what its original states, as far as code can tell: strict, so it errs to no.

Numbers, dates, amounts, ids and names must be the same ones, as often; words that promise, deny, date, blame, count
or say who did what must be of the same groups, as often. Only languages with such word lists can be checked.
"""

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files

from agents.models.folding import fold
from agents.models.masking import Masking
from agents.models.personal import PersonalData

_NUMBER = re.compile(r"\d+(?:[.,:/\-]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MARKS = re.compile(r"[€$£¥₹₽₺₩฿%#@<>\[\]{}|*_`~\\?!\"“”«»…;]|https?:|www\.|\.\w{2,6}/")
_PLACEHOLDER = re.compile(r"⟦[A-Z]+_\d+⟧")


@cache
def _vocabulary() -> dict[str, dict[str, re.Pattern[str]]]:
    text = files("agents.models").joinpath("prose_words.json").read_text(encoding="utf-8")
    groups: dict[str, dict[str, list[str]]] = json.loads(text)
    return {
        language: {
            group: re.compile(r"(?<!\w)(?:" + "|".join(_pattern(word) for word in words) + r")(?!\w)")
            for group, words in by_group.items()
        }
        for language, by_group in groups.items()
    }


def _pattern(word: str) -> str:
    if word.startswith("\\"):
        return word
    plain = fold(word.removesuffix("*")).text
    return re.escape(plain) + (r"\w*" if word.endswith("*") else "")


def languages_checked() -> frozenset[str]:
    """The languages whose rewriting can be checked, as ISO 639-1 codes."""
    return frozenset(_vocabulary())


def differences(composed: str, prose: str, language: str, personal: PersonalData) -> tuple[str, ...]:
    """What the rewritten sentence states otherwise than the composed one, in plain words; empty when nothing is found.

    `language` is a BCP 47 tag; only its first part counts. A language without word lists is itself a difference.
    """
    words = _vocabulary().get(language.partition("-")[0].lower())
    if words is None:
        return (f"there are no word lists to check {language} with",)
    found: list[str] = []
    masking = Masking(personal)
    hidden, rewritten = masking.mask(composed), masking.mask(prose)
    pairs = (
        ("numbers", _NUMBER.findall(composed), _NUMBER.findall(prose)),
        ("personal data", _PLACEHOLDER.findall(hidden), _PLACEHOLDER.findall(rewritten)),
        ("names", _names(composed), _names(prose)),
        ("signs", _MARKS.findall(composed), _MARKS.findall(prose)),
    )
    found += [f"other {what}" for what, before, after in pairs if Counter(before) != Counter(after)]
    if (opener := _foreign_opener(composed, prose, words["openers"])) is not None:
        found.append(f"an opening word that the composed sentence does not have ({opener[:40]})")
    before, after = fold(composed).text, fold(prose).text
    for group, pattern in words.items():
        if group != "openers" and len(pattern.findall(before)) != len(pattern.findall(after)):
            found.append(f"other words of {group}")
    if not len(composed) * 0.5 - 10 <= len(prose) <= len(composed) * 1.6 + 20:
        found.append("another length")
    if not _letters_alike(composed, prose):
        found.append("letters of another script or invisible characters")
    return tuple(found)


def _names(sentence: str) -> list[str]:
    """Words with a capital letter, the opening one left out: names, and in German every noun."""
    return [word for word in _WORD.findall(sentence)[1:] if word != word.lower()]


def _foreign_opener(composed: str, prose: str, openers: re.Pattern[str]) -> str | None:
    first = _WORD.search(prose)
    if first is None:
        return None
    had = {word.lower() for word in _WORD.findall(composed)}
    if first[0].lower() in had or openers.fullmatch(fold(first[0]).text):
        return None
    return first[0]


def _letters_alike(composed: str, prose: str) -> bool:
    known = set(composed)
    for character in prose:
        if character in known or character == " ":
            continue
        if unicodedata.category(character)[0] in "CZ":
            return False
        if character.isalpha() and not unicodedata.name(character, "").startswith("LATIN"):
            return False
    return True
