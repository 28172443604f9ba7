"""How long what holds personal data is kept, by kind, and why. A merchant may set other days; a hold stops the clock.

Ledger, outcomes and audit chain hold no personal data and are kept for good: German law asks for eight years of
vouchers (Fiscal Code § 147 (3), Commercial Code § 257 (4), since 2025) and other countries for up to ten.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from knowledge.base import Frozen

KeptDays = Annotated[int, Field(ge=1, le=36525)]


class RetentionKind(StrEnum):
    """What is kept for a time."""

    REFUND_CASE = "refund_case"
    CHARGEBACK_CASE = "chargeback_case"
    ORDER = "order"
    WEBHOOK = "webhook"
    GATHERED = "gathered"


class RetentionPolicy(Frozen):
    """Days by kind. Cases count from the day they were closed, everything else from the day it came or happened."""

    refund_case: KeptDays = 1461
    chargeback_case: KeptDays = 2557
    order: KeptDays = 540
    webhook: KeptDays = 540
    gathered: KeptDays = 180

    def days(self, kind: RetentionKind) -> int:
        """How long this kind is kept."""
        return {
            RetentionKind.REFUND_CASE: self.refund_case,
            RetentionKind.CHARGEBACK_CASE: self.chargeback_case,
            RetentionKind.ORDER: self.order,
            RetentionKind.WEBHOOK: self.webhook,
            RetentionKind.GATHERED: self.gathered,
        }[kind]


REASONS: dict[RetentionKind, str] = {
    RetentionKind.REFUND_CASE: "claims from a sale lapse three years after the year they arose in, so within four"
    " (German Civil Code §§ 195, 199)",
    RetentionKind.CHARGEBACK_CASE: "letters sent in the course of trade are kept six years after the year they were"
    " sent in, so up to seven (German Commercial Code § 257 (4), Fiscal Code § 147 (3))",
    RetentionKind.ORDER: "a cardholder may dispute for up to 540 days after the payment (Visa Core Rules, the longest"
    " of the limits in the dispute conditions 13.1 to 13.7; the other networks' are not longer)",
    RetentionKind.WEBHOOK: "news of a dispute may be needed as long as the payment can be disputed; see orders",
    RetentionKind.GATHERED: "what was gathered is in its case, or no case came of it",
}
"""Why the defaults are what they are. Who changes them answers for the reason."""
