import asyncio
import hashlib
import itertools
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.tools.intake.examples import stripe_event
from tests.tools.records.cases_for_tests import FILES, case
from tests.tools.records.conftest import new_database
from tests.tools.records.erasing import erase
from tools.intake import stripe
from tools.intake.notice import NoticeKind, WebhookProcessor
from tools.records.audit import AuditTrail
from tools.records.case_words import CaseErased, DisputeTaken, OpenedCase
from tools.records.cases import CaseRecords
from tools.records.inbox import MAX_ATTEMPTS, InboxEntry, InboxState, Stored, WebhookInbox
from tools.records.records import Records

STRIPE = WebhookProcessor.STRIPE
STORY = (
    ("evt_1", "charge.dispute.created", 100),
    ("evt_2", "charge.dispute.funds_withdrawn", 101),
    ("evt_3", "charge.dispute.updated", 200),
    ("evt_4", "charge.dispute.closed", 300),
)
"""A dispute's notices: event id, type, when."""


def body(event_id: str, event_type: str, created: int, dispute: str = "dp_1", **more: Any) -> bytes:
    return stripe_event(event_type, {"id": dispute, "charge": "ch_lamp", **more}, event_id, created)


async def tell(inbox: WebhookInbox, merchant: str, raw: bytes) -> Stored:
    (notice,) = stripe.parse(raw)
    return await inbox.store(merchant, "acct_1", notice, raw)


def chargeback(merchant: str, case_id: str = "CB-1", dispute: str = "dp_1") -> Any:
    return case(
        merchant,
        case_id,
        kind="chargeback",
        claim=None,
        chargeback={
            "processor": "stripe",
            "dispute_id": dispute,
            "network": "visa",
            "reason_code": "13.1",
            "amount": {"amount": "120.00", "currency": "EUR"},
            "received_at": "2026-03-09T00:00:00Z",
            "respond_by": "2026-03-29T00:00:00Z",
        },
    )


@pytest.fixture
def inbox(records: Records) -> WebhookInbox:
    return WebhookInbox(records)


async def test_a_notice_is_stored_once_and_read_back_byte_for_byte(
    inbox: WebhookInbox, records: Records, merchant: str
) -> None:
    raw = body(*STORY[0], reason="Zwölf")
    assert [await tell(inbox, merchant, raw) for _ in range(3)] == [Stored.NEW, Stored.KNOWN, Stored.KNOWN]
    (entry,) = await inbox.entries(merchant)
    assert (entry.event_id, entry.kind, entry.dispute, entry.charge) == (
        "evt_1",
        NoticeKind.DISPUTE_OPENED,
        "dp_1",
        "ch_lamp",
    )
    assert (entry.state, entry.account, entry.happened_at) == (
        InboxState.WAITING,
        "acct_1",
        datetime.fromtimestamp(100, UTC),
    )
    assert await inbox.raw(merchant, STRIPE, "evt_1") == raw
    (chained,) = await AuditTrail(records).entries(merchant)
    assert (chained.actor, chained.action) == ("stripe", "webhook.received")
    assert chained.digest == hashlib.sha256(raw).hexdigest()


async def test_what_came_in_lies_sealed_in_the_database(
    inbox: WebhookInbox, superuser: psycopg.Connection, merchant: str
) -> None:
    await tell(inbox, merchant, body(*STORY[0], customer_email_address="ana.silva@example.com"))
    row = superuser.execute("select w::text from amends.webhook_inbox w where merchant = %s", (merchant,)).fetchone()
    assert row is not None
    assert b"ana.silva".hex() not in row[0]
    assert "ana.silva" not in row[0]


async def test_many_at_once_store_it_once(inbox: WebhookInbox, merchant: str) -> None:
    raw = body(*STORY[0])
    told = await asyncio.gather(*(tell(inbox, merchant, raw) for _ in range(12)))
    assert sorted(told) == [*[Stored.KNOWN] * 11, Stored.NEW]


