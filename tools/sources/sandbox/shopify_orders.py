"""A case's order as Shopify holds it: orders, transactions and metafields on the wire."""

import json
from itertools import count
from typing import Any

from knowledge.case import CaseBundle, Device, DocumentKind, Payment
from knowledge.money import Money

Wire = dict[str, Any]
_AVS = {"match": "Y", "postcode_only": "Z", "street_only": "A", "mismatch": "N", "unchecked": "U"}
_CVC = {"match": "M", "mismatch": "N", "unchecked": "P"}
_COMPANIES = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover"}
_GATEWAYS = {"store_credit": "shopify_store_credit", "bank_transfer": "manual", "marketplace": "manual"}


class ShopifyOrders:
    """The books of the shops of all merchants; Shopify's numbers count up over all of them."""

    def __init__(self) -> None:
        self._numbers = count(5_400_000_001)
        self.orders: dict[str, Wire] = {}
        self.transactions: dict[str, list[Wire]] = {}
        self.metafields: dict[str, list[Wire]] = {}

    def add(self, bundle: CaseBundle, files: dict[str, bytes], *, with_tracking: bool) -> str:
        """Everything a shop knows of the case's order, and the buyer's earlier orders; Shopify's number of it."""
        customer = next(self._numbers)
        for prior in bundle.chargeback.prior_transactions if bundle.chargeback else ():
            number = self._new(customer, prior.at.isoformat(), f"#P{prior.processor_reference}")
            order = self.orders[number]
            order |= {
                "contact_email": prior.email,
                "shipping_address": None if prior.ship_to is None else _address(prior.ship_to.model_dump()),
                "client_details": {"browser_ip": prior.device.ip if prior.device else None},
                "line_items": [{"id": next(self._numbers), "title": prior.description}],
                "refunds": [{"id": next(self._numbers), "transactions": []}] if prior.refunded else [],
            }
            paid = _transaction(next(self._numbers), prior.processor_reference, prior.amount, prior.at.isoformat())
            self.transactions[number] = [paid | {"payment_details": _card(bundle.order.payment)}]
            self._beside(number, "device", _device(prior.device))
        return self._add_order(bundle, files, customer, with_tracking=with_tracking)

    def _add_order(self, bundle: CaseBundle, files: dict[str, bytes], customer: int, *, with_tracking: bool) -> str:
        order, buyer = bundle.order, bundle.buyer
        number = self._new(customer, order.placed_at.isoformat(), f"#{order.id}")
        first, _, last = buyer.name.partition(" ")
        lines: list[Wire] = [
            {
                "id": next(self._numbers),
                "sku": line.sku,
                "title": line.title,
                "variant_title": None,
                "quantity": line.quantity,
                "grams": line.weight_g or 0,
                "requires_shipping": not line.digital,
                "properties": [],
                **_priced("price", line.unit_price),
            }
            for line in order.lines
        ]
        self.orders[number] |= {
            "contact_email": buyer.email,
            "customer_locale": buyer.language,
            "presentment_currency": order.total.currency,
            "taxes_included": False,
            "line_items": lines,
            "shipping_address": _address(order.ship_to.model_dump()),
            "billing_address": None if order.bill_to is None else _address(order.bill_to.model_dump()),
            "client_details": {"browser_ip": order.device.ip if order.device else None, "user_agent": "Mozilla/5.0"},
            "fulfillments": self._fulfillments(bundle, lines) if with_tracking else [],
            "refunds": self._refunds(bundle),
            **_priced("total_price", order.total),
            **_priced("total_shipping_price", order.shipping),
            **_priced("total_tax", order.tax),
            **_priced("total_discounts", order.discount),
        }
        account = buyer.account_created_at
        self.orders[number]["customer"] |= {
            "first_name": first,
            "last_name": last or None,
            "email": buyer.email,
            "created_at": account.isoformat() if account else None,
            "orders_count": buyer.earlier_orders + 1,
        }
        payment = order.payment
        paid = _transaction(
            next(self._numbers), payment.processor_reference, payment.captured, payment.captured_at.isoformat()
        )
        self.transactions[number] = [paid | {"payment_details": _card(payment)}]
        self._frozen(number, bundle, files)
        return number

    def _frozen(self, number: str, bundle: CaseBundle, files: dict[str, bytes]) -> None:
        """What the shop wrote beside the order at checkout."""
        order = bundle.order
        beside = {
            line.sku: {
                "description": line.description,
                "category": line.category,
                "attributes": line.attributes,
                "digital": line.digital,
                "unit_cost": line.unit_cost.decimal_text() if line.unit_cost else None,
            }
            for line in order.lines
        }
        self._beside(number, "lines", beside)
        self._beside(number, "policies", [policy.model_dump(mode="json") for policy in order.policies])
        self._beside(number, "device", _device(order.device))
        if order.promised_by:
            self._beside(number, "promised_by", order.promised_by.isoformat())
        secured = order.payment.three_d_secure
        if secured:
            self._beside(number, "three_d_secure", secured.model_dump(mode="json"))
        for name in ("descriptor", "authorization_code"):
            if written := getattr(order.payment, name):
                self._beside(number, name, written)
        for each in bundle.documents:
            if each.kind is DocumentKind.ACCESS_LOG:
                self._beside(number, "access_log", files[each.path].decode())

    def _new(self, customer: int, at: str, name: str) -> str:
        number = str(next(self._numbers))
        self.orders[number] = {
            "id": int(number),
            "name": name,
            "created_at": at,
            "processed_at": at,
            "customer": {"id": customer},
        }
        self.metafields[number] = []
        return number

    def _beside(self, number: str, key: str, value: object) -> None:
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.metafields[number].append(
            {"id": next(self._numbers), "namespace": "amends", "key": key, "value": written, "owner_id": int(number)}
        )

    def _fulfillments(self, bundle: CaseBundle, lines: list[Wire]) -> list[Wire]:
        return [
            {
                "id": next(self._numbers),
                "status": "success",
                "created_at": (parcel.shipped_at or bundle.order.placed_at).isoformat(),
                "tracking_company": parcel.carrier,
                "tracking_number": parcel.tracking_number,
                "tracking_numbers": [parcel.tracking_number] if parcel.tracking_number else [],
                "line_items": [line for line in lines if not parcel.skus or line["sku"] in parcel.skus],
            }
            for parcel in bundle.shipments
        ]

    def _refunds(self, bundle: CaseBundle) -> list[Wire]:
        return [
            {
                "id": next(self._numbers),
                "created_at": refund.at.isoformat(),
                "note": refund.reason,
                "transactions": [
                    _transaction(next(self._numbers), refund.reference, refund.amount, refund.at.isoformat())
                    | {
                        "kind": "refund",
                        "gateway": _GATEWAYS.get(refund.channel, "stripe"),
                        "status": {"succeeded": "success", "failed": "failure"}.get(refund.state, refund.state),
                    }
                ],
            }
            for refund in bundle.earlier_refunds
        ]


