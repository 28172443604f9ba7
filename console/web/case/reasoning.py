"""Facts, contradictions, reasons, precedents and expected costs as the page shows them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from console.web.case.citations import Citations, Place
from console.web.case.veil import Veil
from knowledge.decision import Decision, DefenceDecision
from knowledge.facts import Fact, FactMethod, FactName
from knowledge.money import Money

_PERSONAL = {
    FactName.ROUTE_SIGNED_BY: "name",
    FactName.ORDER_DESTINATION_POSTCODE: "postcode",
    FactName.ORDER_DESTINATION: "address",
}
_METHODS = {
    FactMethod.RULE: "by rule",
    FactMethod.LOCAL_MODEL: "by the house's own model",
    FactMethod.HOSTED_MODEL: "by a hosted model",
    FactMethod.PERSON: "by a person",
}


class ShownFact(NamedTuple):
    """A fact with where it can be checked."""

    name: FactName
    value: str
    confidence: int
    """Percent."""
    method: str
    reader: str
    standing: str
    place: Place


class ShownReason(NamedTuple):
    """A reason with what it rests on."""

    rule: str
    text: str
    source: str | None
    places: Sequence[Place]


class Bar(NamedTuple):
    """An alternative's expected cost: a bar in hundredths of the picture's width, and the number beside it."""

    name: str
    cost: Money
    start: float
    width: float
    cheapest: bool


class Chance(NamedTuple):
    """The chance to win, in words and numbers."""

    words: str
    percent: int
    low: int | None
    high: int | None


def shown_facts(facts: Sequence[Fact], citations: Citations, veil: Veil) -> list[ShownFact]:
    """Every fact; of several under one name the first is the one that counts."""
    return [
        ShownFact(
            name=fact.name,
            value=fact_value(fact, veil),
            confidence=round(fact.confidence * 100),
            method=_METHODS[fact.method],
            reader=fact.reader,
            standing=fact.standing.value,
            place=citations.place(fact.citation),
        )
        for fact in facts
    ]


def fact_value(fact: Fact, veil: Veil) -> str:
    """What the fact says, in words; what is personal only where the veil is lifted."""
    value = fact.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money | int):
        return str(value)
    if fact.name in _PERSONAL:
        return veil.whole(value, _PERSONAL[fact.name])
    if fact.name.endswith(("_at", "_by")):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return veil.over(value)
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return veil.over(value.replace("_", " "))


def shown_reasons(decision: Decision | DefenceDecision, citations: Citations, veil: Veil) -> list[ShownReason]:
    """The decision's reasons, in its own order."""
    return [
        ShownReason(
            rule=reason.rule,
            text=veil.over(reason.text),
            source=reason.source,
            places=[citations.place(citation) for citation in reason.citations],
        )
        for reason in decision.reasons
    ]


def cost_bars(alternatives: Sequence[tuple[str, Money]]) -> list[Bar]:
    """Bars on one scale that begins at nothing, so that lengths compare; the cheapest is marked by word."""
    if not alternatives:
        return []
    costs = [cost.minor for _, cost in alternatives]
    low, high = min(0, *costs), max(0, *costs)
    whole = max(high - low, 1)

    def at(minor: int) -> float:
        return round(float(Fraction(100 * (minor - low), whole)), 2)

    return [
        Bar(
            name=name.replace("_", " "),
            cost=cost,
            start=at(min(0, cost.minor)),
            width=max(round(at(max(0, cost.minor)) - at(min(0, cost.minor)), 2), 0.5),
            cheapest=cost.minor == min(costs),
        )
        for name, cost in alternatives
    ]


def win_chance(decision: DefenceDecision) -> Chance:
    """The chance in words: what people do with a number alone is guess."""
    percent = round(decision.win_probability * 100)
    words = (
        "very unlikely" if percent < 15
        else "unlikely" if percent < 40
        else "about even" if percent < 60
        else "likely" if percent < 85
        else "very likely"
    )  # fmt: skip
    low = None if decision.win_low is None else round(decision.win_low * 100)
    high = None if decision.win_high is None else round(decision.win_high * 100)
    return Chance(words, percent, low, high)
