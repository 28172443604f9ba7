"""A storm of disputes: processors fail at random and fall silent, workers are killed, and deadlines are minutes away.

Disputes of all three processors arrive at a steady rate. Requests to the processors go wrong at random (timeouts, 429,
500, accepted and not answered), everything is down now and then, and the worker is killed with -9 again and again.
Afterwards each dispute is counted at its processor: none may have been answered twice, 99 of 100 must have been
answered in time, and every other one must wait for a person with the reason. Exit code 1 when that does not hold.
"""

import argparse
import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from knowledge.case import CaseBundle, ProcessorName
from tests.workflows import test_adyen_case, test_chargeback_case, test_paypal_case
from tests.workflows.house import MASTER_KEY, House, running_house
from tools.processors.sandbox.adyen.control import AdyenSandbox
from tools.processors.sandbox.adyen.messages import NewAdyenDispute, NewPayment
from tools.processors.sandbox.messages import FaultKind, NewCharge, NewDispute
from tools.processors.sandbox.paypal.messages import NewCapture, NewPayPalDispute
from workflows.messages import Stage

_BUFFER_SECONDS = 60.0
_SHORTEST, _LONGEST = 200.0, 420.0
"""Seconds from a dispute to its date."""
_AFTERWARDS = 45.0
"""What is past its date has this long to come to a person."""
_GOES_WRONG = (
    FaultKind.RATE_LIMIT,
    FaultKind.SERVER_ERROR,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.SERVER_ERROR_AFTER,
    FaultKind.DROP_BEFORE,
    FaultKind.DROP_AFTER,
    FaultKind.HANG_AFTER,
)
_WITH_PEOPLE = frozenset({Stage.REVIEW, Stage.ESCALATED})


@dataclass
class Dispute:
    """One dispute of the storm, and what became of it."""

    case_id: str
    processor: ProcessorName
    reference: str
    due: datetime
    sent: list[datetime] = field(default_factory=list[datetime])
    stage: Stage = Stage.READING
    detail: str = ""


@dataclass
class Storm:
    """What went wrong, and when nothing could be reached."""

    kills: int = 0
    outages: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])


def _bundle(number: int) -> tuple[CaseBundle, dict[str, bytes]]:
    """A dispute that is fought; of each processor one in two waits for a signature until the buffer begins."""
    case_id, signed = f"storm-{number}", number % 2 == 0
    match number % 5:
        case 3:
            return test_paypal_case.sample("c08-paypal-inr", case_id)
        case 4:
            bundle, files = test_chargeback_case.sample("c01-visa-131", case_id)
            return test_adyen_case.taken_by_adyen(bundle), files
        case _:
            return test_chargeback_case.sample("c02-visa-104-3ds" if signed else "c01-visa-131", case_id)


async def _happens(house: House, adyen: AdyenSandbox, bundle: CaseBundle, due: datetime) -> None:
    """The payment and its dispute exist at the processor."""
    payment, notice = bundle.order.payment, bundle.chargeback
    assert notice is not None
    charge, paid = payment.processor_reference, payment.captured
    match payment.processor:
        case ProcessorName.STRIPE:
            await house.bank.create_charge(NewCharge(id=charge, amount=paid.minor, currency=paid.currency.lower()))
            new = NewDispute(id=notice.dispute_id, charge=charge, amount=notice.amount.minor, due_by=due)
            await house.bank.open_dispute(new.model_copy(update={"network_reason_code": notice.reason_code}))
        case ProcessorName.PAYPAL:
            await house.paypal.capture(NewCapture(id=charge, amount=paid))
            await house.paypal.open_dispute(
                NewPayPalDispute(
                    id=notice.dispute_id, capture=charge, amount=notice.amount, reason=notice.reason_code, due_by=due
                )
            )
        case ProcessorName.ADYEN:
            await adyen.pay(NewPayment(id=charge, value=paid.minor, currency=paid.currency, scheme="visa"))
            await adyen.dispute(
                NewAdyenDispute(
                    id=notice.dispute_id,
                    payment=charge,
                    value=notice.amount.minor,
                    reason_code=notice.reason_code,
                    due_by=due,
                )
            )


async def _arrive(house: House, adyen: AdyenSandbox, count: int, rate: float, chance: Random) -> list[Dispute]:
    """All disputes, one after the other at `rate` a second."""
    disputes: list[Dispute] = []
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        bundle, files = _bundle(number)
        assert bundle.chargeback is not None
        # Processors keep whole seconds.
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=chance.uniform(_SHORTEST, _LONGEST) // 1)
        await _happens(house, adyen, bundle, due)
        await house.desk.open(bundle, files)
        processor = bundle.order.payment.processor
        disputes.append(Dispute(bundle.case_id, processor, bundle.chargeback.dispute_id, due))
        if (number + 1) % 100 == 0:
            print(f"{number + 1} disputes have arrived after {time.monotonic() - began:.0f} s", flush=True)
    return disputes


