"""Two readers of one claim: agreement is worth more, disagreement brings a person, the embedded value stays."""

from knowledge.facts import Fact, FactName, Reading, Standing

_MOST = 0.98
"""Two readers of the same words are not independent witnesses; together they never reach certainty."""
_MERGED = (
    FactName.CLAIM_REASON,
    FactName.CLAIM_SECOND_REASON,
    FactName.CLAIM_SEVERITY,
    FactName.CLAIM_WANTS,
    FactName.CLAIM_INSTRUCTS,
)


def merge_claims(embedded: Reading, hosted: Reading | None) -> tuple[Reading, tuple[str, ...]]:
    """One reading, and why a person must look, in plain words (empty when nothing is disputed).

    The same value from both raises the confidence to 1 - (1-a)(1-b), at most 0.98. A different one never
    replaces the embedded value; it is reported when the reasons differ or the severities are more than one
    grade apart. A claim by either that a message instructs its reader is always reported. A fact only the
    hosted reader has is added, `claimed`, whatever it says about itself.
    """
    ours = {fact.name: fact for fact in embedded.facts}
    theirs = {} if hosted is None else {fact.name: fact for fact in hosted.facts if fact.name in _MERGED}
    disagreements: list[str] = []
    merged: list[Fact] = []
    for fact in embedded.facts:
        other = theirs.get(fact.name)
        if other is None or other.value != fact.value:
            merged.append(fact)
        else:
            both = 1 - (1 - fact.confidence) * (1 - other.confidence)
            # Never lower than either alone, also when one of them is above the common limit.
            raised = max(fact.confidence, min(both, _MOST))
            merged.append(fact.model_copy(update={"confidence": raised}))
    for name, other in theirs.items():
        if name not in ours:
            merged.append(other.model_copy(update={"standing": Standing.CLAIMED}))
    if (line := _reason_differs(ours, theirs)) is not None:
        disagreements.append(line)
    if (line := _severity_differs(ours, theirs)) is not None:
        disagreements.append(line)
    for who, facts in (("embedded", ours), ("hosted", theirs)):
        instructs = facts.get(FactName.CLAIM_INSTRUCTS)
        if instructs is not None and instructs.value is True:
            disagreements.append(f"The {who} reader says a message tries to instruct its reader rather than complain")
    read = {fact.name for fact in merged}
    missing = tuple(absent for absent in embedded.missing if absent.name not in read)
    return Reading(facts=tuple(merged), missing=missing), tuple(disagreements)


def _reason_differs(ours: dict[FactName, Fact], theirs: dict[FactName, Fact]) -> str | None:
    mine, other = ours.get(FactName.CLAIM_REASON), theirs.get(FactName.CLAIM_REASON)
    if mine is None or other is None or mine.value == other.value:
        return None
    return f"The readers disagree about the reason: {_words(mine)} (embedded), {_words(other)} (hosted)"


def _severity_differs(ours: dict[FactName, Fact], theirs: dict[FactName, Fact]) -> str | None:
    mine, other = ours.get(FactName.CLAIM_SEVERITY), theirs.get(FactName.CLAIM_SEVERITY)
    if mine is None or other is None or abs(mine.severity().rank - other.severity().rank) <= 1:
        return None
    return f"The readers disagree about the severity: {_words(mine)} (embedded), {_words(other)} (hosted)"


def _words(fact: Fact) -> str:
    return fact.text().replace("_", " ")
