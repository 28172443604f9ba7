import json

import pytest
from pydantic import SecretStr

from knowledge.money import Money
from tests.tools.processors.paypal_shop import PAYPAL_SPECIFICATION
from tools.carriers import READERS
from tools.ports import DisputeState, ProcessorError
from tools.processors.paypal import PayPalClient
from tools.processors.paypal.amounts import from_paypal, to_paypal
from tools.processors.paypal.answers import Dispute, Link
from tools.processors.paypal.carriers import carrier_to_paypal
from tools.processors.paypal.client import LIVE, is_paypals
from tools.processors.paypal.mapping import case_key_from_paypal, case_key_to_paypal, dispute_from_paypal


def a_dispute(**changes: object) -> Dispute:
    return Dispute.model_validate(
        {
            "dispute_id": "PP-D-1",
            "status": "OPEN",
            "reason": "UNAUTHORISED",
            "dispute_life_cycle_stage": "INQUIRY",
            "dispute_amount": {"currency_code": "USD", "value": "23"},
            "disputed_transactions": [{"seller_transaction_id": "CAPTURE1"}],
            "links": [],
        }
        | changes
    )


@pytest.mark.parametrize(
    ("minor", "currency", "value"),
    [
        (1250, "EUR", "12.50"),
        (1250, "JPY", "1250"),
        (1251, "BHD", "1.251"),
        (125_000, "HUF", "1250"),
        (125_000, "TWD", "1250"),
        (5, "USD", "0.05"),
    ],
)
def test_amounts_have_the_decimals_paypal_takes(minor: int, currency: str, value: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert to_paypal(money) == {"currency_code": currency, "value": value}
    assert from_paypal(value, currency) == money


@pytest.mark.parametrize(
    ("value", "currency", "minor"), [("23", "USD", 2300), (".5", "USD", 50), ("3.0", "JPY", 3), ("-1.20", "EUR", -120)]
)
def test_amounts_are_read_however_paypal_writes_them(value: str, currency: str, minor: int) -> None:
    assert from_paypal(value, currency) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("value", "currency"), [("1.5", "JPY"), ("1.234", "EUR"), ("", "EUR"), ("-", "EUR"), ("1e3", "EUR"), ("1", "XXQ")]
)
def test_what_is_no_amount_is_refused(value: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"PayPal's amount|not an ISO 4217"):
        from_paypal(value, currency)


def test_every_carrier_we_read_goes_under_a_name_paypal_lists() -> None:
    schema = json.loads(PAYPAL_SPECIFICATION.read_text("utf-8"))["components"]["schemas"]["tracking_info"]
    listed = set(schema["properties"]["carrier_name"]["enum"])
    for carrier in READERS:
        named = carrier_to_paypal(carrier)
        assert named["carrier_name"] in listed
        assert (named["carrier_name"] == "OTHER") is ("carrier_name_other" in named)


def test_case_keys_come_back_whole() -> None:
    key = "lumen/case_7.b/d12-0123456789abcdef/0"
    assert case_key_from_paypal(case_key_to_paypal(key)) == key
    assert case_key_from_paypal(None) is None


def test_an_open_inquiry_waits_for_us_only_where_an_answer_is_taken() -> None:
    link = {"href": "https://api.paypal.com/x", "rel": "provide-evidence", "method": "POST"}
    assert dispute_from_paypal(a_dispute()).state is DisputeState.UNDER_REVIEW
    assert dispute_from_paypal(a_dispute(links=[link])).state is DisputeState.NEEDS_RESPONSE


@pytest.mark.parametrize("status", ["WAITING_FOR_BUYER_RESPONSE", "UNDER_REVIEW", "OTHER", "GONE_FISHING", ""])
def test_a_status_that_does_not_ask_us_is_under_review(status: str) -> None:
    assert dispute_from_paypal(a_dispute(status=status)).state is DisputeState.UNDER_REVIEW


def test_evidence_given_while_the_status_still_asks_is_an_answer() -> None:
    given = {"source": "SUBMITTED_BY_SELLER", "date": "2026-03-02T10:00:00Z", "dispute_life_cycle_stage": "CHARGEBACK"}
    asked = {"source": "REQUESTED_FROM_SELLER", "date": "2026-03-01T10:00:00Z"}
    lagging = a_dispute(
        status="WAITING_FOR_SELLER_RESPONSE", dispute_life_cycle_stage="CHARGEBACK", evidences=[given, asked]
    )
    read = dispute_from_paypal(lagging)
    assert (read.state, read.submission_count) == (DisputeState.UNDER_REVIEW, 1)


def test_an_outcome_without_a_resolved_status_decides_nothing() -> None:
    outcome = {"outcome_code": "RESOLVED_SELLER_FAVOUR"}
    assert dispute_from_paypal(a_dispute(dispute_outcome=outcome)).state is DisputeState.UNDER_REVIEW


def test_settlements_in_our_favour_are_what_came_back_and_fees_are_not() -> None:
    def moved(reason: str, direction: str, value: str) -> dict[str, object]:
        amount = {"currency_code": "USD", "value": value}
        return {"affected_party": "SELLER", "type": direction, "reason": reason, "amount": amount}

    movements = [
        moved("DISPUTE_SETTLEMENT", "DEBIT", "23"),
        moved("DISPUTE_SETTLEMENT", "CREDIT", "8"),
        moved("DISPUTE_SETTLEMENT", "CREDIT", "1.50"),
        moved("CHARGEBACK_FEE", "CREDIT", "20"),
    ]
    recovered = dispute_from_paypal(a_dispute(money_movements=movements)).recovered
    assert recovered == Money(minor=950, currency="USD")


def test_a_dispute_over_no_payment_of_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="names no seller_transaction_id"):
        dispute_from_paypal(a_dispute(disputed_transactions=[{"buyer_transaction_id": "B1"}]))


@pytest.mark.parametrize(
    "href",
    [
        "https://api.paypal.com.evil.example/v1/x",
        "https://evilpaypal.com/v1/x",
        "http://api.paypal.com/v1/x",
        "https://127.0.0.1/v1/x",
        "/v1/customer/disputes/PP-D-1/appeal",
    ],
)
async def test_a_link_that_leads_elsewhere_gets_no_token(href: str) -> None:
    client = PayPalClient("shop", SecretStr("secret"), timeout_seconds=2)
    with pytest.raises(ProcessorError, match="not to PayPal; it was not followed") as refused:
        await client.act(Link(href=href, rel="appeal", method="POST"), "take an appeal", {})
    await client.close()
    assert refused.value.retry is False


def test_the_links_of_paypals_other_hosts_lead_to_paypal_and_a_stand_ins_only_to_itself() -> None:
    assert is_paypals("https://api.paypal.com/v1/customer/disputes/PP-D-1/appeal", LIVE)
    assert is_paypals("http://127.0.0.1:8000/paypal/x", "http://127.0.0.1:8000/paypal")
    assert not is_paypals("https://api.paypal.com/x", "http://127.0.0.1:8000/paypal")
    assert not is_paypals("http://127.0.0.1:8001/paypal/x", "http://127.0.0.1:8000/paypal")
