"""What an analyst has before them: the packet's sentences and exhibit rows, each on its page, and nothing else."""

import re
from collections.abc import Sequence

from pydantic import AwareDatetime

from knowledge.base import Frozen
from knowledge.case import CardNetwork
from knowledge.letter.claims import ExhibitKind, Letter
from knowledge.money import Money
from knowledge.reasons import ChargebackFamily

_READ_BACK_OTHERWISE = re.compile("[\u0590-\u06ff\u0900-\u0e7f\u2600-\u27bf\U00010000-\U0010ffff]")
"""Scripts whose text PDF readers give back in another order, and signs that are printed by their name."""


class SeenRow(Frozen):
    """A row of an exhibit, as printed."""

    exhibit: str
    kind: ExhibitKind
    locator: str
    label: str
    value: str
    at: AwareDatetime | None
    page: int

    @property
    def place(self) -> str:
        """Where a reader finds it: `page 5, Exhibit D, scan-4`."""
        return f"page {self.page}, Exhibit {self.exhibit}, {self.locator}"


class SeenSentence(Frozen):
    """A sentence of the letter and the exhibits printed beside it."""

    text: str
    page: int
    exhibits: tuple[str, ...]


class SeenPacket(Frozen):
    """A packet as far as it can be read: what is not on a page is not in here."""

    network: CardNetwork
    reason_code: str
    family: ChargebackFamily
    buyer: str
    disputed: Money
    credited: Money
    contested: Money
    sentences: tuple[SeenSentence, ...]
    exhibits: tuple[str, ...]
    """Letters of the exhibits whose heading is printed."""
    rows: tuple[SeenRow, ...]
    pages: int

    def row(self, kind: ExhibitKind, locator: str) -> SeenRow | None:
        """The first row of a kind of exhibit at a locator."""
        return next((row for row in self.rows if row.kind is kind and row.locator == locator), None)

    def labelled(self, kind: ExhibitKind, label: str) -> list[SeenRow]:
        """Rows of a kind of exhibit whose label matches the pattern whole, in their order."""
        return [row for row in self.rows if row.kind is kind and re.fullmatch(label, row.label)]


def seen_packet(letter: Letter, pages: Sequence[str]) -> SeenPacket:
    """The packet of a letter, read from the text of its pages (as a PDF reader extracts it, first page first).

    A row or sentence whose words are on no page is left out, as an analyst cannot see it. What readers give back
    otherwise than written (Arabic, Hebrew, Thai, Devanagari, emoji) is taken as printed where its exhibit is.
    """
    printed = [_squeezed(page) for page in pages]
    rows: list[SeenRow] = []
    headed: list[str] = []
    for exhibit in letter.exhibits:
        heading = _squeezed(f"Exhibit {exhibit.letter} {exhibit.title}")
        first = next((number for number, page in enumerate(printed) if heading in page), None)
        if first is None:
            continue
        headed.append(exhibit.letter)
        for row in exhibit.rows:
            page = _page_of(row.value, printed, first)
            if page is not None:
                rows.append(
                    SeenRow(
                        exhibit=exhibit.letter,
                        kind=exhibit.kind,
                        locator=row.locator,
                        label=row.label,
                        value=row.value,
                        at=row.at,
                        page=page + 1,
                    )
                )
    return SeenPacket(
        network=letter.network,
        reason_code=letter.reason_code,
        family=letter.family,
        buyer=letter.cardholder_name,
        disputed=letter.disputed_amount,
        credited=letter.credited_amount,
        contested=letter.contested_amount,
        sentences=tuple(_sentences(letter, printed)),
        exhibits=tuple(headed),
        rows=tuple(rows),
        pages=len(pages),
    )


def _sentences(letter: Letter, printed: Sequence[str]) -> list[SeenSentence]:
    claims = {claim.id: claim for claim in letter.claims}
    own = [letter.verdict, *letter.grounds, letter.request]
    own += [sentence for section in letter.sections for sentence in section.sentences]
    seen: list[SeenSentence] = []
    for sentence in own:
        page = _page_of(sentence.text, printed, 0)
        if page is not None:
            beside = dict.fromkeys(claims[name].exhibit for name in sentence.claims if name in claims)
            seen.append(SeenSentence(text=sentence.text, page=page + 1, exhibits=tuple(beside)))
    return seen


def _page_of(text: str, printed: Sequence[str], first: int) -> int | None:
    """The page from `first` on that shows the text, or on which it begins when it runs over."""
    wanted = _squeezed(text)
    if _READ_BACK_OTHERWISE.search(wanted):
        return first
    after = range(first, len(printed))
    # Over a page break the footer stands between two halves; where the first lines are, the text begins.
    whole = next((number for number in after if wanted in printed[number]), None)
    return next((number for number in after if wanted[:40] in printed[number]), None) if whole is None else whole


def _squeezed(text: str) -> str:
    """Without spaces and break marks, which differ where a line ends."""
    return re.sub(r"[\s\u200b]+", "", text)
