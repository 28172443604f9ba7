"""What templates write for words of the code."""

from collections.abc import Callable

import pytest

from console.web.rendering import shown_proposal, shown_words


@pytest.mark.parametrize(
    ("shown", "code", "words"),
    [
        (shown_words, "return_and_refund", "return and refund"),
        (shown_words, "avs_cvv_result", "AVS CVV result"),
        (shown_words, "three_ds_result", "3-D Secure result"),
        (shown_words, "ups", "UPS"),
        (shown_words, "groups", "groups"),
        (shown_words, "MERCHANDISE_OR_SERVICE_NOT_RECEIVED", "MERCHANDISE OR SERVICE NOT RECEIVED"),
        (shown_proposal, "accept", "concede"),
        (shown_proposal, "full_refund", "full refund"),
    ],
)
def test_a_name_of_the_code_is_written_in_words(shown: Callable[[str], str], code: str, words: str) -> None:
    assert shown(code) == words
