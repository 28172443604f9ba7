"""Messages to buyers, composed from typed values in the buyer's language; no model writes an amount or a promise."""

import json
from functools import cache
from importlib import resources

from knowledge.base import Frozen
from knowledge.money import Money

FALLBACK = "en"
_ASK = "ask."
"""How the sentences that fill a question are named; they are no messages of their own."""


class Composed(Frozen):
    """A message ready to send."""

    language: str
    subject: str
    body: str


class OfferValues(Frozen):
    """What a message may mention."""

    order_id: str
    amount: Money | None = None
    paid_back_before: Money | None = None
    closes_on: str | None = None
    """A date as ISO text; dates stay unambiguous in every language."""
    question: str = ""
    merchant: str


@cache
def _sentences() -> dict[str, dict[str, list[str]]]:
    text = resources.files("knowledge.offers").joinpath("sentences.json").read_text(encoding="utf-8")
    return json.loads(text)


def languages() -> tuple[str, ...]:
    """Languages in which buyers are answered."""
    return tuple(_sentences())


def compose(what: str, language: str | None, values: OfferValues) -> Composed:
    """The message `what` (offer, paid, return, question, …); English where the language is not spoken yet.

    Raises KeyError for a kind of message that does not exist, ValueError when the message speaks of a value that is
    not given (an offer without an amount). A question that is not one of the known ones is
    a person's own words and is sent as written.
    """
    spoken = (language or FALLBACK).split("-")[0]
    book = _sentences().get(spoken) or _sentences()[FALLBACK]
    if what.startswith(_ASK):
        raise KeyError(what)
    subject, body = book[what]
    asked = question_words(spoken, values.question)
    filled = {
        "order": values.order_id,
        "amount": str(values.amount) if values.amount else "",
        "closes": values.closes_on or "",
        "question": asked,
        "merchant": values.merchant,
    }
    for name, value in filled.items():
        if not value and f"{{{name}}}" in subject + body:
            raise ValueError(f"{name}: missing; the message '{what}' cannot be sent without it")
    return Composed(
        language=spoken if spoken in _sentences() else FALLBACK,
        subject=subject.format_map(filled),
        body=body.format_map(filled),
    )


def question_words(language: str | None, question: str) -> str:
    """What is asked of the buyer, in their language; a question that is not a known one is a person's own words."""
    book = _sentences().get((language or FALLBACK).split("-")[0]) or _sentences()[FALLBACK]
    return book.get(f"{_ASK}{question}", ["", question])[1]
