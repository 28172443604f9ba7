import asyncio

import pytest

from knowledge.money import Money
from tests.tools.processors.shop import Shop, eur
from tools.ports import ProcessorError, RefundState
from tools.processors.sandbox.messages import DashboardRefund, FaultKind, HoldPoint


async def test_a_refund_moves_money_once_and_carries_the_case_key(shop: Shop) -> None:
    charge = await shop.sold(5000)

    made = await shop.processor.refund(charge, eur(1700), key="offer-1", case_key="case-7:offer-1")

    assert (made.amount, made.state, made.case_key) == (eur(1700), RefundState.SUCCEEDED, "case-7:offer-1")
    assert list(await shop.processor.refunds(charge)) == [made]
    now = await shop.processor.charge(charge)
    assert (now.captured, now.refunded, now.disputed) == (eur(5000), eur(1700), False)


async def test_the_same_key_answers_again_without_paying_again(shop: Shop) -> None:
    charge = await shop.sold(5000)

    first = await shop.processor.refund(charge, eur(1700), key="same", case_key="case")
    again = await shop.processor.refund(charge, eur(1700), key="same", case_key="case")

    assert again == first
    assert await shop.refunded(charge) == [1700]


async def test_the_same_key_for_another_amount_is_refused(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.processor.refund(charge, eur(1700), key="changed", case_key="case")

    with pytest.raises(ProcessorError, match="only be used with the same parameters") as refused:
        await shop.processor.refund(charge, eur(1800), key="changed", case_key="case")

    assert refused.value.retry is False
    assert await shop.refunded(charge) == [1700]


async def test_after_the_key_expired_only_the_reconciling_read_shows_the_earlier_refund(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.processor.refund(charge, eur(1700), key="expiring", case_key="case-9:offer-1")
    await shop.world.forget_keys()

    earlier = [refund.case_key for refund in await shop.processor.refunds(charge)]
    await shop.processor.refund(charge, eur(1700), key="expiring", case_key="case-9:offer-1")

    assert earlier == ["case-9:offer-1"]
    assert await shop.refunded(charge) == [1700, 1700], "a caller who does not read first pays twice"


async def test_more_than_was_captured_is_refused_and_asking_again_does_not_help(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.processor.refund(charge, eur(4000), key="most", case_key="case")

    with pytest.raises(ProcessorError, match="greater than unrefunded amount") as refused:
        await shop.processor.refund(charge, eur(1001), key="too much", case_key="case")

    assert refused.value.retry is False
    assert refused.value.request_id is not None
    assert refused.value.request_id.startswith("req_")
    assert await shop.refunded(charge) == [4000]


async def test_a_charge_given_back_in_the_dashboard_is_already_refunded(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.world.refund_in_dashboard(DashboardRefund(charge=charge))

    with pytest.raises(ProcessorError, match="charge_already_refunded") as refused:
        await shop.processor.refund(charge, eur(1), key="late", case_key="case")

    assert refused.value.retry is False
    [seen] = await shop.processor.refunds(charge)
    assert (seen.amount, seen.case_key) == (eur(5000), None)


async def test_a_refund_of_nothing_is_refused_before_it_is_sent(shop: Shop) -> None:
    charge = await shop.sold(5000)

    with pytest.raises(ProcessorError, match="more than zero") as refused:
        await shop.processor.refund(charge, eur(0), key="nothing", case_key="case")

    assert refused.value.retry is False
    assert await shop.refunded(charge) == []


async def test_all_refunds_are_read_over_every_page(shop: Shop) -> None:
    charge = await shop.sold(10_000)
    for cents in range(1, 104):
        await shop.world.refund_in_dashboard(DashboardRefund(charge=charge, amount=cents))

    seen = await shop.processor.refunds(charge)

    assert [refund.amount.minor for refund in seen] == list(range(103, 0, -1))


async def test_a_pending_refund_is_pending_until_the_bank_decides(shop: Shop) -> None:
    charge = await shop.sold(5000, refunds_start_as="pending")

    made = await shop.processor.refund(charge, eur(5000), key="slow", case_key="case")
    await shop.world.decide_refund(made.reference, "failed", "expired_or_canceled_card")
    [failed] = await shop.processor.refunds(charge)

    assert made.state is RefundState.PENDING
    assert (failed.state, failed.failure) == (RefundState.FAILED, "expired_or_canceled_card")
    assert (await shop.processor.charge(charge)).refunded == eur(0)


async def test_a_refund_in_a_state_nobody_has_told_us_about_is_pending(shop: Shop) -> None:
    charge = await shop.sold(5000, refunds_start_as="settling_by_pigeon")

    made = await shop.processor.refund(charge, eur(100), key="pigeon", case_key="case")

    assert made.state is RefundState.PENDING


async def test_an_unknown_charge_is_refused(shop: Shop) -> None:
    with pytest.raises(ProcessorError, match="resource_missing") as refused:
        await shop.processor.charge("ch_nobody")
    assert refused.value.retry is False
    assert list(await shop.processor.refunds("ch_nobody")) == []


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
    shop: Shop, fault: FaultKind, happened: bool
) -> None:
    charge = await shop.sold(5000)
    await shop.world.plan_fault(fault, "/v1/refunds")

    with pytest.raises(ProcessorError) as failed:
        await shop.impatient.refund(charge, eur(1700), key=f"first-{fault}", case_key="case")

    assert failed.value.retry is True
    assert "<h1>" not in str(failed.value)
    assert [refund.case_key for refund in await shop.processor.refunds(charge)] == (["case"] if happened else [])
    assert await shop.refunded(charge) == ([1700] if happened else []), "nothing is retried behind the caller's back"


async def test_a_failure_after_the_refund_is_replayed_under_its_key_though_the_money_moved(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.world.plan_fault(FaultKind.SERVER_ERROR_AFTER, "/v1/refunds")

    for _ in range(2):
        with pytest.raises(ProcessorError) as failed:
            await shop.processor.refund(charge, eur(1700), key="replayed failure", case_key="case")
        assert failed.value.retry is True

    assert await shop.refunded(charge) == [1700]


async def test_a_key_still_being_worked_on_may_be_asked_again(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.world.plan_hold(HoldPoint.BEFORE, "/v1/refunds")
    first = asyncio.create_task(shop.processor.refund(charge, eur(1700), key="busy", case_key="case"))
    [held] = await shop.world.until_held()

    with pytest.raises(ProcessorError, match="idempotency_key_in_use") as conflict:
        await shop.processor.refund(charge, eur(1700), key="busy", case_key="case")
    await shop.world.release(held.ticket)

    assert conflict.value.retry is True
    assert (await first).amount == eur(1700)
    assert await shop.refunded(charge) == [1700]


async def test_a_refused_key_never_reaches_the_message(shop: Shop) -> None:
    charge = await shop.sold(5000)
    with pytest.raises(ProcessorError) as refused:
        await shop.processor.refund(charge, eur(9000), key="quiet", case_key="secret case key")
    assert "sk_test" not in str(refused.value)
    assert "secret case key" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("currency", "stripe_captured", "refund", "stripe_refund"),
    [
        ("JPY", 5000, Money(minor=1200, currency="JPY"), 1200),
        ("KWD", 5000, Money(minor=1250, currency="KWD"), 1250),
        ("ISK", 500_000, Money(minor=1200, currency="ISK"), 120_000),
        ("UGX", 500_000, Money(minor=1200, currency="UGX"), 120_000),
        ("MGA", 5000, Money(minor=120_000, currency="MGA"), 1200),
    ],
)
async def test_refunds_arrive_in_the_currencys_own_units(
    shop: Shop, currency: str, stripe_captured: int, refund: Money, stripe_refund: int
) -> None:
    charge = await shop.sold(stripe_captured, currency.lower())

    made = await shop.processor.refund(charge, refund, key=f"units-{currency}", case_key="case")

    assert made.amount == refund
    assert await shop.refunded(charge) == [stripe_refund]


async def test_an_amount_stripe_cannot_carry_is_refused_before_it_is_sent(shop: Shop) -> None:
    charge = await shop.sold(5000, "kwd")

    with pytest.raises(ProcessorError, match=r"end in 0 only; round 1\.234 KWD") as refused:
        await shop.processor.refund(charge, Money(minor=1234, currency="KWD"), key="fils", case_key="case")

    assert refused.value.retry is False
    assert await shop.refunded(charge) == []
