"""What an ended dispute has cost beside the disputed amount."""

from knowledge.case import DisputeStage
from knowledge.money import Money
from knowledge.outcomes.closed_dispute import DisputeEnd
from knowledge.rules.policy import MerchantPolicy


def dispute_costs(end: DisputeEnd, stage: DisputeStage, currency: str, policy: MerchantPolicy) -> Money | None:
    """The processor's fee for the dispute, its fee for answering unless it was won, and the labour of the letter.

    An inquiry costs no dispute fee. Stripe gives the fee for answering back on a win (since June 2025). None when the
    policy has no rate for the currency.
    """
    fee = 0.0 if stage is DisputeStage.INQUIRY else policy.chargeback_fee_eur
    if end.fought:
        fee += policy.letter_labour_eur + (0.0 if end is DisputeEnd.WON else policy.counter_fee_eur)
    return policy.in_currency(fee, currency)
