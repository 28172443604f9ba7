import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from knowledge.case import Author, CaseBundle, Document, DocumentKind, Message, Photo, Shipment
from tests.tools.records.cases_for_tests import FILES, PHOTO, TRACKING, amount, case, euro
from tests.tools.records.erasing import erase
from tools.bundles import BundleRefused, canonical
from tools.records.audit import AuditTrail
from tools.records.cases import CaseConflict, CaseErased, CaseRecords, EvidenceAddition
from tools.records.ledger import EntryKind, EntryOrigin, EntryState, Ledger, LedgerRefused
from tools.records.records import Records

PHOTO_SHA, TRACKING_SHA = hashlib.sha256(PHOTO).hexdigest(), hashlib.sha256(TRACKING).hexdigest()
LATER = case("x").opened_at


def message(ident: str, text: str) -> Message:
    return Message(id=ident, author=Author.BUYER, at=LATER, text=text)


async def test_an_opened_case_is_read_back_with_the_digest_of_every_file(cases: CaseRecords, merchant: str) -> None:
    opened = await cases.open_case(case(merchant), FILES)
    bundle = await cases.bundle(merchant, "C-1")
    assert (opened.merchant, opened.case_id, opened.created) == (merchant, "C-1", True)
    assert bundle.photos[0].sha256 == PHOTO_SHA
    assert bundle.shipments[0].tracking_sha256 == TRACKING_SHA
    assert bundle.messages == case(merchant).messages
    assert opened.digest == hashlib.sha256(canonical(bundle)).hexdigest()
    assert await cases.evidence(merchant, "C-1", PHOTO_SHA) == PHOTO
    assert await cases.evidence(merchant, "C-1", TRACKING_SHA) == TRACKING
    with pytest.raises(LookupError, match="holds no evidence"):
        await cases.evidence(merchant, "C-1", "0" * 64)


async def test_opening_the_same_case_again_changes_nothing(records: Records, cases: CaseRecords, merchant: str) -> None:
    first = await cases.open_case(case(merchant), FILES)
    chained = await AuditTrail(records).verify(merchant)
    again = await cases.open_case(await cases.bundle(merchant, "C-1"), FILES)  # now with digests
    assert (again.digest, again.created) == (first.digest, False)
    assert await AuditTrail(records).verify(merchant) == chained


async def test_opening_a_case_many_times_at_once_makes_it_once(cases: CaseRecords, merchant: str) -> None:
    opened = await asyncio.gather(*(cases.open_case(case(merchant), FILES) for _ in range(6)))
    assert sorted(one.created for one in opened) == [False] * 5 + [True]


async def test_another_bundle_under_the_same_id_is_refused_with_what_differs(cases: CaseRecords, merchant: str) -> None:
    await cases.open_case(case(merchant), FILES)
    other = case(merchant, buyer={"id": "B-2", "name": "Ana Silva", "country": "PT"}, messages=[])
    with pytest.raises(CaseConflict, match="/buyer/country") as conflict:
        await cases.open_case(other, FILES | {"photos/lamp.jpg": b"another photo"})
    assert conflict.value.differences == ("/buyer/country", "/buyer/id", "/messages", "/photos/0/sha256")
    assert (await cases.bundle(merchant, "C-1")).buyer.id == "B-1"


async def test_two_merchants_may_use_one_case_id_and_one_charge(
    cases: CaseRecords, new_merchant: Callable[[], str]
) -> None:
    for merchant in (new_merchant(), new_merchant()):
        assert (await cases.open_case(case(merchant), FILES)).created


