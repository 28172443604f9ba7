"""Which language a buyer is answered in."""

from collections.abc import Sequence

from knowledge.case import Author, CaseBundle
from knowledge.facts import Fact, FactName


def buyer_language(bundle: CaseBundle, facts: Sequence[Fact]) -> str | None:
    """The language the buyer wrote in, else the one on their account; a BCP 47 tag, None when neither is known."""
    written = (one.language for one in bundle.messages if one.author is Author.BUYER and one.language)
    read = (fact.text() for fact in facts if fact.name is FactName.CLAIM_LANGUAGE)
    return next(written, None) or next(read, None) or bundle.buyer.language
