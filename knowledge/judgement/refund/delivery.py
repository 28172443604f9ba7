"""Claims about the delivery: it never came, or came late."""

from fractions import Fraction

from knowledge.decision import Reason, Resolution
from knowledge.facts import FactName
from knowledge.judgement.assess import counts_as_lost
from knowledge.judgement.places import delivered_elsewhere
from knowledge.judgement.refund.question import CaseFacts, Draft


def not_received(case: CaseFacts) -> Draft:
    """Nothing arrived: the carrier's record decides, and where there is none the seller bears the risk."""
    if FactName.ROUTE_STATUS not in case.facts:
        return Draft(
            resolution=Resolution.FULL_REFUND,
            amount=case.whole(),
            reasons=(
                Reason(
                    rule="not_received.no_proof",
                    text="No carrier record shows a delivery, and the seller bears the risk until there is one.",
                    citations=case.cite(FactName.CLAIM_REASON),
                    source="burden of proof on the seller",
                ),
            ),
            corroborated=False,
        )
    if counts_as_lost(case.facts, case.policy, case.as_of):
        elsewhere = delivered_elsewhere(case.facts)
        shown = "a delivery at another place than the order's address" if elsewhere else "no delivery and no progress"
        return Draft(
            resolution=Resolution.FULL_REFUND,
            amount=case.whole(),
            reasons=(
                Reason(
                    rule="not_received.lost",
                    text=f"The carrier's record shows {shown}; the parcel counts as lost.",
                    citations=case.cite(
                        FactName.CLAIM_REASON,
                        FactName.ROUTE_STATUS,
                        FactName.ROUTE_LAST_SCAN_AT,
                        FactName.ROUTE_DELIVERY_PLACE,
                        FactName.ORDER_PROMISED_BY,
                    ),
                    source=f"policy {case.policy.version}: {case.policy.delivery_grace_days} days of grace, "
                    f"{case.policy.silent_route_days} days of silence",
                ),
            ),
            corroborated=True,
        )
    if case.delivered_at is not None:
        return case.without_money(
            Resolution.DENY,
            Reason(
                rule="not_received.delivered",
                text=f"The carrier recorded a delivery at the destination on {case.delivered_at:%Y-%m-%d}.",
                citations=case.cite(
                    FactName.CLAIM_REASON,
                    FactName.ROUTE_DELIVERED_AT,
                    FactName.ROUTE_DELIVERY_PLACE,
                    FactName.ROUTE_SIGNED_BY,
                ),
            ),
            corroborated=True,
        )
    return case.without_money(
        Resolution.ASK_EVIDENCE,
        Reason(
            rule="not_received.still_moving",
            text="The parcel is on its way and does not yet count as lost.",
            citations=case.cite(FactName.ROUTE_STATUS, FactName.ROUTE_LAST_SCAN_AT, FactName.ORDER_PROMISED_BY),
        ),
        question="still_waiting",
        corroborated=True,
    )


def late_delivery(case: CaseFacts) -> Draft:
    """It came after the promised date: the delivery charge and a share of the price a day.

    What has not come at all is late as well, and judged as not received; without a carrier's record nobody knows which.
    """
    if case.delivered_at is None:
        if FactName.ROUTE_STATUS in case.facts:
            return not_received(case)
        return case.without_money(
            Resolution.ASK_EVIDENCE,
            Reason(
                rule="late.unknown",
                text="No carrier record says when, or whether, the parcel came.",
                citations=case.cite(FactName.CLAIM_REASON, FactName.ORDER_PROMISED_BY),
            ),
            question="details",
            corroborated=False,
        )
    promised = case.facts.get(FactName.ORDER_PROMISED_BY)
    late = (case.delivered_at - promised.time()).days if promised else None
    if late is None or late <= 0:
        return case.without_money(
            Resolution.DENY,
            Reason(
                rule="late.not_late",
                text="The records do not show a delivery after the promised date.",
                citations=case.cite(FactName.CLAIM_REASON, FactName.ROUTE_DELIVERED_AT, FactName.ORDER_PROMISED_BY),
            ),
            corroborated=False,
        )
    share = min(late * case.policy.late_day_share, case.policy.late_share_most)
    amount = case.capped(case.shipping + case.items.share(Fraction(str(round(share, 4)))))
    return Draft(
        resolution=Resolution.PRICE_REDUCTION,
        amount=amount,
        reasons=(
            Reason(
                rule="late.days",
                text=f"Delivered {late} days after the promised date: the delivery charge of {case.shipping} and "
                f"{share:.0%} of {case.items}.",
                citations=case.cite(FactName.ROUTE_DELIVERED_AT, FactName.ORDER_PROMISED_BY, FactName.CLAIM_REASON),
                source=f"policy {case.policy.version}: {case.policy.late_day_share:.0%} a day, "
                f"at most {case.policy.late_share_most:.0%}",
            ),
        ),
        corroborated=True,
    )