async def test_opening_registers_the_payment_and_enters_earlier_refunds_once(
    cases: CaseRecords, ledger: Ledger, merchant: str
) -> None:
    earlier = [
        {"amount": amount("10.00"), "at": "2026-03-05T00:00:00Z", "channel": "processor", "reference": "re_0"},
        {"amount": amount("5.00"), "at": "2026-03-06T00:00:00Z", "channel": "store_credit", "reference": "gift-1"},
        {
            "amount": amount("7.00"),
            "at": "2026-03-06T00:00:00Z",
            "channel": "processor",
            "reference": "re_f",
            "state": "failed",
        },
    ]
    await cases.open_case(case(merchant, earlier_refunds=earlier), FILES)
    await cases.open_case(case(merchant, "C-2", earlier_refunds=earlier), FILES)
    assert [
        (entry.reference, entry.kind, entry.origin, entry.state) for entry in await ledger.entries(merchant, "ch_lamp")
    ] == [
        ("re_0", EntryKind.REFUND, EntryOrigin.FOREIGN, EntryState.SUCCEEDED),
        ("gift-1", EntryKind.CREDIT, EntryOrigin.FOREIGN, EntryState.SUCCEEDED),
        ("re_f", EntryKind.REFUND, EntryOrigin.FOREIGN, EntryState.FAILED),
    ]
    assert await ledger.available(merchant, "ch_lamp") == euro(10_500)


async def test_our_own_refund_told_again_by_a_later_case_is_not_entered_twice(
    cases: CaseRecords, ledger: Ledger, merchant: str
) -> None:
    await cases.open_case(case(merchant), FILES)
    await ledger.reserve(merchant, "ch_lamp", euro(2_000), key="k1", case_id="C-1", kind=EntryKind.REFUND)
    await ledger.settle(merchant, "k1", EntryState.SUCCEEDED, "re_1")
    earlier = [{"amount": amount("20.00"), "at": "2026-03-11T00:00:00Z", "channel": "processor", "reference": "re_1"}]
    await cases.open_case(case(merchant, "C-2", earlier_refunds=earlier), FILES)
    assert await ledger.available(merchant, "ch_lamp") == euro(10_000)


async def test_a_case_that_contradicts_the_ledger_leaves_nothing_behind(
    cases: CaseRecords, ledger: Ledger, merchant: str
) -> None:
    await ledger.register_payment(merchant, "ch_lamp", euro(9_999))
    with pytest.raises(LedgerRefused, match=r"99\.99 EUR captured, not 120\.00 EUR"):
        await cases.open_case(case(merchant), FILES)
    assert await cases.list_cases(merchant) == []


@pytest.mark.parametrize(
    ("changes", "files", "pointer"),
    [
        ({}, {"photos/lamp.jpg": PHOTO}, "/shipments/0/tracking: the file is missing"),
        ({}, FILES | {"extra.txt": b"x"}, "extra.txt: nothing names this file"),
        (
            {"photos": [{"id": "p1", "path": "photos/lamp.jpg", "author": "buyer", "sha256": "0" * 64}]},
            FILES,
            "/photos/0/sha256: the file has another SHA-256",
        ),
    ],
)
async def test_files_that_are_not_as_named_are_refused(
    cases: CaseRecords, merchant: str, changes: dict[str, Any], files: dict[str, bytes], pointer: str
) -> None:
    with pytest.raises(BundleRefused, match=pointer):
        await cases.open_case(case(merchant, **changes), files)
    assert await cases.list_cases(merchant) == []


def with_card(merchant: str) -> CaseBundle:
    text = "My card 4242 4242 4242 4242 was charged."
    return case(merchant, messages=[{"id": "m1", "author": "buyer", "at": "2026-03-09T20:00:00Z", "text": text}])


async def test_a_full_card_number_is_refused_by_its_place_and_never_repeated(cases: CaseRecords, merchant: str) -> None:
    with pytest.raises(BundleRefused, match="/messages/0/text") as refused:
        await cases.open_case(with_card(merchant), FILES)
    assert "4242" not in str(refused.value)
    await cases.open_case(case(merchant), FILES)
    addition = EvidenceAddition(messages=(message("m2", "it is 5555555555554444"),))
    with pytest.raises(BundleRefused, match="/messages/0/text") as refused:
        await cases.add_evidence(merchant, "C-1", addition, {})
    assert "5555" not in str(refused.value)
    assert len((await cases.bundle(merchant, "C-1")).messages) == 1


