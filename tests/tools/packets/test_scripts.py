import pytest

from tools.packets.fonts import FAMILIES, coverage
from tools.packets.scripts import direction_of, language_of, printable, set_text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("请退款，台灯有污渍", ("zh", "CN")),
        ("請退款，檯燈有污漬", ("zh", "TW")),
        ("返金をお願いします", ("ja", "JP")),
        ("환불해 주세요", ("ko", "KR")),
        ("أريد استرداد المبلغ", ("ar", "SA")),
        ("אני מבקש החזר", ("he", "IL")),
        ("ขอเงินคืน", ("th", "TH")),
        ("कृपया पैसे लौटाएँ", ("hi", "IN")),
        ("верните деньги", ("ru", "RU")),
        ("επιστρέψτε τα χρήματα", ("el", "GR")),
        ("please refund", ("en", "GB")),
    ],
)
def test_a_script_tells_the_language_to_set_it_in(text: str, language: tuple[str, str]):
    assert language_of(text) == language


def test_the_first_letter_with_a_direction_decides():
    assert direction_of("12.50 שלום Lyon") == "rtl"
    assert direction_of("Order مرحبا") == "ltr"
    assert direction_of("12.50") == "ltr"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("café", "café"),
        ("cafe\u0301", "café"),
        ("ok 👍", "ok [thumbs up sign]"),
        ("❤\ufe0f!", "[heavy black heart]!"),
        ("አማርኛ", "[4 characters in a script the packet has no font for]"),
        ("สวัสดี हिन्दी", "สวัสดี हिन्दी"),
    ],
)
def test_what_no_font_has_is_named(text: str, printed: str):
    assert printable(text) == printed


def test_each_font_covers_its_own_script():
    samples = "é请請の한عשสहЯ"
    covered = [{sample for sample in samples if ord(sample) in font} for font in coverage()]
    assert len(covered) == len(FAMILIES)
    assert all(covered)
    assert set(samples) == set().union(*covered)


def test_a_long_id_may_break_inside_its_column():
    assert set_text("a" * 30)["text"] == "a" * 28 + "\u200b" + "aa"
