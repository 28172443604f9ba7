"""A person is erased from everywhere: records, messages, precedents, histories, files; and the chain still verifies."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg
import pytest
from psycopg import sql
from temporalio.service import RPCError, RPCStatusCode

from console.api.door import REPLAYED
from console.web.application import make_application
from console.web.house import open_house
from knowledge.case import CaseBundle
from knowledge.letter.redraft import Redraft, Rewording
from knowledge.library.precedents import LibraryUnavailable, PrecedentEraser, PrecedentWriter
from knowledge.order_snapshot import OrderSnapshot
from knowledge.override import Override, WrongPlace
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.tools.intake.examples import stripe_event
from tests.workflows.hasty import answer, offered
from tests.workflows.house import House, case, running_house
from tools.intake import stripe
from tools.intake.notice import WebhookProcessor
from tools.mail.outbox import Outbox
from tools.outgoing.events import EventType
from tools.ports import Mail
from tools.records.api_keys import ApiKeys
from tools.records.buyer_links import BuyerLinks
from tools.records.case_words import CaseErased
from tools.records.erasure import ErasureRefused, Erasures
from tools.records.gatherings import Gatherings, GatheringState
from tools.records.inbox import WebhookInbox
from tools.records.letter_drafts import LetterDrafts
from tools.records.order_snapshots import OrderSnapshots
from tools.records.overrides import Overrides
from tools.records.person_reviews import PersonReviews, ReviewState
from tools.records.persons import Sought
from tools.records.queue import Queue, SkipReason
from tools.records.second_looks import SecondLooks
from tools.records.webhook_deliveries import WebhookDeliveries
from tools.records.webhook_endpoints import WebhookEndpoints
from workflows.erasure import Eraser
from workflows.messages import BuyerMove, Review, ReviewAction, Stage, workflow_id

EMAIL = "zenobia@quux.example"
PERSON = {"id": "buyer-zq", "name": "Zenobia Quux", "email": EMAIL, "country": "PT"}
MARKS = ("zenobia", "quux", "buyer-zq")
"""What nobody may find any more, in capitals or not."""


@pytest.fixture(scope="module")
async def house() -> AsyncIterator[House]:
    async with running_house(durable=True) as running:
        yield running


@pytest.fixture
def eraser(house: House) -> Eraser:
    return Eraser(house.installation)


def of_person(case_id: str, **person: str) -> CaseBundle:
    return case(case_id, "lost: nada chegou, assina Zenobia Quux", buyer=PERSON | person)


async def decided(house: House, bundle: CaseBundle) -> None:
    """A reviewer approves, the buyer is paid, told, and the case teaches."""
    await house.open(bundle, {})
    await house.until(bundle.case_id, Stage.REVIEW)
    await house.desk.review("lumen", bundle.case_id, Review(by="Marta", action=ReviewAction.APPROVE))
    await house.until(bundle.case_id, Stage.CLOSED)


async def leave_traces(house: House, bundle: CaseBundle) -> None:
    """What else is held of somebody who bought something: an order, webhooks, gathered pieces."""
    records = house.installation.records
    other = bundle.order.payment.model_copy(update={"processor_reference": "ch_never_disputed"})
    order = bundle.order.model_copy(update={"id": "order-never-disputed", "payment": other})
    snapshot = OrderSnapshot(merchant=bundle.merchant, order=order, buyer=bundle.buyer)
    await OrderSnapshots(records).keep("lumen", [snapshot])
    inbox = WebhookInbox(records)
    for event_id, about in (
        ("evt_about_her", {"id": "dp_hers", "charge": "ch_elsewhere", "evidence": {"customer_email_address": EMAIL}}),
        ("evt_about_him", {"id": "dp_his", "charge": "ch_his", "evidence": {"customer_email_address": "a@b.example"}}),
    ):
        raw = stripe_event("charge.dispute.created", about, event_id)
        await inbox.store("lumen", "acct_1", stripe.parse(raw)[0], raw)
    gatherings = Gatherings(records)
    await gatherings.note("lumen", "stripe", "dp_hers", GatheringState.WAITING)
    await gatherings.keep_piece("lumen", "stripe", "dp_hers", "helpdesk", f'{{"from": "{EMAIL.upper()}"}}'.encode())


async def work_on(house: House, case_id: str, key: str) -> tuple[str, httpx.Response]:
    """What people and systems leave about a case; returns the buyer's link and the API's answer under `key`."""
    installation, words = house.installation, "Zenobia Quux rang: it never came"
    records = installation.records
    await Queue(records).skip("lumen", case_id, "ana", SkipReason.OTHER, words)
    await PersonReviews(records).keep(
        "lumen",
        case_id,
        "r-1",
        account="ana",
        decision_id="d-1",
        action="adjust",
        amount=None,
        state=ReviewState.TAKEN,
        spent=timedelta(seconds=9),
        content=json.dumps({"note": words}).encode(),
    )
    wrong = Override(place=WrongPlace.AMOUNT_TOO_LOW, words=words)
    await Overrides(records).keep("lumen", case_id, "r-1", wrong, (), actor="ana")
    await SecondLooks(records).offer("lumen", case_id, "r-1")
    redraft = Redraft(rewordings=(Rewording(place="verdict", text=words),))
    await LetterDrafts(records).save("lumen", case_id, redraft, composed_sha256="0" * 64, author="ana", after=0)
    await WebhookEndpoints(records).make("lumen", "https://hooks.example/amends", list(EventType), by="ana")
    token = await BuyerLinks(records).token("lumen", case_id)
    assert (await page_of_buyer(house, token)).status_code == 200
    return token, await submitted_again(house, case_id, key)


async def page_of_buyer(house: House, token: str) -> httpx.Response:
    """The buyer opens the page by the link."""
    application = make_application(open_house(house.installation, secure=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://console.test") as http:
        return await http.get(f"/b/{token}")


async def submitted_again(house: House, case_id: str, key: str) -> httpx.Response:
    """A system submits the case once more, under an Idempotency-Key."""
    web = open_house(house.installation, secure=False)
    made = await ApiKeys(house.installation.records).make("lumen", "shop", set(Permission), by="ana")
    async with Asking(web, make_application(web)) as asking:
        http = await asking.http(made.secret)
        bundle = of_person(case_id).model_dump_json(exclude_none=True)
        return await http.post(
            "/cases", content=bundle, headers={"content-type": "application/json", "idempotency-key": key}
        )


def rows_naming_her(house: House) -> list[str]:
    """Tables in which a mark stands, of all rows as the database's owner reads them."""
    found: list[str] = []
    with psycopg.connect(house.installation.addresses.postgres_url) as owner:
        tables = owner.execute("select tablename from pg_tables where schemaname = 'amends' order by 1").fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            name = sql.Identifier("amends", table)
            owner.execute(sql.SQL("alter table {} no force row level security").format(name))
            rows = owner.execute(sql.SQL("select lower(t::text) from {} t").format(name)).fetchall()
            found += [table for row in rows if any(mark in row[0] for mark in MARKS)]
        owner.rollback()
    return found


