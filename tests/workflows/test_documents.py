"""PDF documents of a case in its packet; one that may not be shown is left out, told, and holds nothing up."""

import json
from datetime import UTC, datetime
from typing import Any

from knowledge.letter.claims import ExhibitKind, Letter
from samples.chargebacks import CHARGEBACKS
from tests.tools.packets.pdf_documents import pdf
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed
from tools.bundles import read_sent
from tools.packets import page_texts
from workflows.messages import Stage


async def submitted_with(house: House, case_id: str, invoice: bytes) -> tuple[Letter, str]:
    """The letter and the packet's words of a case with this invoice, after it went out by itself."""
    case, files, _ = next(one for one in CHARGEBACKS if one[0]["case_id"] == "c01-visa-131")
    payment = {**case["order"]["payment"], "processor_reference": f"ch_{case_id.replace('-', '_')}"}
    fields: dict[str, Any] = {
        **case,
        "case_id": case_id,
        "merchant": {**case["merchant"], "id": "lumen"},
        "order": {**case["order"], "payment": payment},
        "chargeback": {**case["chargeback"], "dispute_id": f"dp_{case_id.replace('-', '_')}"},
        "documents": [
            {
                "id": "inv",
                "path": "documents/invoice.pdf",
                "kind": "invoice",
                "author": "merchant",
                "title": "Invoice 7",
            }
        ],
    }
    read = read_sent(json.dumps(fields).encode(), {**files, "documents/invoice.pdf": invoice}, now=datetime.now(UTC))
    async with house.worker():
        await disputed(house, read.bundle, dict(read.files))
        await house.until(case_id, Stage.SUBMITTED)
    cases = house.installation.cases
    kept = {one.kind: one.sha256 for one in await cases.artifacts("lumen", case_id)}
    letter = Letter.model_validate_json(await cases.artifact("lumen", case_id, kept["letter"]))
    return letter, " ".join(page_texts(await cases.artifact("lumen", case_id, kept["packet"])))


async def test_an_invoice_is_shown_page_by_page(house: House) -> None:
    letter, printed = await submitted_with(house, "paper-1", pdf(2))
    (shown,) = [one for one in letter.exhibits if one.kind is ExhibitKind.DOCUMENT]
    assert f"Exhibit {shown.letter}, page 2 of 2" in printed


async def test_an_invoice_with_a_full_card_number_is_left_out_and_told(house: House) -> None:
    letter, printed = await submitted_with(house, "paper-2", pdf(note="Card 4242 4242 4242 4242"))
    assert [one for one in letter.exhibits if one.kind is ExhibitKind.DOCUMENT] == []
    assert "Invoice 7" not in printed
    events = await house.installation.cases.events("lumen", "paper-2")
    (told,) = [one.detail for one in events if one.what == "not exhibited"]
    assert told.startswith("inv: page 1 of the PDF shows a full card number; give a copy")
