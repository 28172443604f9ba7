import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.money import Money
from tests.tools.processors.adyen_shop import AdyenShop
from tests.tools.processors.shop import eur
from tools.ports import ProcessorError, RefundState
from tools.processors.adyen import AdyenProcessor
from tools.processors.sandbox.adyen.messages import CustomerAreaRefund, RefundEvent
from tools.processors.sandbox.messages import FaultKind, HoldPoint

LONG_KEY = "lumen/case-7/" + "d" * 64 + "/0"
"""A ledger key as the workflow makes them: longer than what Adyen's `reference` takes."""


def refunds_path(payment: str) -> str:
    return f"/adyen/checkout/v71/payments/{payment}/refunds"


async def test_a_refund_moves_money_once_and_carries_the_case_key_back(adyen: AdyenShop) -> None:
    payment = await adyen.sold()

    made = await adyen.processor.refund(payment, eur(1700), key=LONG_KEY, case_key=LONG_KEY)
    again = await adyen.processor.refund(payment, eur(1700), key=LONG_KEY, case_key=LONG_KEY)

    assert again == made
    assert (made.amount, made.state, made.case_key) == (eur(1700), RefundState.SUCCEEDED, LONG_KEY)
    assert list(await adyen.processor.refunds(payment)) == [made]
    assert await adyen.refunded(payment) == [1700]
    now = await adyen.processor.charge(payment)
    assert (now.captured, now.refunded, now.disputed) == (eur(5000), eur(1700), False)


async def test_a_refund_is_pending_until_adyen_tells_and_what_it_tells_counts(adyen: AdyenShop) -> None:
    payment = await adyen.sold(refunds_end=None)

    made = await adyen.processor.refund(payment, eur(5000), key=f"slow-{payment}", case_key="case")
    [pending] = await adyen.processor.refunds(payment)
    await adyen.world.tell_refund(made.reference, RefundEvent())
    [succeeded] = await adyen.processor.refunds(payment)
    await adyen.world.tell_refund(made.reference, RefundEvent(code="REFUND_FAILED", reason="closed account"))
    [failed] = await adyen.processor.refunds(payment)

    assert [one.state for one in (made, pending, succeeded, failed)] == [
        RefundState.PENDING,
        RefundState.PENDING,
        RefundState.SUCCEEDED,
        RefundState.FAILED,
    ]
    assert failed.failure == "closed account"
    assert (await adyen.processor.charge(payment)).refunded == eur(0)


async def test_more_than_is_left_is_received_and_fails_afterwards(adyen: AdyenShop) -> None:
    payment = await adyen.sold()
    await adyen.processor.refund(payment, eur(4000), key=f"most-{payment}", case_key="most")

    failed = await adyen.processor.refund(payment, eur(1001), key=f"more-{payment}", case_key="more")

    assert (failed.state, failed.failure) == (RefundState.FAILED, "Insufficient balance on payment")
    assert (await adyen.processor.charge(payment)).refunded == eur(4000)


async def test_a_refund_made_in_the_customer_area_is_seen_as_foreign(adyen: AdyenShop) -> None:
    payment = await adyen.sold()
    await adyen.world.refund_by_hand(CustomerAreaRefund(payment=payment, value=900))
    [seen] = await adyen.processor.refunds(payment)
    assert (seen.amount, seen.case_key, seen.state) == (eur(900), None, RefundState.SUCCEEDED)


async def test_a_refund_of_nothing_is_refused_before_it_is_sent(adyen: AdyenShop) -> None:
    payment = await adyen.sold()
    with pytest.raises(ProcessorError, match="more than zero") as refused:
        await adyen.processor.refund(payment, eur(0), key=f"nothing-{payment}", case_key="case")
    assert refused.value.retry is False
    assert await adyen.refunded(payment) == []


@pytest.mark.parametrize(
    ("payment", "amount", "words"),
    [
        ("NOBODY", eur(100), "Original pspReference required"),
        (None, Money(minor=100, currency="USD"), "Invalid amount"),
    ],
)
async def test_a_definite_refusal_is_told_in_adyens_words_and_leaves_no_refund(
    adyen: AdyenShop, payment: str | None, amount: Money, words: str
) -> None:
    payment = payment or await adyen.sold()
    with pytest.raises(ProcessorError, match=words) as refused:
        await adyen.processor.refund(payment, amount, key=f"refused-{payment}", case_key="case")
    assert refused.value.retry is False
    assert refused.value.request_id is not None
    assert list(await adyen.processor.refunds(payment)) == []


