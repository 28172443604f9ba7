"""The defence decision: a pure function of the reason code, the facts held, the credits posted and the policy."""

from knowledge.judgement.defence.decide import RULE_VERSION, decide_defence
from knowledge.judgement.defence.held import held_evidence
from knowledge.judgement.defence.liability import assess_liability
from knowledge.judgement.defence.question import DefenceQuestion, family_of

__all__ = ["RULE_VERSION", "DefenceQuestion", "assess_liability", "decide_defence", "family_of", "held_evidence"]
