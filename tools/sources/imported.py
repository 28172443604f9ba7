"""`ImportedShop`: the orders a merchant imported, in place of a shop."""

from datetime import UTC, datetime

from knowledge.case import Author, DocumentKind, PriorTransaction
from knowledge.order_snapshot import OrderSnapshot
from tools.records.canonical import canonical_json
from tools.records.order_snapshots import OrderSnapshots
from tools.sources.ports import PaymentAsked, ShopAnswer, SourceFile


class ImportedShop:
    """Implements `ShopReading` on one merchant's frozen snapshots."""

    def __init__(self, merchant: str, snapshots: OrderSnapshots) -> None:
        self._merchant = merchant
        self._snapshots = snapshots

    async def order(self, payment: PaymentAsked) -> ShopAnswer | None:
        """The order as it was imported, and the buyer's earlier imported orders on the same card."""
        found = await self._snapshots.by_payment(self._merchant, payment.reference)
        if found is None or found.order.payment.processor is not payment.processor:
            return None
        priors = [
            prior_of(each)
            for each in await self._snapshots.of_buyer(self._merchant, found.buyer.id)
            if each.order.placed_at < found.order.placed_at and same_card(each, found)
        ]
        told = {prior.processor_reference for prior in found.prior_transactions}
        whole = found.model_copy(
            update={
                "prior_transactions": (
                    *found.prior_transactions,
                    *(prior for prior in priors if prior.processor_reference not in told),
                )
            }
        )
        raw = SourceFile(
            path="sources/shop/order.json",
            title="The order as it was imported at purchase",
            kind=DocumentKind.OTHER,
            author=Author.MERCHANT,
            at=datetime.now(UTC),
            content=canonical_json(found),
        )
        return ShopAnswer(snapshot=whole, files=(raw,))


def same_card(one: OrderSnapshot, other: OrderSnapshot) -> bool:
    """Same processor, network and last four digits; two cards can share them, and the processor may know better."""
    a, b = one.order.payment, other.order.payment
    return a.last4 is not None and (a.processor, a.network, a.last4) == (b.processor, b.network, b.last4)


def prior_of(snapshot: OrderSnapshot) -> PriorTransaction:
    """An earlier order as a purchase. Whether it was disputed is asked of the processor before it counts."""
    order = snapshot.order
    return PriorTransaction(
        processor_reference=order.payment.processor_reference,
        at=order.payment.captured_at,
        amount=order.payment.captured,
        description=", ".join(line.title for line in order.lines)[:300],
        device=order.device,
        ship_to=order.ship_to,
        email=snapshot.buyer.email,
        disputed=False,
        refunded=bool(snapshot.earlier_refunds),
    )