async def test_evidence_added_later_is_part_of_the_case(records: Records, cases: CaseRecords, merchant: str) -> None:
    await cases.open_case(case(merchant), FILES)
    addition = EvidenceAddition(
        messages=(message("m2", "Here is another photo."),),
        photos=(Photo(id="p2", path="more/two.jpg", author=Author.BUYER),),
        documents=(
            Document(
                id="d1", path="pod.pdf", kind=DocumentKind.PROOF_OF_DELIVERY, author=Author.CARRIER, title="Signature"
            ),
        ),
        shipments=(Shipment(id="s2", carrier="ups", tracking="more/ups.json"),),
    )
    files = {"more/two.jpg": b"two", "pod.pdf": b"%PDF", "more/ups.json": b"{}"}
    digest = await cases.add_evidence(merchant, "C-1", addition, files)
    bundle = await cases.bundle(merchant, "C-1")
    assert [one.id for one in bundle.messages] == ["m1", "m2"]
    assert [one.sha256 for one in bundle.photos] == [PHOTO_SHA, hashlib.sha256(b"two").hexdigest()]
    assert await cases.evidence(merchant, "C-1", hashlib.sha256(b"{}").hexdigest()) == b"{}"
    assert [one.id for one in bundle.shipments] == ["s1", "s2"]
    assert bundle.documents[0].sha256 == hashlib.sha256(b"%PDF").hexdigest()
    chained = await AuditTrail(records).verify(merchant)
    assert await cases.add_evidence(merchant, "C-1", addition, files) == digest
    assert await cases.bundle(merchant, "C-1") == bundle
    assert await AuditTrail(records).verify(merchant) == chained
    assert not (await cases.open_case(case(merchant), FILES)).created


async def test_an_addition_that_overlaps_an_earlier_one_adds_what_is_new(cases: CaseRecords, merchant: str) -> None:
    await cases.open_case(case(merchant), FILES)
    two, three = message("m2", "two"), message("m3", "three")
    await cases.add_evidence(merchant, "C-1", EvidenceAddition(messages=(two,)), {})
    await cases.add_evidence(merchant, "C-1", EvidenceAddition(messages=(two, three, three)), {})
    assert [one.id for one in (await cases.bundle(merchant, "C-1")).messages] == ["m1", "m2", "m3"]


async def test_an_id_that_stands_for_something_else_is_refused(cases: CaseRecords, merchant: str) -> None:
    await cases.open_case(case(merchant), FILES)
    with pytest.raises(BundleRefused, match="/messages/1/id: m1 is already something else"):
        await cases.add_evidence(
            merchant, "C-1", EvidenceAddition(messages=(message("m2", "new"), message("m1", "other"))), {}
        )
    with pytest.raises(BundleRefused, match="/photos/0/id: p1"):
        await cases.add_evidence(
            merchant,
            "C-1",
            EvidenceAddition(photos=(Photo(id="p1", path="photos/lamp.jpg", author=Author.BUYER),)),
            {"photos/lamp.jpg": b"another picture"},
        )
    assert len((await cases.bundle(merchant, "C-1")).messages) == 1


async def test_more_than_a_bundle_may_hold_is_refused(cases: CaseRecords, merchant: str) -> None:
    await cases.open_case(case(merchant), FILES)
    many = tuple(Shipment(id=f"s{n}", carrier="ups") for n in range(2, 22))
    with pytest.raises(BundleRefused, match="/shipments: a bundle cannot hold this"):
        await cases.add_evidence(merchant, "C-1", EvidenceAddition(shipments=many), {})