async def test_newer_content_under_the_same_id_is_waiting_again_and_older_changes_nothing(
    inbox: WebhookInbox, merchant: str
) -> None:
    older, newer = (body("evt_1", "charge.dispute.updated", at, status=str(at)) for at in (100, 200))
    assert await tell(inbox, merchant, older) is Stored.NEW
    (taken,) = await inbox.waiting(merchant)
    assert await tell(inbox, merchant, newer) is Stored.RENEWED
    await inbox.done(merchant, taken, "told the case")  # of the older content
    (entry,) = await inbox.waiting(merchant)
    assert (entry.state, entry.revision) == (InboxState.WAITING, 2)
    await inbox.done(merchant, entry, "told the case")
    assert await tell(inbox, merchant, older) is Stored.KNOWN
    assert await inbox.waiting(merchant) == []
    assert await inbox.raw(merchant, STRIPE, "evt_1") == newer


async def test_what_one_has_taken_no_other_gets_until_the_lease_ends(inbox: WebhookInbox, merchant: str) -> None:
    for event_id, event_type, at in STORY:
        await tell(inbox, merchant, body(event_id, event_type, at))
    taken = await asyncio.gather(*(inbox.waiting(merchant, limit=1) for _ in range(6)))
    assert sorted(entry.event_id for some in taken for entry in some) == ["evt_1", "evt_2", "evt_3", "evt_4"]
    assert await inbox.waiting(merchant) == []
    again = await asyncio.gather(*(inbox.waiting(merchant, lease_seconds=0) for _ in range(2)))
    assert again == [[], []]


async def test_a_lease_that_ran_out_gives_the_notice_to_the_next(inbox: WebhookInbox, merchant: str) -> None:
    await tell(inbox, merchant, body(*STORY[0]))
    (first,) = await inbox.waiting(merchant, lease_seconds=0)
    (second,) = await inbox.waiting(merchant)
    assert first == second


async def test_notices_are_given_out_in_the_order_in_which_they_happened(inbox: WebhookInbox, merchant: str) -> None:
    for event_id, event_type, at in reversed(STORY):
        await tell(inbox, merchant, body(event_id, event_type, at))
    assert [entry.event_id for entry in await inbox.waiting(merchant)] == ["evt_1", "evt_2", "evt_3", "evt_4"]


async def test_a_failure_pauses_and_the_last_one_leaves_it_to_a_person_who_has_it_tried_again(
    inbox: WebhookInbox, records: Records, superuser: psycopg.Connection, merchant: str
) -> None:
    def come_due() -> None:
        superuser.execute("update amends.webhook_inbox set due_at = now() where merchant = %s", (merchant,))

    await tell(inbox, merchant, body(*STORY[0]))
    pauses: list[timedelta] = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        (entry,) = await inbox.waiting(merchant)
        assert entry.attempts == attempt - 1
        state = await inbox.failed(merchant, entry, f"failure {attempt}")
        assert state is (InboxState.STUCK if attempt == MAX_ATTEMPTS else InboxState.WAITING)
        assert await inbox.waiting(merchant) == []
        row = superuser.execute(
            "select due_at - changed_at from amends.webhook_inbox where merchant = %s", (merchant,)
        ).fetchone()
        assert row is not None
        pauses.append(row[0])
        come_due()
    assert [round(pause.total_seconds()) for pause in pauses[:3]] == [2, 4, 8]
    assert max(pauses) < timedelta(hours=1, seconds=1)
    (stuck,) = await inbox.entries(merchant, state=InboxState.STUCK)
    assert stuck.said == f"failure {MAX_ATTEMPTS}"
    assert await inbox.waiting(merchant) == []
    await inbox.again(merchant, STRIPE, "evt_1", by="mia")
    (entry,) = await inbox.waiting(merchant)
    assert entry.attempts == 0
    assert [chained.actor for chained in await AuditTrail(records).entries(merchant)] == ["stripe", "mia"]