async def lines_of(house: House, table: LiteralString, case_id: str) -> int:
    """How many rows of a table a case has."""
    async with house.installation.records.merchant("lumen") as scope:
        query = sql.SQL("select count(*) from {} where case_id = %s").format(sql.Identifier("amends", table))
        row = await (await scope.execute(query, (case_id,))).fetchone()
    assert row is not None
    return int(row[0])


def files_naming_her(house: House) -> list[str]:
    """Files of the data folder in which a mark stands: the database, workflow histories, precedents, messages, logs."""
    folder = house.installation.settings.data
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    assert len(files) > 100
    return [
        str(file.relative_to(folder))
        for file in files
        if any(mark.encode() in file.read_bytes().lower() for mark in MARKS)
    ]


async def is_known(house: House, case_id: str) -> bool:
    """Whether the workflow server has the case's history."""
    try:
        await house.installation.temporal.get_workflow_handle(workflow_id("lumen", case_id)).describe()
    except RPCError as error:
        return error.status is not RPCStatusCode.NOT_FOUND
    return True


async def until_forgotten(house: House, *cases: str) -> None:
    """Wait until the workflow server has none of these histories: it deletes them in its own time, half a minute."""
    async with asyncio.timeout(240):
        for case_id in cases:
            while await is_known(house, case_id):
                await asyncio.sleep(0.5)


