"""The queue's page with many waiting cases: `python -m benchmarks.console_queue`.

Cases that wait are written into the records of a real installation, and the console, in a process of its own, is asked
for the queue over HTTP: every view, filters, searches, orders and pages far in, with the views' counts each time. The
cases' bundles are empty, since the page never opens one; their lines, leases and indexes are the real ones. Exit code 1
when the 95th percentile of one person's pages is above the target.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import httpx

from console.web.queue.address import place_after
from console.web.security.visitor import SESSION_COOKIE
from knowledge.case import CaseKind
from knowledge.judgement.priority import rank
from knowledge.judgement.waiting import CertaintyBand, QueueFlag, WaitCause, WaitingCase
from knowledge.money import Money
from knowledge.rules.authority import Role
from tests.workflows.house import MASTER_KEY, House, running_house
from tools.records.queue import Queue
from tools.records.queue_filter import QueueCursor, QueueFilter, QueueOrder, QueueView
from tools.records.queue_rows import ENTER, row_values
from tools.records.sessions import Sessions
from tools.records.staff import Staff

MERCHANT, SMALL = "bench", "bench-small"
_TARGET_MS = 200.0
_BATCH = 5_000
_CASE = (
    "insert into amends.dispute_case (merchant, case_id, kind, digest, order_id, charge, opened_at, sealed_bundle,"
    " status) values (%s, %s, %s, %s, %s, %s, %s, '', %s)"
)
_PROPOSAL = (
    "insert into amends.person_review (merchant, case_id, review_id, account, decision_id, action, amount_minor,"
    " currency, state, seconds_spent, sealed) values (%s, %s, 'r-1', 'a_none', %s, 'approve', 125000, 'EUR',"
    " 'proposed', 40, '')"
)
_REASONS = ("not_received", "damaged", "not_as_described", "late_delivery", "wrong_item", "changed_mind")


def made(number: int, random: Random, now: datetime) -> WaitingCase:
    """A line as a busy merchant's queue holds them: a third chargebacks, one in twenty due within a day."""
    kind = CaseKind.CHARGEBACK if random.random() < 0.33 else CaseKind.REFUND
    due = now + timedelta(hours=random.uniform(-2, 24) if random.random() < 0.05 else random.uniform(24, 24 * 20))
    cents = round(random.lognormvariate(8.4, 1.1))
    rare = {
        QueueFlag.IMAGE_REUSE: 0.01,
        QueueFlag.CONTRADICTION: 0.05,
        QueueFlag.APPEAL: 0.03,
        QueueFlag.LETTER: 0.25 if kind is CaseKind.CHARGEBACK else 0.0,
    }
    flags = [flag for flag, share in rare.items() if random.random() < share]
    flags += [QueueFlag.HIGH_VALUE] if cents >= 50_000 else []
    wrong, minutes = random.choice((0.02, 0.1, 0.2, 0.5)), random.choice((1.5, 2.5, 4.0, 8.0))
    money = Money(minor=cents, currency="EUR")
    return WaitingCase(
        case_id=f"{kind.value[0].upper()}-{number:06}",
        kind=kind,
        stage=random.choices(("review", "escalated", "announced"), (90, 8, 2))[0],
        causes=(WaitCause.ABOVE_LIMIT,),
        proposal="fight" if kind is CaseKind.CHARGEBACK else "price_reduction",
        decision_id="d1-0123456789abcdef",
        amount=money,
        stake=money,
        worth_cents=cents,
        house_due=due,
        due=due,
        band=random.choices(tuple(CertaintyBand), (10, 70, 20))[0],
        reason=random.choice(_REASONS),
        network=random.choice(("visa", "mastercard", "amex", None)),
        carrier=random.choice(("dhl_express", "ups", "fedex", None)),
        language=random.choice(("en", "de", "fr", "pt", "es", "ja", "ar")),
        destination=random.choice(("DE", "FR", "PT", "US", "JP")),
        flags=tuple(flags),
        policy_version="house-2026-11@1",
        chance_wrong=wrong,
        minutes=minutes,
        rank=rank(cents, wrong, minutes, due),
        opened_at=now - timedelta(hours=random.uniform(1, 24 * 20)),
        order_id=f"O-{random.randrange(10**9):09}",
        payment_reference=f"ch_{random.randrange(10**12):012}",
    )