async def test_an_unmatched_notice_is_due_again_as_soon_as_its_dispute_has_a_case(
    inbox: WebhookInbox, cases: CaseRecords, merchant: str
) -> None:
    await tell(inbox, merchant, body(*STORY[0]))
    await tell(inbox, merchant, body("evt_other", "charge.dispute.created", 100, dispute="dp_other"))
    for entry in await inbox.waiting(merchant):
        await inbox.unmatched(merchant, entry, "no case yet")
    assert await inbox.waiting(merchant) == []
    assert await cases.cases_on_dispute(merchant, "dp_1") == []
    await cases.open_case(chargeback(merchant), FILES)
    assert [found.case_id for found in await cases.cases_on_dispute(merchant, "dp_1")] == ["CB-1"]
    assert [entry.event_id for entry in await inbox.waiting(merchant)] == ["evt_1"]
    assert [entry.event_id for entry in await inbox.entries(merchant, state=InboxState.UNMATCHED)] == ["evt_other"]
    assert [entry.event_id for entry in await inbox.entries(merchant, dispute="dp_1")] == ["evt_1"]


async def test_erasing_a_case_erases_what_webhooks_said_about_its_payment(
    inbox: WebhookInbox, cases: CaseRecords, records: Records, merchant: str
) -> None:
    await cases.open_case(chargeback(merchant), FILES)
    other = stripe_event("charge.dispute.created", {"id": "dp_9", "charge": "ch_9"}, "evt_9")
    for raw in (body(*STORY[0]), other):
        await tell(inbox, merchant, raw)
    await erase(records, merchant, "CB-1")
    with pytest.raises(CaseErased, match="evt_1"):
        await inbox.raw(merchant, STRIPE, "evt_1")
    assert await inbox.raw(merchant, STRIPE, "evt_9") == other
    assert {entry.event_id for entry in await inbox.entries(merchant)} == {"evt_1", "evt_9"}


async def test_merchants_share_nothing_not_even_the_events_they_both_have(
    inbox: WebhookInbox, cases: CaseRecords, new_merchant: Callable[[], str]
) -> None:
    ours, theirs = new_merchant(), new_merchant()
    assert await tell(inbox, ours, body(*STORY[0])) is Stored.NEW
    assert await tell(inbox, theirs, body(*STORY[0], reason="theirs")) is Stored.NEW
    await cases.open_case(chargeback(theirs), FILES)
    (taken,) = await inbox.waiting(ours)
    await inbox.done(ours, taken, "done by us")
    assert await inbox.raw(ours, STRIPE, "evt_1") == body(*STORY[0])
    (left,) = await inbox.entries(theirs)
    assert (left.state, left.said) == (InboxState.WAITING, "")
    assert await cases.cases_on_dispute(ours, "dp_1") == []


async def test_what_is_not_there_is_a_lookup_error(inbox: WebhookInbox, merchant: str) -> None:
    for ask in (inbox.raw(merchant, STRIPE, "evt_1"), inbox.again(merchant, STRIPE, "evt_1", by="mia")):
        with pytest.raises(LookupError, match="has no notice evt_1"):
            await ask


def _orders() -> Iterable[tuple[int, ...]]:
    """Every order of the four notices with one of them told twice."""
    return sorted({order for twice in range(4) for order in itertools.permutations((0, 1, 2, 3, twice))})


async def test_every_order_with_repetitions_leaves_the_same_inbox(
    inbox: WebhookInbox, cases: CaseRecords, records: Records, new_merchant: Callable[[], str]
) -> None:
    raws = [body(*each) for each in STORY]
    orders = list(_orders())
    assert len(orders) == 240

    async def left_after(order: tuple[int, ...]) -> list[tuple[Any, ...]]:
        """Half way the case is opened and what waits is dealt with; then the rest is told and dealt with."""
        merchant = new_merchant()
        for number, index in enumerate(order):
            await tell(inbox, merchant, raws[index])
            if number == 2:
                await _deal(inbox, cases, merchant)
                await cases.open_case(chargeback(merchant), FILES)
        await _deal(inbox, cases, merchant)
        chained = [entry.action for entry in await AuditTrail(records).entries(merchant)]
        assert chained.count("webhook.received") == len(raws)
        return [_standing(entry) for entry in await inbox.entries(merchant)]

    first, *others = [await left_after(order) for order in orders]
    assert [each[0] for each in first] == ["evt_4", "evt_3", "evt_2", "evt_1"]
    assert all(each[-2:] == (InboxState.DONE, "CB-1") for each in first)
    assert others == [first] * 239