async def test_the_same_photo_in_another_case_of_the_merchant_is_found(
    cases: CaseRecords, new_merchant: Callable[[], str]
) -> None:
    merchant, stranger = new_merchant(), new_merchant()
    for case_id in ("C-1", "C-3", "C-2"):
        await cases.open_case(case(merchant, case_id), FILES)
    await cases.open_case(case(stranger, "C-9"), FILES)
    assert await cases.other_cases_with(merchant, "C-1", PHOTO_SHA) == ["C-2", "C-3"]


async def test_nothing_personal_lies_in_the_tables_in_clear(
    cases: CaseRecords, merchant: str, superuser: psycopg.Connection
) -> None:
    await cases.open_case(case(merchant), FILES)
    await cases.set_status(merchant, "C-1", "review", "Ana says it came broken")
    await cases.record_event(merchant, "C-1", "mia", "viewed", "Ana Silva's photo")
    await cases.save_artifact(merchant, "C-1", "letter", "letter.json", b"Dear Ana Silva")
    tables = superuser.execute("select tablename from pg_tables where schemaname = 'amends'").fetchall()
    for (table,) in tables:
        rows = superuser.execute(f"select t::text, t from amends.{table} t where merchant = %s".encode(), (merchant,))
        for row in rows.fetchall():
            for secret in ("Ana", "broken", "lamp, in", b"Ana".hex(), b"broken".hex()):
                assert secret not in str(row), table


async def test_erasing_a_case_leaves_digests_and_a_chain_that_verifies(
    records: Records, cases: CaseRecords, merchant: str
) -> None:
    opened = await cases.open_case(case(merchant), FILES)
    await cases.open_case(case(merchant, "C-2"), FILES)
    await cases.set_status(merchant, "C-1", "closed", "Ana was paid")
    await cases.record_event(merchant, "C-1", "mia", "viewed", "Ana Silva")
    await erase(records, merchant, "C-1", by="mia")
    for ask in (
        cases.bundle(merchant, "C-1"),
        cases.evidence(merchant, "C-1", PHOTO_SHA),
        cases.facts(merchant, "C-1"),
        cases.events(merchant, "C-1"),
        cases.latest_decision(merchant, "C-1"),
        cases.set_status(merchant, "C-1", "open"),
        cases.add_evidence(merchant, "C-1", EvidenceAddition(messages=(message("m2", "hi"),)), {}),
    ):
        with pytest.raises(CaseErased, match="only its digests are left"):
            await ask
    summary = await cases.summary(merchant, "C-1")
    assert (summary.status, summary.detail, summary.erased) == ("closed", "", True)
    assert await cases.other_cases_with(merchant, "C-2", PHOTO_SHA) == ["C-1"]
    assert await cases.evidence(merchant, "C-2", PHOTO_SHA) == PHOTO
    # Neither other content nor the very same brings it back.
    for again in (case(merchant), case(merchant, messages=[])):
        with pytest.raises(CaseConflict, match="was erased, and is not worked on again") as conflict:
            await cases.open_case(again, FILES)
        assert conflict.value.differences == ()
    trail = AuditTrail(records)
    assert (await trail.entries(merchant, case_id="C-1"))[0].digest == opened.digest
    last = (await trail.entries(merchant, case_id="C-1"))[-1]
    assert (last.action, last.actor) == ("case.erased", "mia")
    assert (await trail.verify(merchant)).intact


async def test_a_sealed_row_moved_to_another_case_does_not_open(
    cases: CaseRecords, merchant: str, superuser: psycopg.Connection
) -> None:
    for case_id in ("C-1", "C-2"):
        await cases.open_case(case(merchant, case_id), FILES)
    superuser.execute(
        "update amends.case_key a set wrapped = b.wrapped from amends.case_key b"
        " where a.merchant = b.merchant and a.merchant = %s and a.case_id = 'C-1' and b.case_id = 'C-2'",
        (merchant,),
    )
    with pytest.raises(Exception, match="does not open"):
        await cases.bundle(merchant, "C-1")