async def test_nothing_of_an_erased_person_can_be_read_anywhere(house: House, eraser: Eraser) -> None:
    cases = house.installation.cases
    hers, also_hers = of_person("erased-1"), of_person("erased-2", email="zenobia@work.example")
    async with house.worker():
        await decided(house, hers)
        await decided(house, also_hers)
        his = await offered(house, "erased-1-not")
        await answer(house, his, BuyerMove.ACCEPT)
        await house.until("erased-1-not", Stage.CLOSED)
    link, answered = await work_on(house, "erased-1", "hers")
    assert answered.status_code in {200, 201}, answered.text
    assert (await submitted_again(house, "erased-1", "hers")).headers[REPLAYED] == "true"
    assert await lines_of(house, "queue_entry", "erased-1") == 1
    deliveries = WebhookDeliveries(house.installation.records)
    await leave_traces(house, hers)
    his_mail = len(house.mail("erased-1-not"))
    assert his_mail > 0
    library = PrecedentWriter(house.installation.addresses.chroma_url, house.household.embedder)
    taught = library.count("lumen")
    assert rows_naming_her(house) == []
    assert {name.split("/")[0] for name in files_naming_her(house)} == {"outbox"}

    found = await eraser.find("lumen", Sought(email=EMAIL.upper()))
    assert [one.case_id for one in found.cases] == ["erased-1", "erased-2"]
    assert found.emails == (EMAIL, "zenobia@work.example")
    assert found.orders == ("order-never-disputed",)
    assert found.notices == (("stripe", "evt_about_her"),)
    assert found.pieces == (("stripe", "dp_hers", "helpdesk"),)
    assert (await house.installation.audit.verify("lumen")).intact
    erasure = await eraser.erase_person("lumen", Sought(email=EMAIL), found, by="admin-1")

    assert (await house.installation.audit.verify("lumen")).intact
    (last,) = [one for one in await house.installation.audit.entries("lumen") if one.action == "erasure.person"]
    assert (last.digest, last.actor) == (erasure.digest, "admin-1")
    assert (await eraser.find("lumen", Sought(email=EMAIL))).nothing
    assert await lines_of(house, "queue_entry", "erased-1") == 0
    again = await submitted_again(house, "erased-1", "hers")
    assert REPLAYED not in again.headers
    assert again.status_code == 409
    assert (await page_of_buyer(house, link)).status_code == 404
    assert await deliveries.collect("lumen") > 0
    for unreadable in (
        Overrides(house.installation.records).words("lumen", "erased-1", "r-1"),
        PersonReviews(house.installation.records).find("lumen", "erased-1", "r-1"),
        LetterDrafts(house.installation.records).versions("lumen", "erased-1"),
    ):
        with pytest.raises(CaseErased):
            await unreadable
    for case_id in ("erased-1", "erased-2"):
        with pytest.raises(CaseErased):
            await cases.bundle("lumen", case_id)
    assert rows_naming_her(house) == []
    assert {one["case_id"] for one in house.mail("erased-1")} == {"erased-1-not"}
    assert len(house.mail("erased-1-not")) == his_mail
    assert library.count("lumen") == taught - 2
    await until_forgotten(house, "erased-1", "erased-2")
    assert files_naming_her(house) == []
    # Another's case is whole.
    assert (await cases.bundle("lumen", "erased-1-not")).case_id == "erased-1-not"
    assert await is_known(house, "erased-1-not")
    assert await WebhookInbox(house.installation.records).raw("lumen", WebhookProcessor.STRIPE, "evt_about_him")


async def test_an_open_case_stands_against_it_until_somebody_says_why_not(house: House, eraser: Eraser) -> None:
    async with house.worker():
        await house.open(of_person("erased-open", id="buyer-open", email="open@quux.example"), {})
        await house.until("erased-open", Stage.REVIEW)
    sought = Sought(buyer="buyer-open")
    found = await eraser.find("lumen", sought)
    with pytest.raises(ErasureRefused, match=r"case erased-open: is open \(review\)"):
        await eraser.erase_person("lumen", sought, found, by="admin-1")
    assert (await house.installation.cases.bundle("lumen", "erased-open")).buyer.id == "buyer-open"
    with pytest.raises(ValueError, match="without naming the person"):
        await eraser.erase_person("lumen", sought, found, by="admin-1", forced_because="Open@quux.example insists")
    erasure = await eraser.erase_person("lumen", sought, found, by="admin-1", forced_because="court order 12/26")
    assert erasure.record.forced_because == "court order 12/26"
    assert [one.case_id for one in erasure.record.overruled] == ["erased-open"]
    running = house.installation.temporal.list_workflows(
        f"WorkflowId = '{workflow_id('lumen', 'erased-open')}' and ExecutionStatus = 'Running'"
    )
    assert [run.id async for run in running] == []


async def test_an_erasure_that_was_interrupted_is_finished_later(
    house: House, eraser: Eraser, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = of_person("erased-later", id="buyer-later", email="later@quux.example")
    async with house.worker():
        await decided(house, bundle)
    assert house.mail("erased-later")
    sought = Sought(order_id=bundle.order.id)
    found = await eraser.find("lumen", sought)
    nowhere = Eraser(house.installation)
    monkeypatch.setattr(nowhere, "_precedents", PrecedentEraser("http://127.0.0.1:9"))
    with pytest.raises(LibraryUnavailable):
        await nowhere.erase_person("lumen", sought, found, by="admin-1")
    assert (await eraser.find("lumen", sought)).nothing
    (finished,) = await eraser.resume("lumen", by="admin-1")
    assert finished.record.doomed.cases == ("erased-later",)
    assert await Erasures(house.installation.records).unfinished("lumen") == []
    assert await eraser.resume("lumen", by="admin-1") == []


async def test_messages_of_a_case_whose_id_begins_alike_stay(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    for case_id in ("C-1", "C-1-2", "C-10"):
        mail = Mail(key="k", merchant="lumen", case_id=case_id, to="a@b.example", language="en", subject="s", body="b")
        await outbox.send(mail)
    assert outbox.erase("lumen", ["C-1"]) == 1
    assert sorted(file.name[:5] for file in (tmp_path / "lumen").iterdir()) == ["C-1-2", "C-10-"]
