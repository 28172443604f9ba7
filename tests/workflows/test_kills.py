"""Whatever is killed, and whenever: each refund is paid once, counted at the bank, and the case ends."""

import os
import signal
from collections.abc import Awaitable, Callable

import pytest

from tests.workflows.house import House, lost
from tests.workflows.killable import worker_process
from tools.processors.sandbox.messages import DashboardRefund, HoldPoint
from workflows.messages import Stage

_REFUND = "/v1/refunds"


Step = Callable[[], Awaitable[object]]


async def killed_at(house: House, case_id: str, hold: Step, rest: Step) -> None:
    """Open a case, let a worker run into the hold, kill it with -9, do the rest, and let another worker finish."""
    bundle, files = lost(case_id)
    await hold()
    async with worker_process(house) as process:
        await house.open(bundle, files)
        await house.bank.until_held(seconds=60)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await rest()
    await house.bank.release()
    async with house.worker():
        view = await house.until(case_id, Stage.CLOSED, seconds=90)
    assert view.result == "paid"
    assert await house.refunded(bundle.order.payment.processor_reference) == [4500]
    assert (await house.installation.audit.verify("lumen")).intact


async def nothing() -> None:
    """Nothing else happens."""


@pytest.mark.long
async def test_a_worker_killed_before_the_bank_was_asked_leaves_one_refund(house: House) -> None:
    await killed_at(
        house, "kill-before", lambda: house.bank.plan_hold(HoldPoint.BEFORE, "/v1/charges/.*", method="GET"), nothing
    )


@pytest.mark.long
async def test_a_worker_killed_while_the_bank_was_asked_leaves_one_refund(house: House) -> None:
    await killed_at(house, "kill-during", lambda: house.bank.plan_hold(HoldPoint.BEFORE, _REFUND), house.bank.release)


async def test_a_worker_killed_after_the_bank_agreed_leaves_one_refund(house: House) -> None:
    await killed_at(house, "kill-after", lambda: house.bank.plan_hold(HoldPoint.AFTER, _REFUND), nothing)


@pytest.mark.long
async def test_a_bank_that_forgets_keys_after_it_agreed_still_pays_once(house: House) -> None:
    async def forget() -> None:
        await house.bank.forget_keys()

    await killed_at(house, "kill-forgotten", lambda: house.bank.plan_hold(HoldPoint.AFTER, _REFUND), forget)


@pytest.mark.parametrize("service", [pytest.param("temporal", marks=pytest.mark.long), "postgres"])
async def test_a_service_killed_while_the_bank_was_asked_leaves_one_refund(house: House, service: str) -> None:
    async def kill_the_service() -> None:
        os.kill(house.services.processes.pids[service], signal.SIGKILL)

    case_id = f"kill-{service}"
    await killed_at(house, case_id, lambda: house.bank.plan_hold(HoldPoint.AFTER, _REFUND), kill_the_service)


async def test_a_refund_in_the_dashboard_leaves_only_the_rest_to_be_given_back(house: House) -> None:
    bundle, files = lost("dashboard-1")
    charge = bundle.order.payment.processor_reference
    await house.open(bundle, files)  # no worker yet: the dashboard is faster
    await house.bank.refund_in_dashboard(DashboardRefund(charge=charge, amount=3000))
    async with house.worker():
        view = await house.until("dashboard-1", Stage.REVIEW, Stage.CLOSED)
    assert view.stage is Stage.REVIEW
    assert await house.refunded(charge) == [3000]


async def test_two_cases_on_one_payment_never_give_back_more_than_was_captured(house: House) -> None:
    first, files = lost("twice-1", charge="ch_twice")
    second, _ = lost("twice-2", charge="ch_twice")
    async with house.worker():
        await house.open(first, files)
        await house.open(second, files)
        for case_id in ("twice-1", "twice-2"):
            await house.until(case_id, Stage.REVIEW, Stage.CLOSED)
    assert sum(await house.refunded("ch_twice")) <= 4500
