"""The doctor's look at the house at work: clock, workers, backlog, staff, console, the operators' port."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import psutil
import psycopg
from psycopg import OperationalError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from console.cli.findings import ANSWER_SECONDS, Finding, broken, good, note, short
from tools.embedded import Addresses
from tools.embedded.addresses import read_record
from tools.records.crypto import derive_secret
from tools.records.house_figures import HouseFigures
from tools.records.records import Records, RecordsUnavailable, WrongTenancySecret
from tools.records.schema import app_url
from tools.records.staff import Staff
from tools.settings import Settings
from workflows.installation import NotRunningError, addresses_of, master_key_of
from workflows.messages import TASK_QUEUE

_SKEW_NOTED = timedelta(seconds=2)
_SKEW_BROKEN = timedelta(seconds=60)
"""Signatures of webhooks are believed for five minutes, and dates are kept to the minute."""
_BACKLOG_NOTED = timedelta(minutes=1)
_POLLS_WITHIN = timedelta(seconds=90)
"""A worker asks at least every minute; the server remembers one that ended for five."""
_WAITS_LONG = timedelta(hours=24)


async def examine_house(settings: Settings) -> list[Finding]:
    """Findings on an installation that runs; none where nothing runs, which is told elsewhere."""
    try:
        addresses = addresses_of(settings)
    except NotRunningError:
        return []
    asked: list[tuple[str, Callable[[], Awaitable[list[Finding]]]]] = [
        ("clock", lambda: _clock(addresses.postgres_url)),
        ("workers", lambda: _workers(addresses)),
        ("records", lambda: _records(settings, addresses)),
        ("console", lambda: _console(settings)),
        ("operators' port", lambda: _operators_port(settings)),
    ]
    return [finding for found in await asyncio.gather(*(_asked(*each) for each in asked)) for finding in found]


async def _asked(what: str, ask: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    try:
        return await asyncio.wait_for(ask(), ANSWER_SECONDS)
    except Exception as problem:
        # Why a service does not answer is told where it is asked for its version.
        return [note(what, f"could not be looked at: {short(problem)}", "mend what is broken above, then repeat")]


async def _clock(url: str) -> list[Finding]:
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
        before = datetime.now(UTC)
        row = await (await connection.execute("select clock_timestamp()")).fetchone()
        after = datetime.now(UTC)
    assert row is not None
    return [clock_finding(row[0] - (before + (after - before) / 2))]


def clock_finding(skew: timedelta) -> Finding:
    """What a database's clock that is `skew` ahead of this host's means."""
    found = f"the database's clock is {abs(skew).total_seconds():.1f} s {'ahead' if skew > timedelta() else 'behind'}"
    mend = "let both hosts follow a time server (timedatectl set-ntp true); due dates are counted by them"
    if abs(skew) > _SKEW_BROKEN:
        return broken("clock", found, mend)
    if abs(skew) > _SKEW_NOTED:
        return note("clock", found, mend)
    return good("clock", "agrees with the database's")


async def _workers(addresses: Addresses) -> list[Finding]:
    client = await Client.connect(addresses.temporal_address, namespace=addresses.temporal_namespace)
    found: list[Finding] = []
    for what, kind in (
        ("workers", TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
        ("backlog of steps", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    ):
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=addresses.temporal_namespace,
                task_queue=TaskQueue(name=TASK_QUEUE),
                task_queue_type=kind,
                report_stats=True,
            )
        )
        if kind == TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW:
            since = datetime.now(UTC) - _POLLS_WITHIN
            asking = {one.identity for one in answer.pollers if one.last_access_time.ToDatetime(UTC) > since}
            if asking:
                found.append(good(what, f"{len(asking)} ask for work"))
            else:
                mend = "start one: `amends up`, or `python -m workflows.worker`; its log says why it ended"
                found.append(broken(what, "none asks for work: no case moves", mend))
            continue
        waits = timedelta(seconds=answer.stats.approximate_backlog_age.seconds)
        depth = answer.stats.approximate_backlog_count
        if depth and waits > _BACKLOG_NOTED:
            told = f"{depth} wait, the oldest for {_span(waits)}"
            found.append(note(what, told, "start more workers, or look in their log for steps that fail"))
        else:
            found.append(good(what, f"{depth} wait"))
    return found


@asynccontextmanager
async def _opened(settings: Settings, addresses: Addresses) -> AsyncGenerator[Records, None]:
    """The records as the application sees them; nothing is migrated."""
    master_key = await asyncio.to_thread(master_key_of, settings)
    password, secret = derive_secret(master_key, "application-role").hex(), derive_secret(master_key, "tenancy")
    url = app_url(addresses.postgres_url, password)
    records = await Records.connect(url, master_key=master_key, tenancy_secret=secret, size=1, patience_seconds=3)
    try:
        yield records
    finally:
        await records.close()


async def _records(settings: Settings, addresses: Addresses) -> list[Finding]:
    if settings.master_key is None and not (settings.data.expanduser().absolute() / "master.key").exists():
        return []
    try:
        async with _opened(settings, addresses) as records:
            figures = HouseFigures(records)
            staff = [one for one in await Staff(records).members(None) if not one.disabled and one.roles]
            merchants = {each.merchant for each in settings.webhooks} | set(await figures.merchants())
            return [_staff(len(staff)), *[await _merchant(figures, name) for name in sorted(merchants)]]
    except (RecordsUnavailable, WrongTenancySecret, OperationalError):
        mend = "set AMENDS_MASTER_KEY to the key these records were made with, or restore its master.key"
        return [note("records", "cannot be opened with this master key as the application", mend)]


def _staff(count: int) -> Finding:
    if count:
        return good("staff", f"{count} may sign in to the console")
    mend = "amends staff add ANA@SHOP.EXAMPLE --merchant MERCHANT --name 'Ana Lima' --role admin --by YOU"
    return note("staff", "nobody has an account, so nobody can sign in to the console", mend)


async def _merchant(figures: HouseFigures, merchant: str) -> Finding:
    read = await figures.of(merchant)
    what, now = f"backlog of {merchant}", datetime.now(UTC)
    stuck = read.inbox.get("stuck", 0)
    if stuck:
        return note(what, f"{stuck} webhook notices are stuck", f"amends webhooks list -m {merchant} says why of each")
    if read.overdrawn:
        mend = "amends audit verify, then look at `ledger.overdrawn` in the trail; the processor's dashboard shows why"
        return note(what, f"{read.overdrawn} payments gave back more than was captured", mend)
    waiting = [one for one in read.cases if one.stage in ("review", "escalated", "announced")]
    if not waiting:
        return good(what, "no case waits for a person")
    count, age = sum(one.count for one in waiting), now - min(one.since for one in waiting)
    told = f"{count} cases wait for a person, the oldest for {_span(age)}"
    if age > _WAITS_LONG:
        return note(what, told, "reviewers find them in the console's queue, the most urgent first")
    return good(what, told)


async def _console(settings: Settings) -> list[Finding]:
    host = _reachable(settings.console_host)
    port = settings.console_port or await _found_port(host, settings)
    if port is None:
        mend = "`amends up` serves it; elsewhere run `python -m console.web` with AMENDS_CONSOLE_PORT"
        return [note("console", "does not run here", mend)]
    url = f"http://{host}:{port}"
    try:
        answer = await _get(f"{url}/ready")
    except httpx.HTTPError as problem:
        mend = "its log says why: console.log in the data folder's logs, or the container's"
        return [broken("console", f"{url} does not answer: {short(problem)}", mend)]
    if not answer.is_success:
        mend = "mend what it names; it goes on by itself"
        return [broken("console", f"{url} is not ready: {answer.text[:200]}", mend)]
    return [good("console", url)]


async def _found_port(host: str, settings: Settings) -> int | None:
    """Where the console that `amends up` runs here listens; it has other ports for operators."""
    child = read_record(settings.data.expanduser().absolute()).children.get("console")
    if child is None or not child.alive():
        return None
    with suppress(psutil.Error):
        for one in psutil.Process(child.pid).net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr:
                with suppress(httpx.HTTPError):
                    if (await _get(f"http://{host}:{one.laddr.port}/sign-in")).is_success:
                        return one.laddr.port
    return None


async def _operators_port(settings: Settings) -> list[Finding]:
    if settings.metrics_port is None:
        return [good("operators' port", "none; AMENDS_METRICS_PORT opens one for Prometheus")]
    url = f"http://{_reachable(settings.metrics_host)}:{settings.metrics_port}"
    try:
        answer = await _get(f"{url}/metrics")
        answer.raise_for_status()
    except httpx.HTTPError as problem:
        mend = (
            "the worker serves it: restart it with AMENDS_METRICS_PORT set, and see that no other program has the port"
        )
        return [note("operators' port", f"{url}/metrics does not answer: {short(problem)}", mend)]
    if settings.metrics_host not in ("127.0.0.1", "::1", "localhost"):
        told = f"{url}/metrics answers on {settings.metrics_host}"
        return [note("operators' port", told, "see that a firewall keeps it from the outside; it asks for no password")]
    return [good("operators' port", f"{url}/metrics")]


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


async def _get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS - 1, trust_env=False) as http:
        return await http.get(url)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return (
        f"{minutes // 1440} d {minutes % 1440 // 60} h" if minutes >= 1440 else f"{minutes // 60} h {minutes % 60} min"
    )
