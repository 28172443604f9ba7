"""What a letter's page shows of its packet: where each exhibit is printed, and how full the limits are."""

import re
from dataclasses import dataclass

from knowledge.analyst.read import analyst_view
from knowledge.analyst.seen import seen_packet
from knowledge.analyst.view import AnalystView
from knowledge.case import ProcessorName
from knowledge.letter.claims import Exhibit, ExhibitKind, LetterClaim
from tools.packets import PacketProfile, page_texts
from tools.processors.paypal.capabilities import PAYPAL
from tools.processors.stripe.capabilities import STRIPE
from workflows.letter_desk import LetterPacket

_COMBINED_TEXT = {ProcessorName.STRIPE: STRIPE.text_combined, ProcessorName.PAYPAL: PAYPAL.text_combined}


@dataclass(frozen=True)
class Meter:
    """A limit and how much of it is used."""

    name: str
    used: int
    most: int
    source: str

    @property
    def broken(self) -> bool:
        """Whether the limit is passed."""
        return self.used > self.most


@dataclass(frozen=True)
class Proven:
    """A row of an exhibit that carries a claim, and the page it is printed on."""

    claim: LetterClaim
    exhibit: str
    title: str
    locator: str
    label: str
    value: str
    page: int
    quoted: bool
    """Whether the value is what somebody wrote, which is shown as a quotation."""


@dataclass(frozen=True)
class Translated:
    """A text in its own language beside its translation, as an exhibit shows both."""

    exhibit: str
    locator: str
    page: int
    label: str
    original: str
    translation: str


@dataclass(frozen=True)
class SeenLetter:
    """A packet read back from its own pages."""

    packet: LetterPacket
    view: AnalystView
    meters: tuple[Meter, ...]
    exhibits: tuple[tuple[Exhibit, int], ...]
    """Each exhibit with the page of its heading."""
    proofs: dict[str, tuple[Proven, ...]]
    """By claim id."""
    translated: tuple[Translated, ...]


def seen_letter(packet: LetterPacket, processor: ProcessorName, profile: PacketProfile) -> SeenLetter:
    """Read the packet's pages; takes a tenth of a second or so, off the event loop."""
    letter, texts = packet.judged.letter, page_texts(packet.pdf)
    seen = seen_packet(letter, texts)
    squeezed = [re.sub(r"[\s\u200b]+", "", text) for text in texts]
    headed = {exhibit.letter: _headed(exhibit, squeezed) for exhibit in letter.exhibits}
    printed = {(row.exhibit, row.locator): row.page for row in seen.rows}
    rows = {(exhibit.letter, row.locator): (exhibit, row) for exhibit in letter.exhibits for row in exhibit.rows}

    def page_of(exhibit: str, locator: str) -> int:
        return printed.get((exhibit, locator), headed.get(exhibit, 1))

    proofs: dict[str, tuple[Proven, ...]] = {}
    for claim in letter.claims:
        places = [rows[claim.exhibit, one] for one in claim.locators if (claim.exhibit, one) in rows]
        proofs[claim.id] = tuple(
            Proven(
                claim=claim,
                exhibit=exhibit.letter,
                title=exhibit.title,
                locator=row.locator,
                label=row.label,
                value=row.value,
                page=page_of(exhibit.letter, row.locator),
                quoted=exhibit.kind is ExhibitKind.CORRESPONDENCE,
            )
            for exhibit, row in places
        )
    return SeenLetter(
        packet=packet,
        view=analyst_view(seen),
        meters=_meters(packet, processor, profile),
        exhibits=tuple((exhibit, headed[exhibit.letter]) for exhibit in letter.exhibits),
        proofs=proofs,
        translated=tuple(
            Translated(
                exhibit=exhibit.letter,
                locator=row.locator,
                page=page_of(exhibit.letter, row.locator),
                label=row.label,
                original=row.original,
                translation=row.value,
            )
            for exhibit in letter.exhibits
            for row in exhibit.rows
            if row.original
        ),
    )


def _headed(exhibit: Exhibit, pages: list[str]) -> int:
    heading = re.sub(r"\s+", "", f"Exhibit{exhibit.letter}{exhibit.title}")
    return next((number for number, page in enumerate(pages, start=1) if heading in page), 1)


def _meters(packet: LetterPacket, processor: ProcessorName, profile: PacketProfile) -> tuple[Meter, ...]:
    letter = packet.judged.letter
    meters = [
        Meter("Pages", packet.pages, profile.max_pages, profile.source),
        Meter("Bytes", len(packet.pdf), profile.max_bytes, profile.source),
    ]
    most = _COMBINED_TEXT.get(processor)
    if most is not None:
        own = " ".join(sentence.text for sentence in (letter.verdict, *letter.grounds, letter.request))
        told = f"{processor.value}: text fields together"
        meters.append(Meter("Characters of the cover's sentences", len(own), most, told))
    return tuple(meters)
