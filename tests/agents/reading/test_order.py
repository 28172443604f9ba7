from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.reading.order import price_of_lines, read_order, spread
from knowledge.case import CaseBundle
from knowledge.facts import Fact, FactMethod, FactName, OrderField, Standing
from knowledge.money import Money
from tests.tools.bundles.lamp_bundle import eur, lamp_case


def _bundle(**claim: Any) -> CaseBundle:
    case = lamp_case()
    case["claim"] = claim or None
    return CaseBundle.model_validate(case)


def _facts(bundle: CaseBundle) -> dict[FactName, Fact]:
    return {fact.name: fact for fact in read_order(bundle).facts}


def _euro(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def test_the_lamp_alone_bears_its_share_of_discount_and_tax():
    # Discount 5.00 and tax 9.01 spread over 39.90 and 7.50: 4.21 and 7.58 of them are the lamp's.
    facts = _facts(_bundle(skus=["lamp-1"]))

    assert facts[FactName.ORDER_ITEMS_PRICE].money() == _euro(3990 - 421 + 758)
    assert facts[FactName.ORDER_ITEMS_PRICE].citation == OrderField(pointer="/order/lines/0")
    assert facts[FactName.ORDER_COST].money() == _euro(1400)
    assert facts[FactName.ORDER_WEIGHT_G].value == 1800


def test_without_named_goods_the_claim_is_about_all_of_them():
    facts = _facts(_bundle())

    assert facts[FactName.ORDER_ITEMS_PRICE].money() == _euro(5631 - 490)
    assert facts[FactName.ORDER_COST].money() == _euro(1400 + 240)
    assert facts[FactName.ORDER_WEIGHT_G].value == 1800 + 180
    assert facts[FactName.ORDER_CATEGORY].citation == OrderField(pointer="/order/lines/0/category")


def test_the_rest_of_the_order_is_read_field_by_field():
    facts = _facts(_bundle())

    assert facts[FactName.ORDER_PAID].money() == _euro(5631)
    assert facts[FactName.ORDER_SHIPPING_PAID].money() == _euro(490)
    assert facts[FactName.ORDER_REFUNDED].money() == _euro(500)
    assert facts[FactName.ORDER_DIGITAL].value is False
    assert facts[FactName.ORDER_DESTINATION].value == "PT"
    assert facts[FactName.ORDER_DESTINATION_CITY].value == "Porto"
    assert facts[FactName.ORDER_DESTINATION_POSTCODE].value == "4050-262"
    assert facts[FactName.ORDER_PLACED_AT].value == "2026-03-01T09:30:00+00:00"
    assert facts[FactName.ORDER_PROMISED_BY].value == "2026-03-08T20:00:00+00:00"
    assert facts[FactName.PAYMENT_AVS].value == "match"
    assert facts[FactName.PAYMENT_THREE_D_SECURE].value == "authenticated"
    assert facts[FactName.PAYMENT_ECI].value == "05"


def test_what_the_shop_did_not_check_or_know_is_missing_and_not_a_default():
    case = lamp_case()
    del case["order"]["lines"][0]["unit_cost"], case["order"]["lines"][1]["weight_g"], case["order"]["promised_by"]
    del case["order"]["payment"]["three_d_secure"], case["order"]["ship_to"]["postcode"], case["claim"]

    missing = {gap.name: gap.why for gap in read_order(CaseBundle.model_validate(case)).missing}

    assert missing == {
        FactName.ORDER_COST: "the order does not say what every item cost the merchant",
        FactName.ORDER_WEIGHT_G: "the order does not say what every item weighs",
        FactName.ORDER_PROMISED_BY: "the order names no delivery date",
        FactName.ORDER_DESTINATION_POSTCODE: "the address has no postcode",
        FactName.PAYMENT_CVC: "the security code was not checked",
        FactName.PAYMENT_THREE_D_SECURE: "3-D Secure was not attempted",
        FactName.PAYMENT_ECI: "the payment has no ECI",
        FactName.PAYMENT_AUTHORIZATION_CODE: "the payment has no approval code",
    }


def test_money_pending_on_its_way_back_counts_as_refunded_and_failed_money_does_not():
    case = lamp_case()
    for state, amount in (("pending", "7.00"), ("failed", "9.00")):
        case["earlier_refunds"].append(
            {**case["earlier_refunds"][0], "reference": state, "state": state, "amount": eur(amount)}
        )

    assert _facts(CaseBundle.model_validate(case))[FactName.ORDER_REFUNDED].money() == _euro(1200)


def test_every_order_fact_is_the_shops_record_and_its_pointer_leads_to_it():
    bundle = _bundle(skus=["bulb-2"])
    dumped = bundle.model_dump(mode="json")

    for fact in read_order(bundle).facts:
        assert (fact.standing, fact.confidence, fact.method) == (Standing.ESTABLISHED, 1.0, FactMethod.RULE)
        assert isinstance(fact.citation, OrderField)
        node: Any = dumped
        for part in fact.citation.pointer.strip("/").split("/"):
            node = node[int(part) if part.isdigit() else part]
        assert node is not None


def test_a_coupon_beyond_the_goods_takes_off_shipping_and_then_tax():
    case = lamp_case()
    case["order"] |= {"discount": eur("55.00"), "total": eur("6.31")}

    prices, shipping = price_of_lines(CaseBundle.model_validate(case))

    # Goods 47.40 and shipping 4.90 are paid by the coupon, 2.70 of it remain against the tax of 9.01.
    assert shipping == _euro(0)
    assert prices == [_euro(531), _euro(100)]


def test_free_goods_share_the_tax_equally_and_the_first_takes_the_odd_cent():
    assert spread(5, [0, 0]) == [3, 2]


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_shares_add_up_to_the_last_unit_and_none_is_off_by_a_whole_one(amount: int, weights: list[int]):
    parts = spread(amount, weights)

    assert sum(parts) == amount
    if whole := sum(weights):
        assert all(abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True))


@pytest.mark.parametrize("currency", ["JPY", "EUR", "BHD"])
def test_lines_and_shipping_make_the_total_in_every_precision(currency: str):
    order = lamp_case()["order"]
    whole = {"JPY": "", "EUR": "00", "BHD": "000"}[currency]

    def amount(minor: str) -> dict[str, str]:
        return {"amount": minor + ("." + whole if whole else ""), "currency": currency}

    lines = [
        {**line, "unit_price": amount(price), "unit_cost": None}
        for line, price in zip(order["lines"], ("100", "33"), strict=True)
    ]
    order |= {"lines": lines, "shipping": amount("7"), "tax": amount("10"), "discount": amount("20")}
    order |= {"total": amount("196"), "payment": {**order["payment"], "captured": amount("196")}}
    bundle = CaseBundle.model_validate({**lamp_case(), "order": order, "claim": None, "earlier_refunds": []})

    prices, shipping = price_of_lines(bundle)

    assert sum(price.minor for price in prices) + shipping.minor == bundle.order.total.minor
