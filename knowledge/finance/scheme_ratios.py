"""How near a merchant is to the card schemes' monitoring programmes. What is not known stays unknown.

Sources, read in November 2026. Visa Acquirer Monitoring Program (VAMP): ratio = fraud reports (TC40) and disputes
(TC15) of a month over its settled card-not-present transactions, by count; a merchant is excessive from 1.50 % on
(since 2026-04-01, everywhere but the Middle East and North Africa), and only from 1 500 fraud reports and disputes a
month on (checkout.com help article 23330844282514). There: more than 100 items and 75 000 USD a month; the amount of
fraud reports is not ours to know, so that programme is not computed. Mastercard Excessive Chargeback Program (ECP): ECM
from 100 chargebacks and 1.5 % on, HECM from 300 and 3 % on (help.dalenys.com, support.solidgate.com). Those sources do
not tell which month's transactions Mastercard divides by; the ratio is told over both. Winning a dispute changes no
ratio: schemes count what was received. Whether resolutions before a dispute count for VAMP is told differently by our
sources; they are not counted here.
"""

from fractions import Fraction
from math import floor

from knowledge.base import Frozen
from knowledge.case import CardNetwork


class Programme(Frozen):
    """A monitoring programme's level."""

    name: str
    network: CardNetwork
    ratio: Fraction
    """Excessive from here on."""
    items: int
    """And from this many items a month on."""
    counts_fraud_reports: bool
    source: str


PROGRAMMES = (
    Programme(
        name="VAMP, merchant excessive",
        network=CardNetwork.VISA,
        ratio=Fraction(150, 10_000),
        items=1500,
        counts_fraud_reports=True,
        source="checkout.com help article 23330844282514; from 2026-04-01, without Middle East and North Africa",
    ),
    Programme(
        name="ECP, excessive (ECM)",
        network=CardNetwork.MASTERCARD,
        ratio=Fraction(150, 10_000),
        items=100,
        counts_fraud_reports=False,
        source="help.dalenys.com and support.solidgate.com, Mastercard risk programmes",
    ),
    Programme(
        name="ECP, high excessive (HECM)",
        network=CardNetwork.MASTERCARD,
        ratio=Fraction(300, 10_000),
        items=300,
        counts_fraud_reports=False,
        source="help.dalenys.com and support.solidgate.com, Mastercard risk programmes",
    ),
)


class MonthCounts(Frozen):
    """What is known of one network's month."""

    disputes: int
    """Disputes received, by our own cases."""
    sales: int | None = None
    """Settled card-not-present transactions; None when nobody gave them."""
    fraud_reports: int | None = None
    """TC40 reports; None when nobody gave them."""
    sales_before: int | None = None
    """Those of the month before."""


class Headroom(Frozen):
    """Where a month stands with a programme."""

    programme: Programme
    items: int
    """Disputes, and fraud reports where the programme counts them and they are known."""
    complete: bool
    """False when fraud reports count and are not known: ratio and headroom are then the best case."""
    ratio: Fraction | None
    """None when the sales are not known."""
    ratio_over_month_before: Fraction | None
    """Mastercard's other reading; None where it does not apply or those sales are not known."""
    left: int | None
    """How many more items the month bears before both limits are reached; None when the sales are not known."""

    @property
    def excessive(self) -> bool | None:
        """Whether both limits are reached; None when it cannot be told."""
        if self.ratio is None:
            return False if self.complete and self.items < self.programme.items else None
        return self.items >= self.programme.items and self.ratio >= self.programme.ratio


def headroom(programme: Programme, counts: MonthCounts) -> Headroom:
    """Where the month stands with the programme."""
    reports = counts.fraud_reports if programme.counts_fraud_reports else 0
    items = counts.disputes + (reports or 0)
    over_before = None if programme.network is CardNetwork.VISA else counts.sales_before
    return Headroom(
        programme=programme,
        items=items,
        complete=reports is not None,
        ratio=Fraction(items, counts.sales) if counts.sales else None,
        ratio_over_month_before=Fraction(items, over_before) if over_before else None,
        left=_left(programme, items, counts.sales),
    )


def _left(programme: Programme, items: int, sales: int | None) -> int | None:
    """The first count that is excessive is the larger of both limits; everything below it is borne."""
    if not sales:
        return None
    exact = programme.ratio * sales
    reached = floor(exact) if exact == floor(exact) else floor(exact) + 1
    return max(0, max(reached, programme.items) - 1 - items)
