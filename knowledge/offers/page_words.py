"""The words of the buyer's page in every language of the mails: typed sentences with blanks to fill."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from knowledge.base import Frozen
from knowledge.offers.compose import FALLBACK

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class PageWords(Frozen):
    """One language's sentences."""

    language: str
    sentences: Mapping[str, str]

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`, as HTML's `dir` has it."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"

    def say(self, sentence: str, **filled: str) -> str:
        """The sentence with its blanks filled; KeyError for a sentence that does not exist or a blank left empty."""
        return self.sentences[sentence].format_map(filled)


@cache
def _book() -> dict[str, dict[str, str]]:
    text = resources.files("knowledge.offers").joinpath("page_words.json").read_text(encoding="utf-8")
    return json.loads(text)


def page_words(language: str | None) -> PageWords:
    """The words for a BCP 47 tag; English where the language is not spoken yet."""
    spoken = (language or FALLBACK).split("-")[0]
    if spoken not in _book():
        spoken = FALLBACK
    return PageWords(language=spoken, sentences=_book()[spoken])


# What each rule means to the buyer. A rule that is not here weighs costs, precedents or doubts: it is ours alone.
_MEANINGS = {
    "entitlement.br.defect": "because.rights",
    "entitlement.delivery.not_yet_due": "because.not_due",
    "entitlement.delivery.overdue": "because.overdue",
    "entitlement.eu.conformity": "because.rights",
    "entitlement.network.not_as_described": "because.remedy",
    "entitlement.uk.reject": "because.rights",
    "entitlement.withdrawal": "because.withdrawal",
    "fair_value": "because.fair",
    "fault.harm_unknown": "because.unclear",
    "fault.no_photo": "because.no_photo",
    "late.days": "because.late",
    "late.not_late": "because.not_late",
    "late.unknown": "because.unclear",
    "ledger.remaining": "because.refunded_before",
    "not_received.delivered": "because.delivered",
    "not_received.lost": "because.lost",
    "not_received.no_proof": "because.no_proof",
    "not_received.still_moving": "because.still_moving",
    "person.approved": "because.person",
    "person.decided_otherwise": "because.person",
    "person.reason": "because.unclear",
    "person.unreadable": "because.unclear",
    "unwanted.return": "because.return",
    "unwanted.too_late": "because.too_late",
}
OURS_ALONE = frozenset({"entitlement.none", "entitlement.withdrawal.none", "least_cost"})
"""Rules no buyer is told of: they say nothing about the case, or weigh what it costs us."""


def meaning_of(rule: str) -> str | None:
    """The sentence in which a decision's reason is told to the buyer; None for what they are not told."""
    return _MEANINGS.get(rule)
