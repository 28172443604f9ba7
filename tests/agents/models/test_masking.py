"""Personal data leaves for no model: known values however they are written, unknown ones by their pattern."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.folding import find_span
from agents.models.masking import Masking
from agents.models.personal import PersonalData, PersonalDatum, personal_data_of
from knowledge.base import Frozen
from knowledge.reasons import DisputeReason
from tests.knowledge.judgement.disputed import ACCOUNT, IP, bundle, prior
from tests.support.lamp_case import lamp_case


def knowing(**values: str) -> Masking:
    known = tuple(PersonalDatum(kind=kind.rstrip("0123456789"), value=value) for kind, value in values.items())
    return Masking(PersonalData(known=known))


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("Ayşe Yılmaz", "AYSE YILMAZ, yani Ayşe'nin lambası", "⟦NAME_1⟧, yani ⟦NAME_2⟧'nin lambası"),
        ("José María Núñez", "soy jose mari\u0301a nun\u0303ez", "soy ⟦NAME_1⟧"),
        ("Анна Иванова", "Лампу для Ивановой разбили", "Лампу для ⟦NAME_1⟧ разбили"),
        ("Jan Kowalski", "u pana Kowalskiego pękła", "u pana ⟦NAME_1⟧ pękła"),
        ("Łukasz Wójcik", "Lukasz Wojcik, reklamacja", "⟦NAME_1⟧, reklamacja"),
        ("김민수", "김민수입니다. 민수가 받았어요", "⟦NAME_1⟧입니다. ⟦NAME_2⟧가 받았어요"),
        ("山田 太郎", "山田です。太郎さん宛", "⟦NAME_1⟧です。⟦NAME_2⟧さん宛"),
        ("王小明", "我是王小明,小明收到的", "我是⟦NAME_1⟧,⟦NAME_2⟧收到的"),
        ("أحمد علي", "وصلت لأحمد علي مكسورة", "وصلت ل⟦NAME_1⟧ مكسورة"),
        ("สมชาย ใจดี", "ผมสมชายใจดีครับ", "ผม⟦NAME_1⟧ครับ"),
        ("Maria Silva", "M\u200baria  SILVA here", "⟦NAME_1⟧ here"),
        ("Maria Silva", "Ｍａｒｉａ here", "⟦NAME_1⟧ here"),
    ],
)
def test_a_known_name_is_found_in_every_script_and_spelling_and_given_back_exactly(name: str, text: str, masked: str):
    masking = knowing(NAME=name)
    assert masking.mask(text) == masked
    assert masking.unmask(masked) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jo.doe+x@mail.example.org now", "write to ⟦EMAIL_1⟧ now"),
        ("邮箱jo@example.cn电话13812345678", "邮箱⟦EMAIL_1⟧电话⟦PHONE_1⟧"),
        ("ｊｏ＠ｅｘａｍｐｌｅ．ｏｒｇ", "⟦EMAIL_1⟧"),
        ("call +33 6 12 34 56 78 or 06.12.34.56.78", "call ⟦PHONE_1⟧ or ⟦PHONE_2⟧"),
        ("رقمي ٠١٢٣٤٥٦٧٨٩", "رقمي ⟦PHONE_1⟧"),
        ("card 4111 1111 1111 1111 was charged", "card ⟦CARD_1⟧ was charged"),
        ("IBAN DE89 3702 0044 0532 0130 00 please", "IBAN ⟦IBAN_1⟧ please"),
        ("order ORD20260044 and 1Z999AA10123456784", "order ⟦ID_1⟧ and ⟦ID_2⟧"),
        ("from 192.168.10.20 and 2001:db8::ff", "from ⟦IP_1⟧ and ⟦IP_2⟧"),
        ("I live at 12 Baker Street, London", "I live at ⟦ADDRESS_1⟧, London"),
        ("Hauptstraße 5, Berlin", "⟦ADDRESS_1⟧, Berlin"),
        ("14 rue des Tanneurs", "⟦ADDRESS_1⟧"),
    ],
)
def test_contacts_cards_and_ids_nobody_told_us_are_found_by_pattern(text: str, masked: str):
    masking = Masking(PersonalData())
    assert masking.mask(text) == masked
    assert masking.unmask(masked) == text


@pytest.mark.parametrize(
    "text",
    [
        "ordered on 2026-03-04, came 12.03.2026 at 10:20:30",
        "between 01.03.2026 - 05.03.2026",
        "2026-03-04T10:20:30Z",
        "paid 1,250.00 EUR and 12 500 000 JPY",
        "the RTX4090 and the SM-G991B, 120x60x40 cm",
    ],
)
def test_dates_amounts_and_product_names_stay_readable(text: str):
    assert Masking(PersonalData()).mask(text) == text


def test_the_same_value_keeps_its_placeholder_in_all_parts_of_a_question():
    masking = Masking(PersonalData())
    assert masking.mask("a@example.org b@example.org") == "⟦EMAIL_1⟧ ⟦EMAIL_2⟧"
    assert masking.mask("again b@example.org") == "again ⟦EMAIL_2⟧"


def test_text_that_poses_as_a_placeholder_is_not_unmasked_into_somebodys_data():
    masking = Masking(PersonalData())
    masking.mask("a@example.org")
    posing = "my address is ⟦EMAIL_1⟧"
    masked = masking.mask(posing)
    assert masked == "my address is ⟦MARK_1⟧EMAIL_1⟦MARK_2⟧"
    assert masking.unmask(masked) == posing
    assert masking.unmask("⟦EMAIL_7⟧") == "⟦EMAIL_7⟧"


def test_only_text_fields_of_an_answer_are_unmasked():
    class Answer(Frozen):
        reason: DisputeReason
        words: tuple[str, ...]
        count: int

    masking = Masking(PersonalData())
    masking.mask("a@example.org")
    answer = masking.unmask_value(Answer(reason=DisputeReason.OTHER, words=("to ⟦EMAIL_1⟧",), count=1))
    assert answer == Answer(reason=DisputeReason.OTHER, words=("to a@example.org",), count=1)
    assert type(answer.reason) is DisputeReason


def test_all_that_is_known_of_a_case_is_masked():
    personal = personal_data_of(lamp_case())
    text = (
        "Ayşe Yılmaz, ayse.yilmaz@example.org, 14 rue des Tanneurs, bâtiment c, 69100 VILLEURBANNE, "
        "order LUM-2026-004417, JD014600012345678901, ch_3QxLumen77, buyer-9081, case-77"
    )
    masked = Masking(personal).mask(text)
    assert re.sub(r"⟦[A-Z]+_\d+⟧", "", masked) == ", , , ,  , order , , , , "


def test_what_is_known_of_an_earlier_purchase_is_masked_as_well():
    earlier = prior(1, email="ayse.earlier@example.org", processor_reference="ch_3QxEarlier")
    masked = Masking(personal_data_of(bundle("visa", "10.4", priors=[earlier]))).mask(
        f"ch_3QxEarlier, ayse.earlier@example.org, {IP}, {ACCOUNT}"
    )
    assert re.sub(r"⟦[A-Z]+_\d+⟧", "", masked) == ", , , "


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_masking_and_unmasking_give_it_back(text: str):
    masking = knowing(NAME1="Ayşe Yılmaz", NAME2="김민수", CITY="Lyon")
    assert masking.unmask(masking.mask(text)) == text


@given(st.text(max_size=60), st.sampled_from(["Ayşe Yılmaz", "AYŞE YILMAZ", "ayse yilmaz"]), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_known_name_between_spaces_never_leaves(before: str, name: str, after: str):
    masked = knowing(NAME="Ayşe Yılmaz").mask(f"{before} {name} {after}")
    assert find_span("ayse yilmaz", masked) is None or "yilmaz" in (before + after).casefold()


@pytest.mark.parametrize(
    ("quote", "text", "span"),
    [
        ("ARRIVED  broken", "It arrived broken.", (3, 17)),
        ("cassé", "reçu casse\u0301 hier", (5, 11)),
        ("届いた", "荷物が届いたが壊れた", (3, 6)),
        ("straße", "die STRASSE dort", (4, 11)),
        ("not there", "It arrived broken.", None),
        ("  ", "It arrived broken.", None),
    ],
)
def test_a_quote_is_located_in_the_original_characters(quote: str, text: str, span: tuple[int, int] | None):
    assert find_span(quote, text) == span
