"""A worker as operators see it: its port, its figures that move with a case, its readiness, its end."""

import asyncio
import json
import signal
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from tests.workflows.house import House, lost
from tests.workflows.killable import worker_process
from tests.workflows.test_chargeback_case import disputed, sample
from tools.records.house_figures import HouseFigures
from workflows.messages import Review, ReviewAction, Stage
from workflows.records_reading import RecordsReading

_Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


async def answer(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"http://127.0.0.1:{port}{path}")


async def figures(port: int) -> _Figures:
    """What Prometheus would read, by name and labels; every line must parse."""
    text = (await answer(port, "/metrics")).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(read: _Figures, what: str, /, **labels: str) -> float:
    wanted = set(labels.items())
    return sum(value for (named, given), value in read.items() if named == what and wanted <= set(given))


async def until_ready(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await answer(port, "/ready")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def test_a_workers_figures_parse_move_with_a_case_and_name_no_case(house: House, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "worker.log"
    with log.open("wb") as lines:
        async with worker_process(
            house, lines=lines.fileno(), AMENDS_METRICS_PORT=str(port), AMENDS_MERCHANT="lumen"
        ) as worker:
            await until_ready(port)
            before = await figures(port)
            await house.open(*lost("seen-1"))
            await house.until("seen-1", Stage.REVIEW, Stage.OFFERED, Stage.CLOSED)
            if (await house.desk.view("lumen", "seen-1")).stage is Stage.REVIEW:
                await house.desk.review("lumen", "seen-1", Review(by="Rui", action=ReviewAction.APPROVE))
            await house.until("seen-1", Stage.OFFERED, Stage.CLOSED)
            bundle, files = sample("c01-visa-131", "seen-2")
            await disputed(house, bundle, files, timedelta(hours=3))
            await house.until("seen-2", Stage.SUBMITTED, Stage.REVIEW, Stage.ESCALATED)
            await asyncio.sleep(10)  # readings of the records are that far apart
            after = await figures(port)
            assert (await answer(port, "/health")).json() == {"state": "alive"}
            worker.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(worker.wait(), 20) in (0, -signal.SIGABRT)
    assert total(after, "amends_decisions_total") > total(before, "amends_decisions_total")
    for name in ("amends_calls_total", "amends_call_seconds_count"):
        assert total(after, name, kind="processor", name="stripe") > total(
            before, name, kind="processor", name="stripe"
        )
    assert total(after, "amends_refunds_total", state="paid") > total(before, "amends_refunds_total", state="paid")
    assert total(after, "amends_ready", service="worker") == 1
    assert total(after, "amends_records_read_timestamp_seconds") > total(
        before, "amends_records_read_timestamp_seconds"
    )
    # Temporal's own library, through the same port.
    assert total(after, "temporal_activity_execution_latency_seconds_count") > 0
    values = {value for _, labels in after for _, value in labels}
    assert not {"seen-1", "seen-2", "lumen"} & values
    # The log of the same worker: JSON, one schema.
    told = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {"worker works", "operators are answered"} <= {line["event"] for line in told}
    assert all(line["service"] == "worker" for line in told)


async def test_what_the_records_hold_is_counted_with_dates_that_come_and_is_gone_when_it_is_over(house: House) -> None:
    settings = house.installation.settings.model_copy(update={"merchant": "dated", "metrics_by_merchant": True})
    reading = RecordsReading(replace(house.installation, settings=settings))
    bundle, files = sample("c01-visa-131", "dated-1")
    assert bundle.chargeback is not None
    now = datetime.now(UTC)
    for number, hours in enumerate((-1, 3, 20, 400)):
        notice = bundle.chargeback.model_copy(
            update={"dispute_id": f"dp_dated_{number}", "respond_by": now + timedelta(hours=hours)}
        )
        merchant = bundle.merchant.model_copy(update={"id": "dated"})
        one = bundle.model_copy(update={"case_id": f"dated-{number}", "chargeback": notice, "merchant": merchant})
        await house.installation.cases.open_case(one, files)
    await reading.refresh()
    assert shown("amends_chargebacks_due", merchant="dated", within="passed") == 1
    assert shown("amends_chargebacks_due", merchant="dated", within="6h") == 2
    assert shown("amends_chargebacks_due", merchant="dated", within="24h") == 3
    assert shown("amends_cases", merchant="dated", case_kind="chargeback", stage="open") == 4
    await house.installation.cases.set_status("dated", "dated-1", "submitted", "")
    await RecordsReading(replace(house.installation, settings=settings)).refresh()
    assert shown("amends_chargebacks_due", merchant="dated", within="6h") == 1


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_the_date_of_a_chargeback_that_waits_for_a_person_comes_from_the_queue(house: House) -> None:
    bundle, files = sample("c05-mc-4853-place", "dated-waits")
    async with house.worker():
        await disputed(house, bundle, files, timedelta(hours=30))
        await house.until("dated-waits", Stage.REVIEW, Stage.ESCALATED, Stage.ANNOUNCED)
        read = await HouseFigures(house.installation.records).of("lumen")
    assert read.unanswered["dated-waits"] is not None
