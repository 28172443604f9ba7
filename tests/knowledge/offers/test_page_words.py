"""The buyer's page speaks every language in which buyers are answered, and tells no reason that is ours alone."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest

from knowledge.offers.compose import languages, question_words
from knowledge.offers.page_words import OURS_ALONE, meaning_of, page_words

BOOK: dict[str, dict[str, str]] = json.loads(
    resources.files("knowledge.offers").joinpath("page_words.json").read_text(encoding="utf-8")
)
SCRIPTS = {
    "ja": "[\u3040-\u30ff\u4e00-\u9fff]",
    "zh": "[\u4e00-\u9fff]",
    "ar": "[\u0600-\u06ff]",
    "ru": "[\u0400-\u04ff]",
    "ko": "[\uac00-\ud7af]",
    "th": "[\u0e00-\u0e7f]",
    "he": "[\u0590-\u05ff]",
}
INTERNAL = re.compile(r"precedent|score|fraud|risk|autopilot|rung|ladder|evidence", re.IGNORECASE)
KNOWLEDGE = Path(__file__).parents[3] / "knowledge"


def test_the_page_speaks_the_languages_of_the_mails() -> None:
    assert set(BOOK) == set(languages())


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_missing_and_each_has_the_blanks_of_the_english_one(language: str) -> None:
    assert {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in BOOK[language].items()} == {
        name: set(re.findall(r"\{(\w+)\}", text)) for name, text in BOOK["en"].items()
    }
    assert all(text.strip() for text in BOOK[language].values())


@pytest.mark.parametrize(("language", "script"), SCRIPTS.items())
def test_a_language_is_written_in_its_own_script(language: str, script: str) -> None:
    # The names of things that have no other: file formats, currencies.
    assert [name for name, text in BOOK[language].items() if not re.search(script, text)] == []


def test_no_sentence_uses_a_word_of_the_house() -> None:
    assert [text for text in BOOK["en"].values() if INTERNAL.search(text)] == []


def test_every_rule_of_the_judgement_is_told_in_plain_words_or_knowingly_not() -> None:
    sources = [*(KNOWLEDGE / "judgement" / "refund").glob("*.py"), KNOWLEDGE / "rules" / "entitlements.py"]
    rules = {rule for file in sources for rule in re.findall(r'rule="([a-z_.]+)"', file.read_text(encoding="utf-8"))}
    assert len(rules) > 20
    told = {rule: meaning_of(rule) for rule in rules}
    assert {rule for rule, sentence in told.items() if sentence is None} == OURS_ALONE & rules
    assert {sentence for sentence in told.values() if sentence} <= set(BOOK["en"])


def test_a_language_nobody_wrote_yet_is_answered_in_english() -> None:
    assert page_words("xx").language == page_words(None).language == "en"
    assert (page_words("ar").direction, page_words("zh-Hans").language) == ("rtl", "zh")


def test_a_known_question_is_asked_in_the_buyers_language_and_a_persons_own_as_written() -> None:
    assert "Foto" in question_words("de", "photo_of_damage")
    assert question_words("de", "Which lamp is it?") == "Which lamp is it?"
