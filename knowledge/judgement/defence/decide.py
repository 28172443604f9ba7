"""Fight, accept or ask: a pure function of the reason code, the facts held and the policy."""

from knowledge.decision import DefenceDecision, Reason, Route, Stance
from knowledge.facts import Fact, FactName, OrderField
from knowledge.judgement.defence.grounds import ground_of
from knowledge.judgement.defence.held import held_evidence
from knowledge.judgement.defence.liability import assess_liability, liability_reasons
from knowledge.judgement.defence.question import DefenceQuestion, family_of
from knowledge.judgement.defence.review import review_because
from knowledge.judgement.defence.value import Chance, expected_value, win_chance
from knowledge.money import Money, total
from knowledge.reasons import ChargebackFamily
from knowledge.rules.liability.first_party_trust import TrustStatus
from knowledge.rules.liability.visa_ce3 import Ce3Status

RULE_VERSION = "defence@5"


def decide_defence(question: DefenceQuestion) -> DefenceDecision:
    """Decide a chargeback: what the records prove or contradict first, then expected value net of fees.

    Credits already posted are taken off what is contested. Raises ValueError without a chargeback notice.
    """
    notice = question.bundle.chargeback
    if notice is None:
        raise ValueError("chargeback: missing; a defence needs the processor's notice")
    currency = notice.amount.currency
    posted = [one.amount for one in question.credits if one.state == "succeeded"]
    credited = total([amount for amount in posted if amount.currency == currency], currency)
    foreign = [str(amount) for amount in posted if amount.currency != currency]
    contested = max(notice.amount - credited, Money.zero(currency))
    facts: dict[FactName, Fact] = {}
    for fact in question.facts:
        facts.setdefault(fact.name, fact)
    liability = assess_liability(question.bundle, question.reason, facts)
    held = held_evidence(question.bundle, facts, credited, liability)
    wanted = question.reason.compels or ()
    family = family_of(question.reason, facts)
    ground = ground_of(family, question.bundle, facts, credited, held, liability)
    stake = contested if contested.minor else notice.amount
    chance = win_chance(question.reason, family, ground, question.history)
    value = expected_value(stake, chance.rate, family, question.policy)
    stance = ground.stance
    odds = f"{float(chance.rate):.0%} ({chance.low:.0%} to {chance.high:.0%})"
    why = f"{odds} of {stake} less fees, reversals, labour and goodwill is expected to bring {value}."
    if value is None:
        why = f"What fighting {stake} would bring is not weighed: the policy has no rate for {currency}."
    if stance is Stance.FIGHT and value is not None and value.minor <= 0:
        stance, why = Stance.ACCEPT, f"fighting {stake} would cost more than it is expected to bring ({value})."
    reasons = [
        Reason(rule=ground.rule, text=ground.text, citations=ground.citations, source=ground.source),
        Reason(
            rule="defence.value",
            text=why,
            citations=(OrderField(pointer="/chargeback/amount"),),
            source=f"policy {question.policy.version}; {_rests_on(chance)}",
        ),
    ]
    if credited.minor:
        reasons.append(
            Reason(
                rule="defence.credited",
                text=f"{credited} has been given back; it is shown as a credit and only {contested} is contested.",
                citations=(OrderField(pointer="/earlier_refunds"),),
                source="processor documentation: a credit already issued is always shown",
            )
        )
    doubt: str | None = None
    if family is ChargebackFamily.FRAUD:
        reasons.extend(liability_reasons(question.bundle, facts, liability, ground.rule))
        doubt = liability.authentication.contradiction
    because = review_because(question, stance, stake, foreign, doubt)
    return DefenceDecision(
        stance=stance,
        contested=contested,
        credited=credited,
        win_probability=float(chance.rate),
        win_low=chance.low,
        win_high=chance.high,
        expected_value=value or Money.zero(currency),
        route=Route.REVIEW if because else Route.AUTOMATIC,
        review_because=because,
        reasons=tuple(reasons),
        held=tuple(item for item in wanted if item in held),
        lacking=tuple(item for item in wanted if item not in held),
        ce3=liability.ce3 if liability.ce3.status is not Ce3Status.NOT_APPLICABLE else None,
        first_party_trust=(
            liability.first_party_trust
            if liability.first_party_trust.status is not TrustStatus.NOT_APPLICABLE
            else None
        ),
        question=ground.question if stance is Stance.ASK_MERCHANT else None,
        policy_version=question.policy.version,
        rule_version=RULE_VERSION,
    )


def _rests_on(chance: Chance) -> str:
    if chance.answered:
        return f"{chance.won_shares:g} of this merchant's {chance.answered} answered disputes of this code were won"
    if chance.of_family:
        return f"no outcomes of this code yet; the chance rests on {chance.of_family} of the family's other codes"
    return "the merchant has no outcomes of this family yet; the chance rests on published rates"
