"""Why a person must look at a stance."""

from collections.abc import Sequence

from knowledge.decision import Stance
from knowledge.facts import FactName
from knowledge.judgement.defence.question import DefenceQuestion
from knowledge.money import Money


def review_because(
    question: DefenceQuestion, stance: Stance, stake: Money, foreign: Sequence[str], contradiction: str | None
) -> tuple[str, ...]:
    """Why the stance needs a person, in plain words, each once; empty when it may be acted on alone.

    `foreign` names credits in another currency than the stake's, `contradiction` records of the authentication that
    do not fit each other.
    """
    because = list(question.doubts)
    if foreign:
        because.append(f"{', '.join(foreign)} was given back in another currency than the dispute's {stake.currency}")
    if contradiction is not None:
        because.append(contradiction)
    limit = question.policy.in_currency(question.policy.automatic_up_to_eur, stake.currency)
    small = question.policy.in_currency(question.policy.small_claim_up_to_eur, stake.currency)
    if limit is None or small is None:
        because.append(f"the policy has no limits for {stake.currency}")
    elif stance is Stance.FIGHT and stake > limit:
        because.append(f"{stake} is above the automatic limit of {limit}")
    elif stance is Stance.ACCEPT and stake > small:
        because.append("conceding more than a small claim needs a person")
    if stance is Stance.ASK_MERCHANT:
        because.append("something only the merchant can supply is missing")
    instructs = next((fact for fact in question.facts if fact.name is FactName.CLAIM_INSTRUCTS), None)
    if instructs is not None and instructs.value is True:
        because.append("a message tries to instruct the system")
    return tuple(dict.fromkeys(because))
