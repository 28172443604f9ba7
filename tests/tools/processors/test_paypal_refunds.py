import asyncio

import httpx
import pytest
from pydantic import SecretStr

from knowledge.money import Money
from tests.tools.processors.paypal_shop import PayPalShop
from tests.tools.processors.shop import eur
from tools.ports import ProcessorError, RefundState
from tools.processors.paypal import PayPalClient, PayPalProcessor
from tools.processors.sandbox.messages import FaultKind, HoldPoint
from tools.processors.sandbox.paypal.messages import DashboardPayPalRefund, TokenPlan

REFUND = "/paypal/v2/payments/captures/.*/refund"


async def test_a_refund_moves_money_once_and_carries_the_case_key(paypal: PayPalShop) -> None:
    capture = await paypal.sold()

    made = await paypal.processor.refund(capture, eur(1700), key="offer-1", case_key="lumen/case_7/d1-ab/0")

    assert (made.amount, made.state, made.case_key) == (eur(1700), RefundState.SUCCEEDED, "lumen/case_7/d1-ab/0")
    assert list(await paypal.processor.refunds(capture)) == [made]
    now = await paypal.processor.charge(capture)
    assert (now.captured, now.refunded, now.disputed) == (eur(5000), eur(1700), False)


async def test_the_same_key_answers_again_without_paying_again(paypal: PayPalShop) -> None:
    capture = await paypal.sold()

    first = await paypal.processor.refund(capture, eur(1700), key=f"same-{capture}", case_key="case")
    again = await paypal.processor.refund(capture, eur(1700), key=f"same-{capture}", case_key="case")

    assert again == first
    assert await paypal.refunded(capture) == [1700]


async def test_another_amount_under_the_same_key_is_refused_and_not_taken_for_paid(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.processor.refund(capture, eur(1700), key=f"changed-{capture}", case_key="case")

    with pytest.raises(ProcessorError, match=r"already made 17.00 EUR .* 18.00 EUR was not refunded") as refused:
        await paypal.processor.refund(capture, eur(1800), key=f"changed-{capture}", case_key="case")

    assert refused.value.retry is False
    assert await paypal.refunded(capture) == [1700]


async def test_after_the_key_expired_only_the_reconciling_read_shows_the_earlier_refund(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.processor.refund(capture, eur(1700), key=f"old-{capture}", case_key="lumen/c/d/0")
    await paypal.troubles.forget_keys()

    assert [one.case_key for one in await paypal.processor.refunds(capture)] == ["lumen/c/d/0"]
    await paypal.processor.refund(capture, eur(1700), key=f"old-{capture}", case_key="lumen/c/d/0")

    assert await paypal.refunded(capture) == [1700, 1700], "a caller who does not read first pays twice"


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_AFTER, FaultKind.HANG_AFTER, FaultKind.SERVER_ERROR_AFTER, FaultKind.DROP_BEFORE]
)
async def test_a_refund_whose_answer_was_lost_is_made_once(paypal: PayPalShop, kind: FaultKind) -> None:
    capture = await paypal.sold()
    await paypal.troubles.plan_fault(kind, REFUND)

    with pytest.raises(ProcessorError) as lost:
        await paypal.impatient.refund(capture, eur(1700), key=f"lost-{capture}", case_key="case")
    made = await paypal.processor.refund(capture, eur(1700), key=f"lost-{capture}", case_key="case")

    assert lost.value.retry is True
    assert made.state is RefundState.SUCCEEDED
    assert await paypal.refunded(capture) == [1700]


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMIT, FaultKind.SERVER_ERROR, FaultKind.GATEWAY_TIMEOUT])
async def test_trouble_at_paypal_is_worth_another_try(paypal: PayPalShop, kind: FaultKind) -> None:
    capture = await paypal.sold()
    await paypal.troubles.plan_fault(kind, "/paypal/v2/payments/captures/.*", method="GET")
    await paypal.troubles.plan_fault(kind, REFUND)

    with pytest.raises(ProcessorError) as unread:
        await paypal.processor.charge(capture)
    with pytest.raises(ProcessorError) as unpaid:
        await paypal.processor.refund(capture, eur(1), key=f"trouble-{capture}", case_key="case")

    assert (unread.value.retry, unpaid.value.retry) == (True, True)
    assert await paypal.refunded(capture) == []


