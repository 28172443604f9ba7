"""Text folded for comparison, with the way back to the original characters.

Buyers write one name in capitals, decomposed accents, full-width letters or with invisible characters
between; folding makes these equal, and the offsets let a match be cut out of the original.
"""

import unicodedata
from dataclasses import dataclass

# Letters that Unicode does not take apart, as people write them on other keyboards: Yılmaz, Łukasz, Sørensen.
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ё": "е", "ʻ": "'"})
_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc"})


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is folded; `origin[i]` is the index in the original of the character behind `text[i]`."""

    text: str
    origin: tuple[int, ...]
    length: int
    """Length of the original."""

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The original's characters behind `text[start:end]` (not empty), trailing marks included."""
        last = self.origin[end - 1]
        after = next((index for index in self.origin[end:] if index > last), self.length)
        return self.origin[start], after if end < len(self.text) else self.length


def fold(text: str) -> Folded:
    """Case-folded, compatibility-decomposed, without marks or invisible characters; single spaces, Western digits."""
    letters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        if character.isspace():
            pieces = "" if letters and letters[-1] == " " else " "
        else:
            pieces = "".join(
                piece
                for piece in unicodedata.normalize(
                    "NFKD", unicodedata.normalize("NFKD", character).casefold()
                ).translate(_PLAIN)
                if unicodedata.category(piece) not in _INVISIBLE
            )
        for piece in pieces:
            digit = unicodedata.decimal(piece, None)
            letters.append(" " if piece.isspace() else piece if digit is None else str(digit))
            origin.append(index)
    return Folded("".join(letters), tuple(origin), len(text))


def find_span(quote: str, text: str) -> tuple[int, int] | None:
    """Where `quote` really occurs in `text`, as original offsets; None when it does not.

    Case, accents, width, spacing and invisible characters do not count; every word does.
    """
    wanted = fold(quote.strip()).text.strip()
    if not wanted:
        return None
    folded = fold(text)
    at = folded.text.find(wanted)
    if at < 0:
        return None
    start, end = folded.original_span(at, at + len(wanted))
    return start, len(text[:end].rstrip())
