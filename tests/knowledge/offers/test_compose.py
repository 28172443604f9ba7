"""Every message in every language: all values filled, nothing left over, nothing promised that was not given."""

import json
import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as some

from knowledge.money import Money, currencies
from knowledge.offers.compose import Composed, OfferValues, compose, languages

TOLD = ["offer", "reminder", "return", "paid", "question", "denied", "offer_lapsed", "not_returned", "unresolved"]
WITH_AMOUNT = ["offer", "reminder", "return", "paid"]
WITH_DATE = ["offer", "reminder"]
QUESTIONS = ["photo_of_damage", "still_waiting", "details"]
BOOK: dict[str, dict[str, list[str]]] = json.loads(
    resources.files("knowledge.offers").joinpath("sentences.json").read_text(encoding="utf-8")
)
SCRIPTS = {
    "ja": "[\u3040-\u30ff]",
    "zh": "[\u4e00-\u9fff]",
    "ar": "[\u0600-\u06ff]",
    "ru": "[\u0400-\u04ff]",
    "ko": "[\uac00-\ud7af]",
    "th": "[\u0e00-\u0e7f]",
    "he": "[\u0590-\u05ff]",
}
AMOUNT = Money(minor=123450, currency="EUR")
every_language = pytest.mark.parametrize("language", languages())
every_message = pytest.mark.parametrize("what", TOLD)


def values(**change: object) -> OfferValues:
    fields: dict[str, object] = {
        "order_id": "LUM-4417",
        "amount": AMOUNT,
        "closes_on": "2026-11-27",
        "question": "details",
        "merchant": "Lumen & Söhne",
    }
    return OfferValues.model_validate(fields | change)


def whole(message: Composed) -> str:
    return f"{message.subject}\n{message.body}"


def test_buyers_are_answered_in_fifteen_languages_with_english_among_them() -> None:
    assert set(languages()) == set("en de fr es pt it pl ja zh tr ar ru ko th he".split())
    assert len(set(languages())) == len(languages())


@every_language
def test_a_language_has_every_message_and_every_question_and_no_other(language: str) -> None:
    assert set(BOOK[language]) == {*TOLD, *(f"ask.{question}" for question in QUESTIONS)}


@every_language
@pytest.mark.parametrize("what", sorted(BOOK["en"]))
def test_a_translation_has_the_same_blanks_to_fill_as_the_english_sentence(language: str, what: str) -> None:
    for translated, english in zip(BOOK[language][what], BOOK["en"][what], strict=True):
        assert set(re.findall(r"\{(\w+)\}", translated)) == set(re.findall(r"\{(\w+)\}", english))


@every_language
@every_message
def test_a_message_names_order_and_merchant_and_leaves_nothing_unfilled(language: str, what: str) -> None:
    message = compose(what, language, values())
    assert message.language == language
    assert "LUM-4417" in message.subject
    assert "LUM-4417" in message.body
    assert message.body.endswith("\nLumen & Söhne")
    assert not re.search(r"[{}]|None", whole(message))
    assert "\n" not in message.subject
    assert "  " not in whole(message)


@every_language
@every_message
def test_an_amount_is_named_where_money_is_promised_and_nowhere_else(language: str, what: str) -> None:
    named = str(AMOUNT) in compose(what, language, values()).body
    assert named is (what in WITH_AMOUNT)


@every_language
@every_message
def test_a_date_is_named_where_an_offer_ends_and_nowhere_else(language: str, what: str) -> None:
    named = "2026-11-27" in compose(what, language, values()).body
    assert named is (what in WITH_DATE)


@every_language
@every_message
@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(2940, "JPY", "2940 JPY"), (2940, "EUR", "29.40 EUR"), (2940, "KWD", "2.940 KWD"), (5, "USD", "0.05 USD")],
)
def test_an_amount_is_shown_in_its_currencys_own_precision(
    language: str, what: str, minor: int, currency: str, shown: str
) -> None:
    text = whole(compose(what, language, values(amount=Money(minor=minor, currency=currency))))
    amounts = re.findall(rf"[0-9.,]+[  ]?{currency}", text)
    assert set(amounts) == ({shown} if what in WITH_AMOUNT else set[str]())


