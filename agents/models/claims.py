"""The hosted reader of a buyer's messages: typed facts with quotes that really occur, never more than claimed."""

from typing import Literal

from agents.models.calls import ModelTask
from agents.models.folding import find_span
from agents.models.gateway import ModelGateway
from agents.models.personal import personal_data_of
from agents.models.prompts import Prompt, load_prompt
from agents.reading.merge import merge_claims
from knowledge.base import Frozen
from knowledge.case import Author, CaseBundle, Message
from knowledge.facts import Fact, FactMethod, FactName, MessageSpan, MissingFact, Reading, Standing
from knowledge.reasons import DesiredOutcome, DisputeReason, Severity

_MOST_CHARACTERS = 12_000
"""What a question may hold of a buyer's messages; some 4000 tokens in most scripts."""
_CONFIDENCE = {"certain": 0.9, "likely": 0.75}
"""A model's own word for its sureness, held below certainty: nothing here is established."""


class ClaimAnswer(Frozen):
    """What the model fills in. A quote is the buyer's own words for the value before it."""

    reason: DisputeReason | None
    reason_quote: str
    second_reason: DisputeReason | None
    second_reason_quote: str
    severity: Severity | None
    severity_quote: str
    wants: DesiredOutcome | None
    wants_quote: str
    instructs: bool
    instructs_quote: str
    sure: Literal["certain", "likely", "unsure"]


class HostedClaimReader:
    """Reads the claim's facts through the gateway."""

    def __init__(self, gateway: ModelGateway) -> None:
        self._gateway = gateway
        self._document = load_prompt("agents.reading", "claim")

    async def read(self, bundle: CaseBundle) -> Reading | None:
        """Facts about the claim, all of them `claimed`; None when no usable answer came or the buyer wrote nothing.

        A value whose quote is in none of the buyer's messages is dropped and reported as missing.
        """
        messages = _within_bounds([m for m in bundle.messages if m.author is Author.BUYER and m.text.strip()])
        if not messages:
            return None
        prompt = Prompt(
            self._document,
            {"messages": "\n\n".join(message.text for message in messages)},
            personal_data_of(bundle),
        )
        answer = await self._gateway.ask(ModelTask.CLAIMS, prompt, ClaimAnswer)
        if answer.value is None:
            return None
        reader = f"{self._document.label}/{answer.model}"[:200]
        return _reading(answer.value, messages, reader)

    async def second_opinion(self, bundle: CaseBundle, embedded: Reading) -> tuple[Reading, tuple[str, ...]]:
        """The embedded reading with the hosted one merged in, and why a person must look."""
        return merge_claims(embedded, await self.read(bundle))


def _within_bounds(messages: list[Message]) -> list[Message]:
    """The first message and as many of the latest as fit, in order: the complaint and where it stands now."""
    if not messages:
        return []
    room = _MOST_CHARACTERS - len(messages[0].text)
    latest: list[Message] = []
    for message in reversed(messages[1:]):
        if len(message.text) > room:
            break
        room -= len(message.text)
        latest.insert(0, message)
    first = messages[0]
    if len(first.text) > _MOST_CHARACTERS:
        first = first.model_copy(update={"text": first.text[:_MOST_CHARACTERS]})
    return [first, *latest]


def _locate(quote: str, messages: list[Message]) -> MessageSpan | None:
    for message in messages:
        span = find_span(quote, message.text)
        if span is not None:
            return MessageSpan(message_id=message.id, start=span[0], end=span[1])
    return None


def _reading(answer: ClaimAnswer, messages: list[Message], reader: str) -> Reading:
    confidence = _CONFIDENCE.get(answer.sure)
    second = answer.second_reason if answer.second_reason is not answer.reason else None
    wants = answer.wants if answer.wants is not DesiredOutcome.UNKNOWN else None
    read: list[tuple[FactName, str | bool | None, str]] = [
        (FactName.CLAIM_REASON, answer.reason, answer.reason_quote),
        (FactName.CLAIM_SECOND_REASON, second, answer.second_reason_quote),
        (FactName.CLAIM_SEVERITY, answer.severity, answer.severity_quote),
        (FactName.CLAIM_WANTS, wants, answer.wants_quote),
        (FactName.CLAIM_INSTRUCTS, True if answer.instructs else None, answer.instructs_quote),
    ]
    facts: list[Fact] = []
    missing: list[MissingFact] = []
    for name, value, quote in read:
        if value is None:
            continue
        place = _locate(quote, messages)
        if place is None:
            missing.append(MissingFact(name=name, why="the hosted reader's quote is in none of the buyer's messages"))
        elif confidence is None and name is not FactName.CLAIM_INSTRUCTS:
            missing.append(MissingFact(name=name, why="the hosted reader is unsure"))
        else:
            facts.append(
                Fact(
                    name=name,
                    value=value,
                    confidence=confidence or _CONFIDENCE["likely"],
                    method=FactMethod.HOSTED_MODEL,
                    standing=Standing.CLAIMED,
                    citation=place,
                    reader=reader,
                )
            )
    return Reading(facts=tuple(facts), missing=tuple(missing))