async def _deal(inbox: WebhookInbox, cases: CaseRecords, merchant: str) -> None:
    for entry in await inbox.waiting(merchant):
        found = await cases.cases_on_dispute(merchant, entry.dispute or "")
        if found:
            await inbox.done(merchant, entry, found[0].case_id)
        else:
            await inbox.unmatched(merchant, entry, "no case yet")


def _standing(entry: InboxEntry) -> tuple[Any, ...]:
    return (
        entry.event_id,
        entry.event_type,
        entry.happened_at,
        entry.revision,
        entry.attempts,
        entry.state,
        entry.said,
    )


def test_migrating_an_older_database_finds_the_dispute_of_each_chargeback_case(superuser_url: str) -> None:
    files = Path(__file__).parents[3] / "tools" / "records" / "migrations" / "sql"
    url = new_database(superuser_url, "of_before")
    digest = "0" * 64
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("create schema amends_private")
        for name in ("0001_records.sql", "0002_catalog.sql"):
            owner.execute((files / name).read_bytes())
    with psycopg.connect(superuser_url.replace("/postgres?", "/of_before?"), autocommit=True) as superuser:
        superuser.execute("set session_replication_role = replica")  # rows as they stand, without their triggers
        superuser.execute(
            "insert into amends.payment (merchant, charge, currency, captured_minor) values ('s', 'c', 'EUR', 9)"
        )
        for case_id, kind in (("CB-1", "chargeback"), ("R-1", "refund")):
            superuser.execute(
                "insert into amends.dispute_case (merchant, case_id, kind, digest, order_id, charge, opened_at,"
                " sealed_bundle, status) values ('s', %s, %s, %s, 'o', 'c', now(), '', 'open')",
                (case_id, kind, digest),
            )
        superuser.execute(
            "insert into amends.ledger_entry (merchant, key, charge, case_id, kind, origin, amount_minor, currency,"
            " state, reference) values ('s', 'k', 'c', 'CB-1', 'chargeback', 'foreign', 1, 'EUR', 'pending', 'dp_1')"
        )
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute((files / "0003_webhook_inbox.sql").read_bytes())
        found = superuser.execute("select case_id, dispute from amends.dispute_case order by 1").fetchall()
        assert found == [("CB-1", "dp_1"), ("R-1", None)]
        forced = superuser.execute(
            "select count(*) from pg_class where relforcerowsecurity and relrowsecurity"
        ).fetchone()
        tables = superuser.execute("select count(*) from pg_tables where schemaname = 'amends'").fetchone()
        assert forced == tables


async def test_a_dispute_is_in_one_case_only_also_when_two_are_opened_at_once(records: Records) -> None:
    cases = CaseRecords(records)
    bundles = [chargeback("one-dispute", f"CB-{number}") for number in range(6)]
    opened = await asyncio.gather(*(cases.open_case(bundle, FILES) for bundle in bundles), return_exceptions=True)
    [first] = [one for one in opened if isinstance(one, OpenedCase)]
    refused = [one for one in opened if isinstance(one, DisputeTaken)]
    assert len(refused) == 5
    assert all(f"dp_1 is in case {first.case_id} already; add evidence to that case" in str(one) for one in refused)
    assert [found.case_id for found in await cases.cases_on_dispute("one-dispute", "dp_1")] == [first.case_id]
    again = await cases.open_case(bundles[int(first.case_id.rpartition("-")[2])], FILES)
    assert not again.created
