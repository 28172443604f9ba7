"""An answer whose buffer begins on a day off goes out on the working day before it."""

from datetime import UTC, datetime, time, timedelta

from knowledge.rules.working_days import is_working_day, on_a_working_day
from tests.workflows.hasty import hasty
from tests.workflows.house import House, plain_household
from tests.workflows.test_chargeback_case import disputed, sample
from workflows.messages import Stage


def _on_the_next_day_off(after: datetime, country: str) -> datetime:
    moment = datetime.combine(after.date(), time(12), UTC)
    while is_working_day(moment, country):
        moment += timedelta(days=1)
    return moment


async def test_an_answer_does_not_go_out_on_a_day_off(house: House) -> None:
    bundle, files = sample("c01-visa-131", "day-off-1")
    country = bundle.merchant.country
    begins = _on_the_next_day_off(datetime.now(UTC) + timedelta(days=15), country)
    policy = hasty(automatic_up_to_eur=10, send_before_days_off=True)
    async with house.worker(plain_household(policy)):
        await disputed(house, bundle, files, begins + timedelta(hours=48) - datetime.now(UTC))
        view = await house.until("day-off-1", Stage.REVIEW)
    assert view.due is not None
    moved = on_a_working_day(begins, country)
    assert moved < begins
    assert abs(view.due - moved) < timedelta(seconds=5)
