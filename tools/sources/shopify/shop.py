"""`ShopifyShop`: Shopify as the house's reading port for a shop."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr, ValidationError

from knowledge.case import Author, DocumentKind, Merchant, PriorTransaction
from tools.sources.ports import PaymentAsked, ShopAnswer, SourceError, SourceFile
from tools.sources.shopify.client import ShopifyClient
from tools.sources.shopify.mapping import (
    card_of,
    metafields_by_key,
    paid_by,
    payments,
    prior_from_shopify,
    snapshot_from_shopify,
)
from tools.sources.wire import Wire, document, moment, part, parts, text

_AROUND = timedelta(hours=1)
"""How far an order's creation may lie from its payment when it is looked for by the payment alone."""
_MOST_PRIORS = 10
"""Earlier orders looked into, the newest first: each costs two requests of Shopify's two a second."""


class ShopifyShop:
    """Implements `ShopReading` for one merchant's shop."""

    def __init__(
        self,
        merchant: str,
        url: str,
        token: SecretStr,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout_seconds: float = 20.0,
    ) -> None:
        self._merchant = merchant
        self._client = ShopifyClient(url, token, timeout_seconds=timeout_seconds)
        self._clock = clock

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def check(self) -> str:
        """The shop's name, when it can be asked; SourceError otherwise."""
        shop = await self._client.shop()
        if shop is None:
            raise SourceError("there is no Shopify shop at this address; correct it in AMENDS_SHOPS", retry=False)
        return text(part(document(shop, "the shop"), "shop"), "name") or "a shop without a name"

    async def order(self, payment: PaymentAsked) -> ShopAnswer | None:
        """By Shopify's number where the payment carries one, else among the orders made around the payment.

        Whichever way it was found, it counts only if its own transactions name the payment.
        """
        for order in await self._candidates(payment):
            number = text(order, "id")
            if number is None:
                continue
            raw = await self._client.transactions(number)
            transaction = paid_by(_listed(raw, "transactions", number), payment.reference)
            if transaction is not None and raw is not None:
                return await self._answer(order, number, transaction, raw, payment)
        return None

    async def _candidates(self, payment: PaymentAsked) -> Sequence[Wire]:
        told = (payment.order_reference or "").lstrip("#")
        if told.isdigit() and (raw := await self._client.order(told)) is not None:
            return [part(document(raw, f"order {told}"), "order")]
        if payment.captured_at is None:
            return ()
        around = await self._client.orders_created(payment.captured_at - _AROUND, payment.captured_at + _AROUND)
        found = _listed(around, "orders", "the payment's hour")
        paid = payment.captured.decimal_text()
        # Those that bear its name or cost what was paid come first; the rest cannot be the order.
        return [
            each
            for each in found
            if (text(each, "name") or "").lstrip("#") == told or paid in (text(each, "total_price"), _presentment(each))
        ]

    async def _answer(
        self, order: Wire, number: str, transaction: Wire, transactions: bytes, payment: PaymentAsked
    ) -> ShopAnswer:
        beside = await self._client.metafields(number)
        metafields = metafields_by_key(_listed(beside, "metafields", number))
        shop = part(document(await self._client.shop() or b"", "the shop"), "shop")
        whole = await self._client.order(number)
        if whole is None:
            raise SourceError(f"Shopify's order {number} was there a moment ago and is not now", retry=True)
        order = part(document(whole, f"order {number}"), "order")
        customer = text(part(order, "customer"), "id")
        others = None if customer is None else await self._client.orders_of(customer)
        snapshot = snapshot_from_shopify(
            order,
            transaction,
            metafields,
            self._owner(shop),
            payment,
            await self._priors(order, transaction, _listed(others, "orders", "the buyer's orders")),
        )
        answers = {"order": whole, "transactions": transactions, "metafields": beside, "orders-of-buyer": others}
        files = tuple(
            SourceFile(
                path=f"sources/shop/{name}.json",
                title=f"Shopify's answer about {name.replace('-', ' ')}",
                kind=DocumentKind.OTHER,
                author=Author.MERCHANT,
                at=self._clock(),
                content=content,
            )
            for name, content in answers.items()
            if content
        )
        return ShopAnswer(snapshot=snapshot, files=files)

    def _owner(self, shop: Wire) -> Merchant:
        try:
            return Merchant(id=self._merchant, name=text(shop, "name") or "", country=text(shop, "country_code") or "")
        except ValidationError as error:
            raise SourceError("Shopify's shop.json lacks a name or country_code", retry=False) from error

    async def _priors(self, order: Wire, paid: Wire, others: Sequence[Wire]) -> tuple[PriorTransaction, ...]:
        """Earlier paid orders on the same card; whether they were disputed is the processor's to say."""
        before = moment(order, "created_at") or datetime.min.replace(tzinfo=UTC)
        earlier = [each for each in others if (at := moment(each, "created_at")) is not None and at < before]
        earlier.sort(key=lambda each: moment(each, "created_at") or before, reverse=True)
        found: list[PriorTransaction] = []
        for each in earlier[:_MOST_PRIORS]:
            number = text(each, "id") or ""
            transactions = _listed(await self._client.transactions(number), "transactions", number)
            same = [one for one in payments(transactions) if card_of(one) is not None and card_of(one) == card_of(paid)]
            if same:
                beside = metafields_by_key(_listed(await self._client.metafields(number), "metafields", number))
                found.append(prior_from_shopify(each, same[0], beside))
        return tuple(found)


def _listed(raw: bytes | None, name: str, what: str) -> Sequence[Wire]:
    return () if raw is None else parts(document(raw, what), name)


def _presentment(order: Wire) -> str | None:
    return text(part(part(order, "total_price_set"), "presentment_money"), "amount")