def _transaction(number: int, reference: str, amount: Money, at: str) -> Wire:
    return {
        "id": number,
        "kind": "sale",
        "status": "success",
        "gateway": "stripe",
        "amount": amount.decimal_text(),
        "currency": amount.currency,
        "authorization": reference,
        "processed_at": at,
        "receipt": {},
    }


def _priced(name: str, amount: Money) -> Wire:
    money = {"amount": amount.decimal_text(), "currency_code": amount.currency}
    return {name: money["amount"], f"{name}_set": {"shop_money": money, "presentment_money": money}}


def _address(given: Wire) -> Wire:
    lines = [*given["lines"], None, None]
    return {
        "name": given["name"],
        "address1": lines[0],
        "address2": lines[1],
        "city": given["city"],
        "province_code": given["region"],
        "zip": given["postcode"],
        "country_code": given["country"],
    }


def _device(seen: Device | None) -> Wire:
    return {} if seen is None else seen.model_dump(exclude={"ip"}, exclude_none=True)


def _card(payment: Payment) -> Wire:
    return {
        "credit_card_company": _COMPANIES.get(payment.network or "", "Unknown"),
        "credit_card_number": f"•••• •••• •••• {payment.last4}" if payment.last4 else None,
        "avs_result_code": _AVS[payment.avs],
        "cvv_result_code": _CVC[payment.cvc],
    }
