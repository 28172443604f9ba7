"""A letter as data for the template: strings with their direction, references spelt out, no markup."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from knowledge.letter.claims import Exhibit, ExhibitKind, ExhibitRow, Letter, LetterClaim, Proof, Sentence
from knowledge.letter.wording import DAY_ONLY, NETWORK_NAMES, printed_date, printed_time
from tools.packets.provenance import letter_keyword
from tools.packets.scripts import printable, set_text

_DIGEST_GROUP = 32
_EVENTFUL = frozenset({ExhibitKind.TRACKING, ExhibitKind.REFUNDS})
# What is kept on one page must fit on one: in the narrowest column a page takes some 1500 letters, or half as many
# ideographs; a row of an exhibit takes at least the room of 40 letters.
_WHOLE_ROW = 500
_WHOLE_EXHIBIT = 700
_WHOLE_CHRONOLOGY = 16
_LONG_PLACE = 13
"""Characters of a locator that fit the usual column."""


class PlacedPicture(TypedDict):
    """A picture beside the template and how wide it stands on the page."""

    file: str
    width_mm: float


def packet_data(letter: Letter, proof: Proof, pictures: Mapping[str, Sequence[PlacedPicture]]) -> dict[str, Any]:
    """Everything the template sets; `pictures` by evidence digest, page by page."""
    claims = {claim.id: claim for claim in letter.claims}
    unproved = sum(1 for line in proof.lines if not line.proved)
    return {
        "cover": _cover(letter, claims),
        "sections": [
            {
                "title": section.title,
                "points": [_sentence(sentence, claims) for sentence in section.sentences],
            }
            for section in letter.sections
        ],
        "chronology": [
            {
                "day": printed_date(line.at),
                "text": set_text(line.text),
                "ref": f"{line.exhibit}, {line.locator}",
            }
            for line in letter.chronology
        ],
        "chronology_whole": len(letter.chronology) <= _WHOLE_CHRONOLOGY,
        "exhibits": [_exhibit(exhibit, pictures) for exhibit in letter.exhibits],
        "letter": letter_keyword(proof.letter_sha256),
        "footer": f"Case {letter.case_id} · Dispute {letter.dispute_id}",
        "draft": f"Draft: {unproved} of {len(proof.lines)} statements not proved. Not for submission."
        if unproved
        else "",
    }


def _cover(letter: Letter, claims: Mapping[str, LetterClaim]) -> dict[str, Any]:
    card = f"ending {letter.card_last4}" if letter.card_last4 else "not given"
    facts = [
        ("Merchant", letter.merchant_name),
        ("Buyer", letter.cardholder_name),
        ("Dispute", letter.dispute_id),
        ("Transaction", letter.transaction_reference),
        ("Transaction date", printed_date(letter.transaction_at)),
        ("Card", card),
        ("Dated", printed_date(letter.dated)),
    ]
    return {
        "merchant": set_text(letter.merchant_name),
        "reason": f"{NETWORK_NAMES[letter.network]} reason code {letter.reason_code}",
        "title": printable(letter.reason_title),
        "facts": [{"label": label, "value": set_text(value)} for label, value in facts],
        "amounts": [
            {"label": "Transaction", "value": str(letter.transaction_amount)},
            {"label": "Disputed", "value": str(letter.disputed_amount)},
            {"label": "Already credited", "value": str(letter.credited_amount)},
            {"label": "Contested", "value": str(letter.contested_amount)},
        ],
        "verdict": _sentence(letter.verdict, claims),
        "grounds": [_sentence(ground, claims) for ground in letter.grounds],
        "request": _sentence(letter.request, claims),
    }


def _sentence(sentence: Sentence, claims: Mapping[str, LetterClaim]) -> dict[str, Any]:
    """The text and, for each claim, the row that carries it: `Exhibit D, scan-4`."""
    held = [claims[name] for name in sentence.claims if name in claims]
    places = dict.fromkeys(f"{claim.exhibit}, {claim.locators[0]}" for claim in held if claim.locators)
    return {"text": set_text(sentence.text), "refs": list(places)}


def _exhibit(exhibit: Exhibit, pictures: Mapping[str, Sequence[PlacedPicture]]) -> dict[str, Any]:
    return {
        "letter": exhibit.letter,
        "title": exhibit.title,
        "caption": exhibit.caption,
        # Records of events have a column of dates, and messages the width of the page; elsewhere a date stands
        # under its value.
        "stacked": exhibit.kind is ExhibitKind.CORRESPONDENCE,
        "dated": exhibit.kind in _EVENTFUL,
        "long_places": any(len(row.locator) > _LONG_PLACE for row in exhibit.rows),
        "whole": sum(map(_length, exhibit.rows)) <= _WHOLE_EXHIBIT and exhibit.kind is not ExhibitKind.DOCUMENT,
        # What a document is stands above its pages; what a photograph shows stands under it.
        "pictures_last": exhibit.kind is ExhibitKind.DOCUMENT,
        "rows": [_row(row) for row in exhibit.rows],
        "pictures": _captioned(exhibit, pictures.get(exhibit.evidence_sha256 or "", ())),
    }


def _captioned(exhibit: Exhibit, pictures: Sequence[PlacedPicture]) -> list[dict[str, Any]]:
    """Pages of a document say which they are; a photograph stands alone."""
    total = len(pictures)
    of_document = exhibit.kind is ExhibitKind.DOCUMENT
    return [
        {**picture, "caption": f"Exhibit {exhibit.letter}, page {number} of {total}" if of_document else ""}
        for number, picture in enumerate(pictures, start=1)
    ]


def _length(row: ExhibitRow) -> int:
    """Room a row takes, in Latin letters; East Asian wide characters count double."""
    written = f"{row.value}{row.original or ''}"
    return 40 + sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in written)


def _row(row: ExhibitRow) -> dict[str, Any]:
    value = row.value
    if row.label == "SHA-256":
        value = " ".join(value[start : start + _DIGEST_GROUP] for start in range(0, len(value), _DIGEST_GROUP))
    when = ""
    if row.at is not None:
        when = printed_date(row.at) if value.endswith(DAY_ONLY) else printed_time(row.at)
    return {
        "whole": _length(row) <= _WHOLE_ROW,
        "ref": row.locator,
        "when": when,
        "label": set_text(row.label),
        "value": set_text(value),
        "original": set_text(row.original) if row.original else None,
    }
