"""A clause against one claim: each quote, amount, date, id, name, verb, actor and negation in it is the claim's."""

import itertools
from collections.abc import Iterator

from knowledge.letter.claims import LetterClaim
from knowledge.letter.lexicon import (
    ACTORS,
    CAUSES,
    CUES,
    DAY,
    FLAGS,
    JOINING,
    KIND_WORDS,
    NEGATIONS,
    NEUTRAL,
    OVERCLAIMS,
    KindRule,
    rule_for,
)
from knowledge.letter.tokens import Said, read
from knowledge.money import Money

_PASSIVE = frozenset("was were is are be been being".split())


def clause_problems(clause: str, claim: LetterClaim) -> list[str]:
    """What the clause says beyond the claim, or leaves out of it; empty when the claim covers it whole."""
    rule = rule_for(claim)
    spoken = {
        name: str(value)
        for name, value in claim.values.items()
        if not isinstance(value, Money) and name != DAY and name not in FLAGS
    }
    said = read(clause, spoken)
    words = [one.text.casefold() for one in said if one.kind == "word"]
    return [
        *_value_problems(said, claim, rule),
        *(problem for one in said if one.kind == "word" for problem in _word_problems(one.text, claim, rule)),
        *_cue_problems(said),
        *_actor_problems(said, claim, rule),
        *_polarity_problems(words, claim),
        *(f"repeats {word!r}" for word, after in itertools.pairwise(words) if word == after),
        *(f"does not say {word!r}; only what somebody recorded may be stated" for word in rule.needs - set(words)),
        *([] if rule.says & set(words) else [f"does not say that the claim is a {claim.kind.value}"]),
    ]


def _value_problems(said: list[Said], claim: LetterClaim, rule: KindRule) -> Iterator[str]:
    amounts = [value for value in claim.values.values() if isinstance(value, Money)]
    days = [value for name, value in claim.values.items() if name == DAY]
    texts = [value for value in claim.values.values() if isinstance(value, str)]
    for one in said:
        match one.kind:
            case "money" if one.money not in amounts:
                yield f"the amount {one.text} is not proved"
            case "date" if one.text not in days:
                yield f"the date {one.text} is not proved"
            case "quote" if not rule.quotes or one.text not in texts:
                yield f"quotes “{one.text}”, which no cited row says"
            case "exhibit" if not _cites(one, claim):
                yield f"refers to {one.text}, where its claim does not stand"
            case "stray":
                yield f"has {one.text!r}, which no claim of it states"
            case _:
                pass


def _cites(one: Said, claim: LetterClaim) -> bool:
    letter, _, locator = (one.name or "").partition("#")
    return letter == claim.exhibit and (not locator or locator in claim.locators)


def _word_problems(text: str, claim: LetterClaim, rule: KindRule) -> Iterator[str]:
    word = text.casefold()
    if word in NEUTRAL or word in rule.says | rule.needs | rule.may or word in NEGATIONS or word in ACTORS:
        return
    if word in OVERCLAIMS:
        yield f"claims too much: {text!r}"
    elif word in CAUSES:
        yield f"gives a cause ({word!r}), which no claim states"
    elif word in JOINING:
        yield f"joins statements with {text!r}; separate them with a semicolon"
    elif word in {"received", "receipt", "receiving", "accepted"}:
        yield f"says {text!r}; only what the carrier or the ledger recorded may be stated"
    elif word in KIND_WORDS:
        yield f"says {text!r}, which is {KIND_WORDS[word].value}, but its claim is {claim.kind.value}"
    elif any(character.isdigit() for character in word):
        yield f"the number or id {text!r} is not proved"
    else:
        yield f"says {text!r}, which no claim of it states"


def _cue_problems(said: list[Said]) -> Iterator[str]:
    for place, one in enumerate(said):
        cues = CUES.get(one.name or "") if one.kind == "value" else None
        before = {other.text.casefold() for other in said[max(0, place - 2) : place] if other.kind == "word"}
        if cues and not cues & before:
            yield f"{one.text!r} stands where the {one.name} of the claim does not belong"


def _actor_problems(said: list[Said], claim: LetterClaim, rule: KindRule) -> Iterator[str]:
    words = [one.text.casefold() if one.kind == "word" else "" for one in said]
    places = [place for place, word in enumerate(words) if word in ACTORS]
    named = tuple(words[place] for place in places)
    if named not in rule.actors:
        yield f"names {' and '.join(named) or 'nobody'} as acting, which a {claim.kind.value} does not say"
        return
    for place in places:
        before = [word for word in words[max(0, place - 2) : place] if word not in {"the", "a", "an"}]
        after = words[place + 1] if place + 1 < len(words) else ""
        acting = place == places[0]
        # "by" makes an actor, "to" a receiver, and a passive verb turns an actor into a receiver.
        if "by" in before and not acting:
            yield f"makes the {words[place]} act by {words[place]!r}, which a {claim.kind.value} does not say"
        if acting and len(places) > 1 and ("to" in before or after in _PASSIVE):
            yield f"makes the {words[place]} a receiver, which a {claim.kind.value} does not say"
        if acting and after in _PASSIVE and "by" not in words and named != ("buyer",):
            yield f"makes the {words[place]} a receiver, which a {claim.kind.value} does not say"


def _polarity_problems(words: list[str], claim: LetterClaim) -> Iterator[str]:
    negations = [word for word in words if word in NEGATIONS or word.endswith(("n't", "n’t"))]
    if claim.negated and len(negations) != 1:
        yield "does not deny what its claim denies"
    if not claim.negated and negations:
        yield f"denies ({', '.join(negations)}) what its claim states"