async def fill(house: House, merchant: str, count: int) -> None:
    """Write `count` waiting cases, two hundred people's leases on some of them, and as many proposals on others."""
    random, now = Random(merchant), datetime.now(UTC)
    for begin in range(0, count, _BATCH):
        lines = [made(number, random, now) for number in range(begin, min(count, begin + _BATCH))]
        async with house.installation.records.merchant(merchant) as scope, scope.cursor() as cursor:
            await cursor.executemany(
                _CASE,
                [
                    (merchant, o.case_id, o.kind.value, "0" * 64, o.order_id, o.payment_reference, o.opened_at, o.stage)
                    for o in lines
                ],
            )
            await cursor.executemany(ENTER, [row_values(merchant, one) for one in lines])
            proposed = lines[:: max(1, count // 200)]
            await cursor.executemany(_PROPOSAL, [(merchant, one.case_id, one.decision_id) for one in proposed])
    for number in range(min(count // 10, 200)):
        await Queue(house.installation.records).take_next(merchant, f"a_{number}", escalated=True)


@asynccontextmanager
async def console(house: House) -> AsyncGenerator[str, None]:
    """The console in a process of its own; its address."""
    installation = house.installation
    environment = {
        **os.environ,
        **installation.addresses.environment(),
        "AMENDS_DATA": str(installation.settings.data),
        "AMENDS_MASTER_KEY": MASTER_KEY,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console.web", env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def visitor(house: House, address: str, merchant: str, number: int) -> httpx.AsyncClient:
    """The browser of a lead who is signed in."""
    staff = Staff(house.installation.records)
    account = await staff.add(f"{merchant}-{number}@bench.example", f"Person {number}", password=None, by="bench")
    await staff.grant(account, merchant, Role.LEAD, by="bench")
    token = await Sessions(house.installation.records).begin(account, merchant)
    return httpx.AsyncClient(base_url=address, cookies={SESSION_COOKIE: token}, timeout=30)


async def addresses(house: House, merchant: str) -> Sequence[str]:
    """What people ask the queue for, each about as often as they do."""
    everything = QueueFilter()
    deep: QueueCursor | None = None
    for _ in range(20):
        page = await Queue(house.installation.records).page(merchant, everything, "nobody", deep)
        if page.after is None:
            break
        deep = page.after
    return (
        *("/",) * 6,
        *(f"/?view={view.value}" for view in QueueView),
        *(f"/?order={order.value}" for order in QueueOrder),
        "/?kind=chargeback&network=amex",
        "/?reason=damaged&language=ja",
        "/?from=500&to=2000",
        "/?flag=image_reuse&stage=escalated",
        "/?holder=nobody",
        "/?language=xx",
        "/?q=R-00012",
        "/?q=O-1234",
        "/?q=ch_99",
        "/?q=nothing-begins-so",
        *((place_after(everything, deep),) if deep else ()),
    )


async def ask(client: httpx.AsyncClient, asked: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Ask for every address in turn; the seconds each took."""
    took: dict[str, list[float]] = {address: [] for address in asked}
    for _ in range(rounds):
        for address in asked:
            begun = time.perf_counter()
            answer = await client.get(address)
            took[address].append(time.perf_counter() - begun)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
    return took


def percentile(times: Sequence[float], part: float) -> float:
    """In milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def told(name: str, took: Sequence[float]) -> float:
    """Print a line of figures; the 95th percentile."""
    p50, p95, p99 = (percentile(took, part) for part in (0.5, 0.95, 0.99))
    print(f"  {name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms ({len(took)} pages)")
    return p95


async def measure(count: int, rounds: int, people: int) -> bool:
    """Fill, ask and print; whether the target holds."""
    async with running_house() as house:
        begun = time.perf_counter()
        await fill(house, MERCHANT, count)
        await fill(house, SMALL, 60)
        print(f"queue page at {count} waiting cases (written in {time.perf_counter() - begun:.0f} s)")
        async with console(house) as address:
            asked = await addresses(house, MERCHANT)
            one = await visitor(house, address, MERCHANT, 0)
            few = await visitor(house, address, SMALL, 0)
            await ask(one, asked, 1)
            took = await ask(one, asked, rounds)
            small = await ask(few, ("/",), rounds * 4)
            every = [each for times in took.values() for each in times]
            p95 = told("one person, every kind of page", every)
            ratio = percentile(took["/"], 0.5) / percentile(small["/"], 0.5)
            print(f"  first page, {count} cases to 60: {ratio:.1f} times as long")
            slowest = sorted(took, key=lambda name: -percentile(took[name], 0.5))[:3]
            for name in slowest:
                told(f"slowest: {name[:60]}", took[name])
            crowd = [await visitor(house, address, MERCHANT, number + 1) for number in range(people)]
            begun = time.perf_counter()
            together = await asyncio.gather(*(ask(client, asked, max(1, rounds // people)) for client in crowd))
            pages = [each for took in together for times in took.values() for each in times]
            told(f"{people} people without a pause", pages)
            print(f"  {len(pages) / (time.perf_counter() - begun):.0f} pages a second")
            for client in (one, few, *crowd):
                await client.aclose()
    holds = p95 < _TARGET_MS
    print(f"target p95 < {_TARGET_MS:.0f} ms: {'holds' if holds else 'MISSED'}")
    return holds


def main() -> None:
    """Read the arguments and measure."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--cases", type=int, default=50_000)
    given.add_argument("--rounds", type=int, default=20)
    given.add_argument("--people", type=int, default=8)
    said = given.parse_args()
    sys.exit(0 if asyncio.run(measure(said.cases, said.rounds, said.people)) else 1)


if __name__ == "__main__":
    main()
