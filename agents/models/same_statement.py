"""Whether a rewritten sentence states what its original states, as far as code can tell: strict, so it errs to no.

Numbers, dates, amounts, ids, names and quotations must be the same ones, as often; words that promise, deny, date or
blame must be of the same groups, as often; people, deeds and counts must be the very same, and the same person must be
the one who acts. Only languages with such word lists can be checked.
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
_QUOTED = re.compile(r"[\"“«„]([^\"“”«»„]*)[\"”»“]")
_PLACEHOLDER = re.compile(r"⟦[A-Z]+_\d+⟧")

_OWN_RULES = frozenset({"openers", "agent"})
_EXACT = frozenset({"who", "deed", "number"})
"""Groups in which one word does not stand for another: the merchant is not the buyer, sent is not delivered."""
_AFTER_AGENT_WORD = 4
"""Words within which whoever acts follows a word like `by`."""


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
        ("quotations", _QUOTED.findall(composed), _QUOTED.findall(prose)),
        ("signs", _MARKS.findall(composed), _MARKS.findall(prose)),
    )
    found += [f"other {what}" for what, before, after in pairs if Counter(before) != Counter(after)]
    if (opener := _foreign_opener(composed, prose, words["openers"])) is not None:
        found.append(f"an opening word that the composed sentence does not have ({opener[:40]})")
    before, after = fold(composed).text, fold(prose).text
    for group, pattern in words.items():
        if group not in _OWN_RULES and _told(group, pattern, before) != _told(group, pattern, after):
            found.append(f"other words of {group}")
    if _agent(before, words) != _agent(after, words):
        found.append("another one who acts")
    if not len(composed) * 0.5 - 10 <= len(prose) <= len(composed) * 1.6 + 20:
        found.append("another length")
    if not _letters_alike(composed, prose):
        found.append("letters of another script or invisible characters")
    return tuple(found)


def _told(group: str, pattern: re.Pattern[str], folded: str) -> Counter[str]:
    """How often a group is spoken of; in the exact groups, by the stem of each word."""
    return Counter(_stem(word) if group in _EXACT else group for word in pattern.findall(folded))


def _stem(word: str) -> str:
    # Long enough to tell deeds and people apart, short enough that delivered and delivery are one.
    return word[:5]


def _agent(folded: str, words: dict[str, re.Pattern[str]]) -> str | None:
    """The one who acts: whoever a word like `by` names first, otherwise whoever is named first."""
    spoken = re.findall(r"\w+", folded)
    people = [place for place, word in enumerate(spoken) if words["who"].fullmatch(word)]
    passive = [
        place
        for place in people
        if any(words["agent"].fullmatch(word) for word in spoken[max(0, place - _AFTER_AGENT_WORD) : place])
    ]
    acting = next(iter(passive or people), None)
    return None if acting is None else _stem(spoken[acting])


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
