"""Personal data on the page: hidden until somebody reveals it, and that is recorded."""

from typing import NamedTuple

from agents.models.masking import Masking
from agents.models.personal import PersonalData, personal_data_of
from knowledge.case import CaseBundle

_WORDS = {
    "NAME": "name",
    "EMAIL": "e-mail",
    "ADDRESS": "address",
    "POSTCODE": "postcode",
    "IP": "IP address",
    "PHONE": "phone number",
    "IBAN": "account number",
    "CARD": "card number",
}
"""What is hidden, by the masking's own kinds. Ids of orders, parcels and payments stay: people work with them."""


class Hidden(NamedTuple):
    """A stretch of a text that is not shown."""

    start: int
    end: int
    word: str


class Veil:
    """Hides names, addresses, e-mail, phone numbers and IP addresses in whatever text of the case is shown."""

    def __init__(self, bundle: CaseBundle, *, lifted: bool) -> None:
        self.lifted = lifted
        known = tuple(datum for datum in personal_data_of(bundle).known if datum.kind in _WORDS)
        self._masking = Masking(PersonalData(known=known))

    def hidden(self, text: str) -> list[Hidden]:
        """The stretches that are not shown, in order; none once the veil is lifted."""
        if self.lifted:
            return []
        return [
            Hidden(start, end, f"[{_WORDS[kind]}]") for start, end, kind in self._masking.spans(text) if kind in _WORDS
        ]

    def over(self, text: str) -> str:
        """The text with a word in place of everything hidden."""
        shown: list[str] = []
        done = 0
        for start, end, word in self.hidden(text):
            shown += [text[done:start], word]
            done = end
        return "".join([*shown, text[done:]])

    def whole(self, text: str, word: str) -> str:
        """A value that is personal as a whole: the word in its place until the veil is lifted."""
        return text if self.lifted else f"[{word}]"