async def test_the_same_key_twice_at_once_pays_once_and_asks_the_second_to_wait(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.troubles.plan_hold(HoldPoint.BEFORE, REFUND)
    first = asyncio.create_task(paypal.processor.refund(capture, eur(1700), key=f"both-{capture}", case_key="case"))
    await paypal.troubles.until_held()

    with pytest.raises(ProcessorError, match="PREVIOUS_REQUEST_IN_PROGRESS") as second:
        await paypal.processor.refund(capture, eur(1700), key=f"both-{capture}", case_key="case")
    await paypal.troubles.release()
    await first

    assert second.value.retry is True
    assert await paypal.refunded(capture) == [1700]


@pytest.mark.parametrize(
    ("amount", "issue"),
    [
        (eur(5001), "REFUND_AMOUNT_EXCEEDED"),
        (Money(minor=100, currency="USD"), "REFUND_CAPTURE_CURRENCY_MISMATCH"),
    ],
)
async def test_a_definite_refusal_says_paypals_words_and_id(paypal: PayPalShop, amount: Money, issue: str) -> None:
    capture = await paypal.sold()

    with pytest.raises(ProcessorError, match=issue) as refused:
        await paypal.processor.refund(capture, amount, key=f"refused-{capture}", case_key="case")

    assert refused.value.retry is False
    assert refused.value.request_id
    assert await paypal.refunded(capture) == []


async def test_a_payment_given_back_already_is_refused(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.world.refund_in_dashboard(DashboardPayPalRefund(capture=capture, amount=eur(5000)))

    with pytest.raises(ProcessorError, match="CAPTURE_FULLY_REFUNDED"):
        await paypal.processor.refund(capture, eur(1), key=f"late-{capture}", case_key="case")
    [seen] = await paypal.processor.refunds(capture)
    assert (seen.amount, seen.case_key) == (eur(5000), None)


@pytest.mark.parametrize(
    ("amount", "case_key", "why"),
    [
        (eur(0), "case", "more than zero"),
        (eur(100), "x" * 128, "at most 127"),
        (eur(100), "a case,1", "cannot be a PayPal custom_id"),
        (Money(minor=12_050, currency="TWD"), "case", "whole units only"),
    ],
)
async def test_what_paypal_cannot_carry_is_refused_before_it_is_sent(
    paypal: PayPalShop, amount: Money, case_key: str, why: str
) -> None:
    capture = await paypal.sold(Money(minor=50_000, currency=amount.currency))

    with pytest.raises(ProcessorError, match=why) as refused:
        await paypal.processor.refund(capture, amount, key=f"cannot-{capture}", case_key=case_key)

    assert refused.value.retry is False
    assert await paypal.refunded(capture) == []


@pytest.mark.parametrize(
    ("paid", "given"),
    [
        (Money(minor=5000, currency="JPY"), Money(minor=1700, currency="JPY")),
        (Money(minor=500_000, currency="HUF"), Money(minor=170_000, currency="HUF")),
        (Money(minor=50_005, currency="KWD"), Money(minor=17_001, currency="KWD")),
    ],
)
async def test_every_currency_is_refunded_to_its_own_decimal(paypal: PayPalShop, paid: Money, given: Money) -> None:
    capture = await paypal.sold(paid)

    made = await paypal.processor.refund(capture, given, key=f"currency-{capture}", case_key="case")

    assert (made.amount, (await paypal.processor.charge(capture)).refunded) == (given, given)
    assert await paypal.refunded(capture) == [given.minor]


async def test_a_pending_refund_is_pending_until_paypal_decides(paypal: PayPalShop) -> None:
    capture = await paypal.sold(refunds_start_as="PENDING")

    made = await paypal.processor.refund(capture, eur(5000), key=f"slow-{capture}", case_key="case")
    await paypal.world.decide_refund(made.reference, "FAILED", "ECHECK")

    [failed] = await paypal.processor.refunds(capture)
    assert made.state is RefundState.PENDING
    assert (failed.state, failed.failure) == (RefundState.FAILED, "ECHECK")
    assert (await paypal.processor.charge(capture)).refunded == eur(0)


async def test_a_state_paypal_invents_is_pending(paypal: PayPalShop) -> None:
    capture = await paypal.sold(refunds_start_as="ON_ITS_WAY")
    made = await paypal.processor.refund(capture, eur(5000), key=f"new-{capture}", case_key="case")
    assert made.state is RefundState.PENDING


async def test_without_an_order_none_is_known_to_be_none_and_some_is_said_to_be_unlisted(paypal: PayPalShop) -> None:
    capture = await paypal.sold(in_order=False)
    assert list(await paypal.processor.refunds(capture)) == []
    await paypal.world.refund_in_dashboard(DashboardPayPalRefund(capture=capture, amount=eur(100)))

    with pytest.raises(ProcessorError, match="gives no list of its refunds") as unlisted:
        await paypal.processor.refunds(capture)

    assert unlisted.value.retry is False


async def test_a_payment_under_dispute_says_so_and_is_not_refunded_as_well(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.disputed(capture=capture)

    assert (await paypal.processor.charge(capture)).disputed is True
    with pytest.raises(ProcessorError, match="REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"):
        await paypal.processor.refund(capture, eur(5000), key=f"twice-{capture}", case_key="case")
    assert await paypal.refunded(capture) == []


async def test_an_unknown_payment_is_a_definite_refusal(paypal: PayPalShop) -> None:
    with pytest.raises(ProcessorError, match="RESOURCE_NOT_FOUND") as unknown:
        await paypal.processor.charge("NOSUCHCAPTURE")
    assert unknown.value.retry is False


async def test_one_token_serves_many_calls(paypal: PayPalShop) -> None:
    await paypal.processor.charge(await paypal.sold())
    before = (await paypal.world.ledger()).tokens
    await asyncio.gather(*[paypal.processor.charge(await paypal.sold()) for _ in range(5)])
    assert (await paypal.world.ledger()).tokens == before


async def test_a_token_that_ended_before_its_time_is_renewed_once(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.processor.charge(capture)
    before = (await paypal.world.ledger()).tokens
    await paypal.world.plan_tokens(TokenPlan(end_all=True))

    await asyncio.gather(*[paypal.processor.charge(capture) for _ in range(5)])

    assert (await paypal.world.ledger()).tokens == before + 1


async def test_a_token_about_to_end_is_not_used_any_more(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    await paypal.world.plan_tokens(TokenPlan(end_all=True, last_seconds=30))
    await paypal.processor.dispute(await paypal.disputed(capture=capture))
    before = (await paypal.world.ledger()).tokens

    await paypal.processor.dispute(await paypal.disputed())

    assert (await paypal.world.ledger()).tokens == before + 1
    await paypal.world.plan_tokens(TokenPlan(end_all=True))


async def test_wrong_credentials_name_their_settings(paypal: PayPalShop) -> None:
    client = PayPalClient("shop", SecretStr(""), url=paypal.url)
    with pytest.raises(ProcessorError, match=r"AMENDS_PAYPAL_CLIENT_ID.*invalid_client") as refused:
        await PayPalProcessor(client).charge("CAPTURE1")
    await client.close()
    assert refused.value.retry is False


async def test_nobody_there_is_worth_another_try() -> None:
    client = PayPalClient("shop", SecretStr("secret"), url="http://127.0.0.1:9", timeout_seconds=2)
    with pytest.raises(ProcessorError, match="did not answer") as lost:
        await PayPalProcessor(client).charge("CAPTURE1")
    await client.close()
    assert lost.value.retry is True


async def test_the_stand_in_refuses_what_the_specification_does_not_name(paypal: PayPalShop) -> None:
    capture = await paypal.sold()
    async with httpx.AsyncClient(base_url=paypal.url, trust_env=False) as http:
        token = (
            await http.post("/v1/oauth2/token", data={"grant_type": "client_credentials"}, auth=("shop", "secret"))
        ).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        answer = await http.post(f"/v2/payments/captures/{capture}/refund", json={"amuont": {}})
    [violation] = await paypal.troubles.violations()
    await paypal.troubles.forget_violations()

    assert (answer.status_code, "amuont" in violation.what) == (400, True)
    assert await paypal.refunded(capture) == []