@every_language
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_known_question_is_asked_in_the_buyers_language(language: str, question: str) -> None:
    asked = BOOK[language][f"ask.{question}"][1]
    body = compose("question", language, values(question=question)).body
    assert body.endswith(f"{asked}\nLumen & Söhne")
    assert question not in body


@every_language
def test_the_three_questions_are_told_apart(language: str) -> None:
    assert len({compose("question", language, values(question=question)).body for question in QUESTIONS}) == 3


@every_language
def test_no_two_messages_say_the_same(language: str) -> None:
    assert len({compose(what, language, values()).subject for what in TOLD}) == len(TOLD)
    assert len({compose(what, language, values()).body for what in TOLD}) == len(TOLD)


@pytest.mark.parametrize(("language", "letters"), SCRIPTS.items())
@every_message
def test_a_language_is_written_in_its_own_script(language: str, letters: str, what: str) -> None:
    message = compose(what, language, values())
    assert re.search(letters, message.subject)
    assert re.search(letters, message.body)


@every_message
def test_no_two_languages_share_a_sentence(what: str) -> None:
    assert len({BOOK[language][what][1] for language in languages()}) == len(languages())


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("de-AT", "de"), ("zh-Hant", "zh"), ("pt-BR", "pt"), ("vi", "en"), ("xx-YY", "en"), ("", "en"), (None, "en")],
)
def test_a_region_is_answered_in_its_language_and_an_unspoken_language_in_english(
    asked: str | None, spoken: str
) -> None:
    assert compose("paid", asked, values()) == compose("paid", spoken, values())
    assert compose("paid", asked, values()).language == spoken


@every_language
@pytest.mark.parametrize("what", ["refund", "", "Offer", "ask"])
def test_a_message_that_does_not_exist_is_never_sent(language: str, what: str) -> None:
    with pytest.raises(KeyError):
        compose(what, language, values())


@every_language
@pytest.mark.parametrize("what", [f"ask.{question}" for question in QUESTIONS])
def test_half_a_sentence_is_no_message(language: str, what: str) -> None:
    with pytest.raises(KeyError):
        compose(what, language, values())


@pytest.mark.parametrize("what", WITH_AMOUNT)
@every_language
def test_money_is_never_promised_without_an_amount(language: str, what: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        compose(what, language, values(amount=None))


@pytest.mark.parametrize("what", WITH_DATE)
@every_language
def test_an_offer_never_ends_on_no_day(language: str, what: str) -> None:
    with pytest.raises(ValueError, match="closes"):
        compose(what, language, values(closes_on=None))


@every_language
def test_a_question_is_never_empty(language: str) -> None:
    with pytest.raises(ValueError, match="question"):
        compose("question", language, values(question=""))


@pytest.mark.parametrize("what", ["question", "denied", "offer_lapsed", "not_returned", "unresolved"])
def test_a_message_without_money_needs_neither_amount_nor_date(what: str) -> None:
    assert compose(what, "en", values(amount=None, closes_on=None)) == compose(what, "en", values())


@given(
    words=some.text(alphabet=some.characters(exclude_categories=["Cs"]), min_size=1, max_size=80),
    language=some.sampled_from(languages()),
)
def test_a_persons_own_question_is_sent_letter_by_letter_braces_included(words: str, language: str) -> None:
    asked = f"{words} {{amount}} {{merchant}}"
    assert asked in compose("question", language, values(question=asked)).body


@given(minor=some.integers(min_value=1, max_value=10**11), currency=some.sampled_from(sorted(currencies())))
def test_an_offer_promises_exactly_the_amount_decided(minor: int, currency: str) -> None:
    amount = Money(minor=minor, currency=currency)
    promised = re.search(rf"receive (\S+) {currency}", compose("offer", "en", values(amount=amount)).body)
    assert promised is not None
    assert Money.parse(promised[1], currency) == amount
