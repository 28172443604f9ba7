"""The refund decision: a pure function of assessment, policy, precedents and moment."""

from knowledge.judgement.refund.decide import RULE_VERSION, decide_refund, unreadable
from knowledge.judgement.refund.question import RefundQuestion

__all__ = ["RULE_VERSION", "RefundQuestion", "decide_refund", "unreadable"]
