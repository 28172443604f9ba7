from datetime import timedelta
from typing import Any

import pytest

from knowledge.case import CaseBundle
from knowledge.rules.bundle_check import Refusal, check_bundle
from tests.tools.bundles.lamp_bundle import NOW, eur, lamp_case, lamp_chargeback


def _check(case: dict[str, Any], **at: Any) -> list[Refusal]:
    return check_bundle(CaseBundle.model_validate(case), at.get("now", NOW))


@pytest.mark.parametrize("case", [lamp_case(), lamp_chargeback()], ids=["refund", "chargeback"])
def test_a_case_in_order_has_nothing_to_mend(case: dict[str, Any]):
    assert _check(case) == []


def test_one_cent_off_is_told_with_the_sum_that_was_made():
    case = lamp_case()
    case["order"]["total"] = eur("56.30")
    case["order"]["payment"]["captured"] = eur("56.30")

    assert _check(case) == [
        Refusal(
            pointer="/order/total",
            problem=(
                "lines 47.40 EUR + shipping 4.90 EUR + tax 9.01 EUR - discount 5.00 EUR make 56.31 EUR, not 56.30 EUR"
            ),
            mend="correct the part that is wrong; when prices include tax, write tax as zero",
        )
    ]


def test_a_failed_refund_gave_nothing_back_and_a_pending_one_did():
    case = lamp_case()
    second = {**case["earlier_refunds"][0], "reference": "re_2", "amount": eur("52.00")}
    case["earlier_refunds"].append({**second, "state": "failed"})
    assert _check(case) == []

    case["earlier_refunds"][1]["state"] = "pending"
    assert [each.problem for each in _check(case)] == ["57.00 EUR was refunded of 56.31 EUR paid"]


def test_a_dispute_in_another_currency_may_exceed_what_was_captured_after_exchange():
    case = lamp_chargeback()
    case["chargeback"]["amount"] = {"amount": "61.90", "currency": "USD"}
    assert _check(case) == []

    case["chargeback"]["amount"] = eur("61.90")
    assert [each.pointer for each in _check(case)] == ["/chargeback/amount"]


def test_a_quarter_hour_between_two_clocks_is_no_contradiction():
    case = lamp_case()
    case["order"]["payment"]["captured_at"] = "2026-03-01T09:15:00Z"
    assert _check(case) == []

    case["order"]["payment"]["captured_at"] = "2026-03-01T09:14:59Z"
    assert [each.pointer for each in _check(case)] == ["/order/payment/captured_at"]


def test_only_promised_by_and_respond_by_may_lie_ahead():
    case = lamp_chargeback()
    case["order"]["promised_by"] = "2026-12-01T00:00:00Z"
    case["chargeback"]["respond_by"] = "2026-12-01T00:00:00Z"
    case["messages"][0]["at"] = (NOW + timedelta(minutes=16)).isoformat()

    assert [each.pointer for each in _check(case)] == ["/messages/0/at"]


def test_an_attribute_named_country_is_the_merchants_own_word():
    case = lamp_case()
    case["order"]["lines"][0]["attributes"] = {"country": "Made in Portugal", "language": "jp", "ip": "IP65"}

    assert _check(case) == []


def test_a_claim_without_words_and_words_without_a_claim_both_suffice():
    by_form, by_words = lamp_case(), lamp_case()
    del by_form["messages"], by_words["claim"]

    assert _check(by_form) == []
    assert _check(by_words) == []


def test_nothing_was_refunded_is_not_a_refund():
    case = lamp_case()
    case["earlier_refunds"][0]["amount"] = eur("0.00")

    assert [(each.pointer, each.problem) for each in _check(case)] == [
        ("/earlier_refunds/0/amount/amount", "0.00 EUR was never moved")
    ]
