"""When a person stands behind a refund decision."""

from knowledge.decision import Resolution
from knowledge.facts import FactMethod, FactName
from knowledge.judgement.refund.question import CaseFacts, Draft, RefundQuestion
from knowledge.money import Money

ADVERSE = frozenset({Resolution.DENY})
"""Automatic denial is off: a person always stands behind an adverse decision."""


_BORNE_OUT = frozenset({"not_received.lost", "late.days"})
"""Rules under which the carrier's own record says what the buyer says: a vague complaint is still a clear case."""


def review_because(case: CaseFacts, question: RefundQuestion, draft: Draft, amount: Money) -> list[str]:
    """Every reason for a person to look, in plain words; none when the decision may go out by itself."""
    because = [f"contradiction: {item.what}" for item in case.assessment.contradictions]
    because += question.doubts
    claim = case.facts[FactName.CLAIM_REASON]
    sure = case.policy.minimum_claim_confidence
    if draft.reasons[0].rule in _BORNE_OUT:
        sure = case.policy.minimum_borne_out_confidence
    if claim.confidence < sure and claim.method is not FactMethod.PERSON:
        because.append(f"the claim's reason is read with only {claim.confidence:.0%} confidence")
    graded, told = case.facts.get(FactName.PHOTO_DAMAGE), case.facts.get(FactName.CLAIM_SEVERITY)
    if graded is not None and graded.method is FactMethod.HOSTED_MODEL and (told is None or told.value != graded.value):
        # A model's word about a buyer's picture never changes an automatic amount; where it differs, a person looks.
        words = told.value if told else "nothing"
        because.append(f"the photo is graded {graded.value}, the words say {words}")
    instructs = case.facts.get(FactName.CLAIM_INSTRUCTS)
    if instructs is not None and instructs.value is True:
        because.append("a message tries to instruct the system")
    if case.reason in case.policy.always_reviewed:
        because.append(f"claims of the kind '{case.reason.value}' are always reviewed")
    if draft.resolution in ADVERSE:
        because.append("a denial needs a person")
    limit = case.policy.in_currency(case.policy.automatic_up_to_eur, case.paid.currency)
    if limit is None:
        because.append(f"the policy has no limits for {case.paid.currency}")
    elif amount > limit:
        because.append(f"{amount} is above the automatic limit of {limit}")
    small = case.policy.in_currency(case.policy.small_claim_up_to_eur, case.paid.currency)
    if not draft.corroborated and draft.question is None and (small is None or case.items > small):
        gaps = zip(case.assessment.missing, case.assessment.missing_why, strict=True)
        because += [f"missing {name.value}: {why}" for name, why in gaps]
        because.append("nothing besides the buyer's word stands behind the claim")
    if amount.minor == 0 and draft.resolution not in {Resolution.DENY, Resolution.ASK_EVIDENCE}:
        spent = case.remaining.minor == 0
        because.append("nothing is left of the payment to give back" if spent else "the fair share comes to nothing")
    return list(dict.fromkeys(because))