@asynccontextmanager
async def _worker(house: House) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    environment = {
        **os.environ,
        **house.installation.addresses.environment(),
        "AMENDS_DATA": str(house.installation.settings.data),
        "AMENDS_MASTER_KEY": MASTER_KEY,
        "AMENDS_PROCESSOR_TIMEOUT_SECONDS": str(house.installation.settings.processor_timeout_seconds),
    }
    command = (sys.executable, "-m", "benchmarks.storm_worker", str(_BUFFER_SECONDS))
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _rage(house: House, storm: Storm, chance: Random) -> None:
    """Until cancelled: bad minutes, outages, and workers that live a while and are killed."""
    while True:
        async with _worker(house):
            for _ in range(chance.randint(1, 3)):
                await house.bank.storm(chance.uniform(0.05, 0.3), *_GOES_WRONG, seed=chance.randrange(1 << 30))
                await asyncio.sleep(chance.uniform(8, 20))
                if chance.random() < 0.25:
                    began = datetime.now(UTC)
                    await house.bank.storm(1.0, FaultKind.DROP_BEFORE)
                    await asyncio.sleep(chance.uniform(5, 20))
                    storm.outages.append((began, datetime.now(UTC)))
        storm.kills += 1


async def _count(house: House, adyen: AdyenSandbox, disputes: Sequence[Dispute]) -> None:
    """What the processors really got, and where each case stands."""
    stripe, paypal, theirs = await house.bank.ledger(), await house.paypal.ledger(), await adyen.ledger()
    for one in disputes:
        ledger = {
            ProcessorName.STRIPE: stripe.disputes,
            ProcessorName.PAYPAL: paypal.disputes,
            ProcessorName.ADYEN: theirs.disputes,
        }[one.processor]
        one.sent = [submission.at for submission in ledger[one.reference].submissions]
        view = await house.desk.view("lumen", one.case_id)
        one.stage, one.detail = view.stage, view.detail


def _reachable(one: Dispute, storm: Storm) -> bool:
    """Whether the processor answered at any moment between the beginning of the buffer and the date."""
    begins = one.due - timedelta(seconds=_BUFFER_SECONDS)
    return not any(began <= begins and ended >= one.due for began, ended in storm.outages)


def _judge(disputes: Sequence[Dispute], storm: Storm) -> bool:
    """Print the figures; True when everything held."""
    twice = [one for one in disputes if len(one.sent) > 1]
    reachable = [one for one in disputes if _reachable(one, storm)]
    in_time = [one for one in reachable if one.sent and one.sent[0] <= one.due]
    rest = [one for one in disputes if not one.sent]
    silent = [one for one in rest if one.stage not in _WITH_PEOPLE or not one.detail]
    for one in [*twice, *rest][:20]:
        print(
            f"  {one.processor.value} {one.case_id}: sent {len(one.sent)} times; {one.stage.value}: {one.detail[:160]}"
        )
    by_processor = Counter(one.processor.value for one in in_time)
    share = len(in_time) / len(reachable) if reachable else 0.0
    print(f"kills {storm.kills}, outages {len(storm.outages)}; in time by processor: {dict(by_processor)}")
    print(
        f"{len(disputes)} disputes: {len(twice)} submitted twice, {len(in_time)} of {len(reachable)} reachable ones in "
        f"time ({share:.2%}), {len(rest)} with a person and the reason, {len(silent)} forgotten"
    )
    return not twice and not silent and share >= 0.99


async def storm(count: int, rate: float, seed: int) -> bool:
    """The whole run."""
    chance, weather = Random(seed), Storm()
    async with (
        running_house(durable=True, processor_timeout_seconds=3.0) as house,
        AdyenSandbox(str(house.installation.settings.stripe_url)) as adyen,
    ):
        raging = asyncio.create_task(_rage(house, weather, Random(seed + 1)))
        disputes = await _arrive(house, adyen, count, rate, chance)
        last = max(one.due for one in disputes)
        await asyncio.sleep(max(0.0, (last - datetime.now(UTC)).total_seconds()))
        raging.cancel()
        with suppress(asyncio.CancelledError):
            await raging
        await house.bank.storm(0.0)
        async with _worker(house):
            await asyncio.sleep(_AFTERWARDS)
            await _count(house, adyen, disputes)
    return _judge(disputes, weather)


def main() -> None:
    """Run the storm; exit 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disputes", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=1.2, help="disputes a second")
    parser.add_argument("--seed", type=int, default=26)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(storm(given.disputes, given.rate, given.seed)) else 1)


if __name__ == "__main__":
    main()
