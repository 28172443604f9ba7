"""The order and its payment as facts. Pure: the merchant's own records, read by rule, each with its field."""

from collections.abc import Callable, Sequence

from knowledge.case import CaseBundle, LineItem
from knowledge.facts import Fact, FactMethod, FactName, MissingFact, OrderField, Reading, Standing
from knowledge.money import Money, total

READER = "order/rule@1"


def claimed_lines(bundle: CaseBundle) -> list[int]:
    """Indexes of the order's lines that the claim is about: those it names, or all when it names none."""
    named = set(bundle.claim.skus) if bundle.claim is not None else set[str]()
    found = [index for index, line in enumerate(bundle.order.lines) if line.sku in named]
    return found or list(range(len(bundle.order.lines)))


def read_order(bundle: CaseBundle) -> Reading:
    """Every `order.*` and `payment.*` fact of a bundle that passed its checks.

    Price, cost, weight, category and digital speak about the lines the claim is about; the destination is the
    country of the market, as an ISO code. What the order does not say is a `MissingFact`, never a default.
    """
    notes = _Notes()
    _read_amounts(bundle, notes)
    _read_lines(bundle, notes)
    _read_promises(bundle, notes)
    _read_payment(bundle, notes)
    return notes.reading()


class _Notes:
    """Facts and gaps as they are found."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        self._missing: list[MissingFact] = []

    def fact(self, name: FactName, value: object, pointer: str) -> None:
        self._facts.append(
            Fact.model_validate(
                {
                    "name": name,
                    "value": value,
                    "confidence": 1.0,
                    "method": FactMethod.RULE,
                    "standing": Standing.ESTABLISHED,
                    "citation": OrderField(pointer=pointer),
                    "reader": READER,
                }
            )
        )

    def fact_or_gap(self, name: FactName, value: object | None, pointer: str, why: str) -> None:
        if value is None:
            self._missing.append(MissingFact(name=name, why=why))
        else:
            self.fact(name, value, pointer)

    def reading(self) -> Reading:
        return Reading(facts=tuple(self._facts), missing=tuple(self._missing))


def _read_amounts(bundle: CaseBundle, notes: _Notes) -> None:
    order = bundle.order
    prices, shipping = price_of_lines(bundle)
    claimed = claimed_lines(bundle)
    price = total([prices[index] for index in claimed], order.total.currency)
    back = total([each.amount for each in bundle.earlier_refunds if each.state != "failed"], order.total.currency)
    notes.fact(FactName.ORDER_PAID, order.payment.captured, "/order/payment/captured")
    notes.fact(FactName.ORDER_ITEMS_PRICE, price, _lines_pointer(claimed))
    notes.fact(FactName.ORDER_SHIPPING_PAID, shipping, "/order/shipping")
    notes.fact(FactName.ORDER_REFUNDED, back, "/earlier_refunds")


def price_of_lines(bundle: CaseBundle) -> tuple[list[Money], Money]:
    """What was paid for each line, discount taken off and tax added, and what was paid for shipping.

    The discount is spread over the lines by their price, what it exceeds them by comes off shipping and then
    tax; the tax is spread over the lines. Lines and shipping add up to the order's total to the last minor unit.
    """
    order = bundle.order
    currency = order.total.currency
    goods = [line.unit_price.minor * line.quantity for line in order.lines]
    off_goods = min(order.discount.minor, sum(goods))
    off_shipping = min(order.discount.minor - off_goods, order.shipping.minor)
    tax = order.tax.minor - (order.discount.minor - off_goods - off_shipping)
    less = spread(off_goods, goods)
    more = spread(tax, goods)
    prices = [
        Money(minor=price - off + added, currency=currency) for price, off, added in zip(goods, less, more, strict=True)
    ]
    return prices, Money(minor=order.shipping.minor - off_shipping, currency=currency)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Minor units shared out by weight so that the parts add up exactly (largest remainder; equal when all are 0).

    Of equal remainders the earlier line gets the unit.
    """
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % whole), index))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def _lines_pointer(indexes: Sequence[int]) -> str:
    return f"/order/lines/{indexes[0]}" if len(indexes) == 1 else "/order/lines"


def _read_lines(bundle: CaseBundle, notes: _Notes) -> None:
    order = bundle.order
    indexes = claimed_lines(bundle)
    lines = [order.lines[index] for index in indexes]
    where = _lines_pointer(indexes)
    cost = _sum_if_all(lines, lambda line: line.unit_cost.minor if line.unit_cost is not None else None)
    notes.fact_or_gap(
        FactName.ORDER_COST,
        None if cost is None else Money(minor=cost, currency=order.total.currency),
        where,
        "the order does not say what every item cost the merchant",
    )
    solid = [line for line in lines if not line.digital]
    weight = _sum_if_all(solid, lambda line: line.weight_g) if solid else None
    notes.fact_or_gap(
        FactName.ORDER_WEIGHT_G,
        weight,
        where,
        "the order does not say what every item weighs" if solid else "digital goods weigh nothing",
    )
    dearest = max(indexes, key=lambda index: (_worth(order.lines[index]), -index))
    notes.fact(FactName.ORDER_CATEGORY, order.lines[dearest].category, f"/order/lines/{dearest}/category")
    notes.fact(FactName.ORDER_DIGITAL, not solid, where)


def _worth(line: LineItem) -> int:
    return line.unit_price.minor * line.quantity


def _sum_if_all(lines: Sequence[LineItem], each: Callable[[LineItem], int | None]) -> int | None:
    """The sum over quantities; None as soon as one line does not say."""
    added = 0
    for line in lines:
        value = each(line)
        if value is None:
            return None
        added += value * line.quantity
    return added


def _read_promises(bundle: CaseBundle, notes: _Notes) -> None:
    order, to = bundle.order, bundle.order.ship_to
    notes.fact(FactName.ORDER_PLACED_AT, order.placed_at, "/order/placed_at")
    notes.fact_or_gap(
        FactName.ORDER_PROMISED_BY, order.promised_by, "/order/promised_by", "the order names no delivery date"
    )
    notes.fact(FactName.ORDER_DESTINATION, to.country, "/order/ship_to/country")
    notes.fact(FactName.ORDER_DESTINATION_CITY, to.city, "/order/ship_to/city")
    notes.fact_or_gap(
        FactName.ORDER_DESTINATION_POSTCODE, to.postcode, "/order/ship_to/postcode", "the address has no postcode"
    )


def _read_payment(bundle: CaseBundle, notes: _Notes) -> None:
    payment = bundle.order.payment
    secure = payment.three_d_secure
    at = "/order/payment"
    avs = None if payment.avs == "unchecked" else payment.avs
    cvc = None if payment.cvc == "unchecked" else payment.cvc
    eci = secure.eci if secure is not None else None
    outcome = secure.outcome if secure is not None else None
    code = payment.authorization_code
    for name, value, pointer, why in (
        (FactName.PAYMENT_AVS, avs, f"{at}/avs", "the billing address was not checked"),
        (FactName.PAYMENT_CVC, cvc, f"{at}/cvc", "the security code was not checked"),
        (FactName.PAYMENT_THREE_D_SECURE, outcome, f"{at}/three_d_secure/outcome", "3-D Secure was not attempted"),
        (FactName.PAYMENT_ECI, eci, f"{at}/three_d_secure/eci", "the payment has no ECI"),
        (
            FactName.PAYMENT_AUTHORIZATION_CODE,
            code,
            f"{at}/authorization_code",
            "the payment has no approval code",
        ),
    ):
        notes.fact_or_gap(name, value, pointer, why)
