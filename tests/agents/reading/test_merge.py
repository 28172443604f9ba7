"""Two readers of one claim: a table of what comes of agreement, disagreement and silence."""

import pytest

from agents.reading.merge import merge_claims
from knowledge.facts import Fact, FactMethod, FactName, MessageSpan, MissingFact, Reading, Standing

REASON, SEVERITY, INSTRUCTS = FactName.CLAIM_REASON, FactName.CLAIM_SEVERITY, FactName.CLAIM_INSTRUCTS


def fact(
    name: FactName,
    value: str | bool,
    confidence: float,
    method: FactMethod = FactMethod.LOCAL_MODEL,
    standing: Standing = Standing.CLAIMED,
) -> Fact:
    place = MessageSpan(message_id="m1", start=0, end=4)
    return Fact(
        name=name, value=value, confidence=confidence, method=method, standing=standing, citation=place, reader="r@1"
    )


def hosted(name: FactName, value: str | bool, confidence: float = 0.9, standing: Standing = Standing.CLAIMED) -> Fact:
    return fact(name, value, confidence, FactMethod.HOSTED_MODEL, standing)


@pytest.mark.parametrize(
    ("name", "mine", "theirs", "confidence", "disagreements"),
    [
        (REASON, "damaged", "damaged", 0.97, ()),
        (REASON, "damaged", "defective", 0.7, ("reason: damaged (embedded), defective (hosted)",)),
        (REASON, "not_received", "late_delivery", 0.7, ("reason: not received (embedded), late delivery (hosted)",)),
        (SEVERITY, "minor", "minor", 0.97, ()),
        (SEVERITY, "minor", "moderate", 0.7, ()),
        (SEVERITY, "moderate", "minor", 0.7, ()),
        (SEVERITY, "minor", "severe", 0.7, ("severity: minor (embedded), severe (hosted)",)),
        (SEVERITY, "moderate", "none", 0.7, ("severity: moderate (embedded), none (hosted)",)),
        (FactName.CLAIM_WANTS, "refund", "refund", 0.97, ()),
        (FactName.CLAIM_WANTS, "refund", "replacement", 0.7, ()),
    ],
)
def test_agreement_raises_confidence_and_disagreement_keeps_the_embedded_value(
    name: FactName, mine: str, theirs: str, confidence: float, disagreements: tuple[str, ...]
):
    merged, lines = merge_claims(Reading(facts=(fact(name, mine, 0.7),)), Reading(facts=(hosted(name, theirs),)))
    (kept,) = merged.facts
    assert (kept.value, kept.method, kept.reader) == (mine, FactMethod.LOCAL_MODEL, "r@1")
    assert kept.confidence == pytest.approx(confidence)
    assert lines == tuple(f"The readers disagree about the {line}" for line in disagreements)


def test_two_sure_readers_never_reach_certainty():
    merged, _ = merge_claims(
        Reading(facts=(fact(REASON, "damaged", 0.95),)), Reading(facts=(hosted(REASON, "damaged", 0.9),))
    )
    assert merged.facts[0].confidence == 0.98


def test_agreement_never_lowers_what_a_rule_was_sure_of():
    merged, _ = merge_claims(
        Reading(facts=(fact(REASON, "damaged", 1.0, FactMethod.RULE),)), Reading(facts=(hosted(REASON, "damaged"),))
    )
    assert merged.facts[0].confidence == 1.0


@pytest.mark.parametrize(
    ("mine", "theirs", "who"),
    [
        (True, None, ("embedded",)),
        (None, True, ("hosted",)),
        (True, True, ("embedded", "hosted")),
        (False, True, ("hosted",)),
        (False, False, ()),
    ],
)
def test_an_instruction_seen_by_either_reader_always_brings_a_person(
    mine: bool | None, theirs: bool | None, who: tuple[str, ...]
):
    embedded = Reading(facts=() if mine is None else (fact(INSTRUCTS, mine, 0.8),))
    other = Reading(facts=() if theirs is None else (hosted(INSTRUCTS, theirs),))
    merged, lines = merge_claims(embedded, other)
    assert lines == tuple(
        f"The {reader} reader says a message tries to instruct its reader rather than complain" for reader in who
    )
    (kept,) = merged.facts
    assert kept.value is (theirs if mine is None else mine)


def test_a_fact_only_the_hosted_reader_has_is_claimed_whatever_it_says_and_no_longer_missing():
    embedded = Reading(missing=(MissingFact(name=REASON, why="unsure"), MissingFact(name=SEVERITY, why="unsaid")))
    merged, lines = merge_claims(embedded, Reading(facts=(hosted(REASON, "damaged", standing=Standing.ESTABLISHED),)))
    assert [(kept.name, kept.standing, kept.method) for kept in merged.facts] == [
        (REASON, Standing.CLAIMED, FactMethod.HOSTED_MODEL)
    ]
    assert [absent.name for absent in merged.missing] == [SEVERITY]
    assert lines == ()


def test_a_hosted_reading_of_anything_but_the_claim_is_ignored():
    merged, _ = merge_claims(Reading(), Reading(facts=(hosted(FactName.ROUTE_SIGNED_BY, "Nobody"),)))
    assert merged.facts == ()


def test_without_a_hosted_reading_nothing_changes_but_instructions_still_count():
    embedded = Reading(facts=(fact(REASON, "damaged", 0.7), fact(INSTRUCTS, True, 0.9)))
    assert merge_claims(embedded, None) == (
        embedded,
        ("The embedded reader says a message tries to instruct its reader rather than complain",),
    )
