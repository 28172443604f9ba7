"""`ClaimReader`: what the buyer says, in any language, as typed and cited facts."""

from collections.abc import Sequence

import numpy as np

from agents.reading.claims.instructions import find_attempt
from agents.reading.claims.model import ClaimGuess, EmbedsQueries, Heads, guess, load
from knowledge.case import Author, Message
from knowledge.facts import Fact, FactMethod, FactName, FactValue, MessageSpan, MissingFact, Reading, Standing

_SECOND_REASON = 0.25
"""A second reason is named when it gets at least this much of the first one's place beside it."""
_VERSION = "3"


class ClaimReader:
    """The embedded reader: local vectors and small heads, no model to call. Safe to share between threads."""

    def __init__(self, embedder: EmbedsQueries) -> None:
        self._embedder = embedder
        self._heads: Heads | None = None

    def read(self, messages: Sequence[Message]) -> Reading:
        """Facts of the buyer's messages, all `claimed`: everything here is only their word.

        The message whose complaint is clearest decides the reason; what only thanks or greets is no complaint, and
        what is not said is missing.
        """
        told = [message for message in messages if message.author is Author.BUYER and message.text.strip()]
        if not told:
            return Reading(missing=(MissingFact(name=FactName.CLAIM_REASON, why="the buyer has written nothing"),))
        # What instructs is noticed below, and has no say in what the complaint is or how bad it was.
        read = [(message, self.read_text(_complaint(message.text))) for message in told]
        guesses = [(message, one) for message, one in read if one.complains]
        if not guesses:
            why = "the buyer's messages complain of nothing"
            language = self._fact(FactName.CLAIM_LANGUAGE, read[-1][1].languages[0], 0.9, told[-1])
            return Reading(
                facts=(language, *self._instructions(messages)),
                missing=(MissingFact(name=FactName.CLAIM_REASON, why=why),),
            )
        first = min((message for message, _ in guesses), key=lambda one: one.at)
        facts = [self._fact(FactName.CLAIM_FIRST_AT, first.at.isoformat(), 1.0, first)]
        message, best = max(guesses, key=lambda pair: pair[1].confidence)
        place = _deciding(best, best.reason)
        facts.append(self._fact(FactName.CLAIM_REASON, best.reason, best.confidence, message, place))
        second = self._second(guesses, best.reason)
        if second is not None:
            facts.append(second)
        facts.append(self._fact(FactName.CLAIM_LANGUAGE, best.languages[0], 0.9, message))
        facts += self._harm_and_wish(guesses)
        facts += self._instructions(messages)
        return Reading(facts=tuple(facts))

    def read_text(self, text: str) -> ClaimGuess:
        """What one text complains of, with every reason's probability."""
        return guess(text, self._learnt(), self._embedder)

    def _learnt(self) -> Heads:
        if self._heads is None:
            self._heads = load()
        return self._heads

    def _second(self, guesses: Sequence[tuple[Message, ClaimGuess]], first: str) -> Fact | None:
        chances = [
            (probability, reason, message, one)
            for message, one in guesses
            for reason, probability in one.probabilities.items()
            if reason not in {first, "other"}
        ]
        probability, reason, message, one = max(chances, key=lambda chance: chance[0])
        if probability < _SECOND_REASON:
            return None
        place = _deciding(one, reason)
        return self._fact(FactName.CLAIM_SECOND_REASON, reason, probability, message, place)

    def _harm_and_wish(self, guesses: Sequence[tuple[Message, ClaimGuess]]) -> list[Fact]:
        """The sentence that speaks most surely of harm, and the one that speaks most surely of a wish."""
        heads = self._learnt()
        places = [(message, sentence) for message, one in guesses for sentence in one.sentences]
        vectors = heads.standardised(self._embedder.queries([sentence.text for _, sentence in places]))
        facts: list[Fact] = []
        for name, head in ((FactName.CLAIM_SEVERITY, heads.severity), (FactName.CLAIM_WANTS, heads.wants)):
            chances = head.probabilities(vectors)
            row, column = np.unravel_index(int(chances.argmax()), chances.shape)
            message, sentence = places[int(row)]
            value, confidence = head.labels[int(column)], float(chances[row, column])
            facts.append(self._fact(name, value, confidence, message, (sentence.start, sentence.end)))
        return facts

    def _instructions(self, messages: Sequence[Message]) -> list[Fact]:
        # Whoever wrote it: a buyer's text forwarded by the platform can instruct as well.
        for message in messages:
            attempt = None if message.author is Author.MERCHANT else find_attempt(message.text)
            if attempt is not None:
                place = (attempt.start, attempt.end)
                return [self._fact(FactName.CLAIM_INSTRUCTS, True, 0.95, message, place, FactMethod.RULE)]
        return []

    def _fact(
        self,
        name: FactName,
        value: FactValue,
        confidence: float,
        message: Message,
        place: tuple[int, int] | None = None,
        method: FactMethod = FactMethod.LOCAL_MODEL,
    ) -> Fact:
        start, end = place or (0, len(message.text))
        return Fact(
            name=name,
            value=value,
            confidence=round(min(confidence, 1.0), 4),
            method=method,
            standing=Standing.CLAIMED,
            citation=MessageSpan(message_id=message.id, start=start, end=end),
            reader=f"claims/e5-head@{_VERSION}",
        )


def _complaint(text: str) -> str:
    """The text up to where it starts to instruct its reader; all of it when nothing else is said."""
    attempt = find_attempt(text)
    before = text[: attempt.start].strip() if attempt else ""
    return text[: attempt.start] if attempt and before else text


def _deciding(one: ClaimGuess, reason: str) -> tuple[int, int]:
    """The place of the sentence that speaks most for a reason."""
    best = max(range(len(one.sentences)), key=lambda place: one.by_sentence[place][reason])
    return one.sentences[best].start, one.sentences[best].end