@pytest.mark.parametrize(
    ("fault", "happened"),
    [
        (FaultKind.RATE_LIMIT, False),
        (FaultKind.SERVER_ERROR, False),
        (FaultKind.GATEWAY_TIMEOUT, False),
        (FaultKind.SERVER_ERROR_AFTER, True),
        (FaultKind.HANG_BEFORE, False),
        (FaultKind.HANG_AFTER, True),
        (FaultKind.DROP_BEFORE, False),
        (FaultKind.DROP_AFTER, True),
    ],
)
async def test_whatever_fails_on_the_way_may_be_asked_again_after_reconciling(
    adyen: AdyenShop, fault: FaultKind, happened: bool
) -> None:
    payment = await adyen.sold()
    await adyen.control.plan_fault(fault, refunds_path(payment))

    with pytest.raises(ProcessorError) as failed:
        await adyen.impatient.refund(payment, eur(1700), key=f"{fault}-{payment}", case_key=LONG_KEY)

    assert failed.value.retry is True
    assert "<h1>" not in str(failed.value)
    known = [refund.case_key for refund in await adyen.processor.refunds(payment)]
    assert known == ([LONG_KEY] if happened else [])
    assert await adyen.refunded(payment) == ([1700] if happened else [])


async def test_a_lost_answer_with_a_silent_bank_is_asked_for_again_and_pays_once(adyen: AdyenShop) -> None:
    payment = await adyen.sold(refunds_end=None)
    await adyen.control.plan_fault(FaultKind.DROP_AFTER, refunds_path(payment))
    with pytest.raises(ProcessorError):
        await adyen.processor.refund(payment, eur(1700), key=f"lost-{payment}", case_key="case")
    assert list(await adyen.processor.refunds(payment)) == []

    again = await adyen.processor.refund(payment, eur(1700), key=f"lost-{payment}", case_key="case")

    assert again.state is RefundState.PENDING
    assert await adyen.refunded(payment) == [1700]


async def test_a_lost_answer_that_adyen_may_have_forgotten_is_not_asked_for_again(adyen: AdyenShop) -> None:
    payment = await adyen.sold(refunds_end=None)
    long_ago = AdyenProcessor(
        adyen.client, adyen.told, adyen.requests, now=lambda: datetime.now(UTC) - timedelta(days=7, minutes=1)
    )
    await adyen.control.plan_fault(FaultKind.DROP_AFTER, refunds_path(payment))
    with pytest.raises(ProcessorError):
        await long_ago.refund(payment, eur(1700), key=f"old-{payment}", case_key="case")
    await adyen.control.forget_keys()

    with pytest.raises(ProcessorError, match="look for it in the Customer Area") as unknown:
        await adyen.processor.refund(payment, eur(1700), key=f"old-{payment}", case_key="case")
    [made] = (await adyen.world.ledger()).payments[payment].refunds
    await adyen.world.tell_refund(made.id, RefundEvent())

    assert unknown.value.retry is True
    [seen] = await adyen.processor.refunds(payment)
    assert (seen.case_key, seen.state) == ("case", RefundState.SUCCEEDED)


async def test_a_key_still_being_worked_on_may_be_asked_again(adyen: AdyenShop) -> None:
    payment = await adyen.sold()
    await adyen.control.plan_hold(HoldPoint.BEFORE, refunds_path(payment))
    first = asyncio.create_task(adyen.processor.refund(payment, eur(1700), key=f"busy-{payment}", case_key="case"))
    await adyen.control.until_held()

    with pytest.raises(ProcessorError, match=r"\(704\)") as busy:
        await adyen.processor.refund(payment, eur(1700), key=f"busy-{payment}", case_key="case")
    await adyen.control.release()

    assert busy.value.retry is True
    assert (await first).amount == eur(1700)
    assert await adyen.refunded(payment) == [1700]


@pytest.mark.parametrize(
    ("currency", "captured", "refund", "sent"),
    [
        ("JPY", 5000, Money(minor=1200, currency="JPY"), 1200),
        ("BHD", 5000, Money(minor=1250, currency="BHD"), 1250),
        ("CLP", 500_000, Money(minor=1200, currency="CLP"), 120_000),
        ("ISK", 500_000, Money(minor=1200, currency="ISK"), 120_000),
        ("CVE", 5000, Money(minor=120_000, currency="CVE"), 1200),
        ("IDR", 5000, Money(minor=120_000, currency="IDR"), 1200),
    ],
)
async def test_refunds_arrive_in_the_currencys_own_units(
    adyen: AdyenShop, currency: str, captured: int, refund: Money, sent: int
) -> None:
    payment = await adyen.sold(captured, currency)
    made = await adyen.processor.refund(payment, refund, key=f"units-{payment}", case_key="case")
    assert made.amount == refund
    assert await adyen.refunded(payment) == [sent]


async def test_an_amount_adyen_cannot_carry_is_refused_before_it_is_sent(adyen: AdyenShop) -> None:
    payment = await adyen.sold(5000, "IDR")
    with pytest.raises(ProcessorError, match="whole units only") as refused:
        await adyen.processor.refund(payment, Money(minor=150, currency="IDR"), key=f"part-{payment}", case_key="case")
    assert refused.value.retry is False
    assert await adyen.refunded(payment) == []
