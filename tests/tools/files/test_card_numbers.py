import hashlib

import pytest

from tools.files.card_numbers import find_card_numbers, mask_card_numbers

CARDS = {  # the networks' and processors' published test numbers
    "visa": "4242424242424242",
    "visa of 13": "4222222222222",
    "visa of 19": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard of the 2 series": "2223003122003222",
    "american express": "378282246310005",
    "discover": "6011111111111117",
    "diners club": "3056930009020004"[:14],
    "diners club international": "36227206271667",
    "jcb": "3566002020360505",
    "unionpay": "6200000000000005",
    "mir": "2200000000000004",
    "maestro": "6759649826438453",
}
CARDS["diners club"] = "30569309025904"


@pytest.mark.parametrize("number", CARDS.values(), ids=CARDS.keys())
def test_each_networks_number_is_found(number: str) -> None:
    text = f"I paid with {number}, thanks"
    assert [text[span.start : span.end] for span in find_card_numbers(text)] == [number]


@pytest.mark.parametrize(
    "written",
    [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4242\u00a04242\u00a04242\u00a04242",
        "4242 – 4242 – 4242 – 4242",
        "4242.4242.4242.4242",
        "3782 822463 10005",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "4242\u200b4242\u200b4242\u200b4242",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢",
        "4242 4242\n4242 4242",
    ],
)
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    text = f"卡号{written}。"
    assert [text[span.start : span.end] for span in find_card_numbers(text)] == [written]


def test_a_number_is_found_among_other_numbers() -> None:
    text = "Order 12, card 4242 4242 4242 4242 exp 12 29, visa5555555555554444 and 4242 4242 4242 4242 1229 123"
    assert [text[span.start : span.end] for span in find_card_numbers(text)] == [
        "4242 4242 4242 4242",
        "5555555555554444",
        "4242 4242 4242 4242",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4243",  # fails Luhn
        "1Z999AA10123456784",  # UPS
        "9400 1000 0000 0000 0000 00",  # USPS
        "9261 2901 0013 0739 0149 27",  # USPS, with fours in the middle that could be a card
        "JD014600006281230704",  # DHL
        "408-1234567-1234567",  # an Amazon order
        "DE89 3704 0044 0532 0130 00",  # IBANs
        "GB82WEST12345698765432",
        "send it to NL91 ABNA 0417 1643 00 please and thanks",
        "to CY17 0020 0128 0000 0012 0052 7600 today",
        "NL91 ABNA 0417 1643 00",
        "+49 151 23456789",
        "EAN 4006381333931",
        "orders 40012345 40012378",
        "2026-03-04 12:30:15.123456",
        "ch_3OabcDEF4242424242424242xyz1",
        "",
        "12.50 EUR, 4 pieces",
    ],
)
def test_what_is_no_card_number_is_left_alone(text: str) -> None:
    assert find_card_numbers(text) == []


def test_digests_are_never_taken_for_card_numbers() -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(5000)]
    assert [digest for digest in digests if find_card_numbers(digest)] == []


def test_masking_keeps_the_last_four_digits_and_everything_around() -> None:
    assert mask_card_numbers("card 4242-4242-4242-4242, amex 378282246310005.") == (
        "card ••••-••••-••••-4242, amex •••••••••••0005."
    )
    assert mask_card_numbers("order 4242 4242 4242 4243") == "order 4242 4242 4242 4243"


def test_a_long_row_of_digits_is_read_in_linear_time() -> None:
    # 92 begins a postal number and 4 a card, so that every check is reached at every place.
    assert len(find_card_numbers("92 " + "4242424242424242 " * 20_000)) == 20_000
