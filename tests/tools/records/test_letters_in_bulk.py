"""Letters and packets of a month in one archive: opened again, complete, in small pieces, each export chained."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

from knowledge.finance.month import Month
from tests.tools.records.cases_for_tests import FILES, case, euro
from tests.tools.records.erasing import erase
from tests.tools.records.files_read_again import csv_rows
from tools.finance_files.letters import letters_zip
from tools.records.audit import AuditTrail
from tools.records.cases import CaseRecords
from tools.records.ledger import Ledger
from tools.records.records import Records

THIS = Month.of(datetime.now(UTC))


async def test_the_archive_holds_every_document_under_its_digest_with_an_index(records: Records, merchant: str) -> None:
    cases, ledger = CaseRecords(records), Ledger(records)
    documents: dict[str, bytes] = {}
    for number in range(25):
        await cases.open_case(case(merchant, f"case-{number}"), FILES)
        for kind, name in (("letter", "letter-1.json"), ("packet", "packet-1.pdf")):
            content = f"{kind} of case {number}".encode()
            documents[await cases.save_artifact(merchant, f"case-{number}", kind, name, content)] = content
    await cases.save_artifact(merchant, "case-1", "analyst", "analyst-1.json", b"not a letter")
    await ledger.open_chargeback(merchant, "ch_lamp", "dp_1", euro(4_000), case_id="case-1")

    pieces = [piece async for piece in letters_zip(records, merchant, THIS, by="a_clerk")]
    assert len(pieces) > 2, "it is made while it is sent"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    told = archive.read("index.json")
    index = json.loads(told)
    assert {entry["sha256"] for entry in index} == set(documents)
    for entry in index:
        content = archive.read(entry["path"])
        assert content == documents[entry["sha256"]]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert (entry["processor"], entry["payment"]) == ("stripe", "ch_lamp")
    rows = csv_rows(archive.read("index.csv"))
    assert [row["sha256"] for row in rows] == [entry["sha256"] for entry in index]
    assert len(archive.namelist()) == len(index) + 2

    chained = [entry for entry in await AuditTrail(records).entries(merchant) if entry.action.startswith("export.")]
    assert [(entry.actor, entry.action) for entry in chained] == [
        ("a_clerk", f"export.letters.begun.{THIS}"),
        ("a_clerk", f"export.letters.{THIS}"),
    ]
    assert chained[1].digest == hashlib.sha256(told).hexdigest()


async def test_an_erased_cases_letters_are_named_and_not_held(records: Records, merchant: str) -> None:
    cases = CaseRecords(records)
    await cases.open_case(case(merchant, "case-1"), FILES)
    digest = await cases.save_artifact(merchant, "case-1", "letter", "letter-1.json", b"Dear Ana")
    await erase(records, merchant, "case-1")
    pieces = [piece async for piece in letters_zip(records, merchant, THIS, by="a_clerk")]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert [(entry["path"], entry["sha256"]) for entry in json.loads(archive.read("index.json"))] == [("", digest)]
    assert archive.namelist() == ["index.csv", "index.json"]
    assert b"Ana" not in b"".join(pieces)


async def test_another_merchants_letters_are_in_no_archive(records: Records, merchant: str) -> None:
    cases = CaseRecords(records)
    await cases.open_case(case(merchant, "case-1"), FILES)
    await cases.save_artifact(merchant, "case-1", "letter", "letter-1.json", b"Dear Ana")
    pieces = [piece async for piece in letters_zip(records, f"{merchant}-other", THIS, by="a_clerk")]
    assert json.loads(zipfile.ZipFile(io.BytesIO(b"".join(pieces))).read("index.json")) == []
