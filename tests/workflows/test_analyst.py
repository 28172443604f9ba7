"""The packet is read as the issuer's analyst reads it before it goes; a fatal finding brings it before a person."""

import json
from datetime import UTC, datetime

from knowledge.analyst.view import AnalystView, AttackKind
from samples.chargebacks import CHARGEBACKS
from tests.workflows.house import House
from tests.workflows.test_chargeback_case import disputed, sample
from tools.bundles import read_sent
from workflows.messages import Review, ReviewAction, Stage


async def kept_view(house: House, case_id: str) -> AnalystView:
    cases = house.installation.cases
    (kept,) = [one for one in await cases.artifacts("lumen", case_id) if one.kind == "analyst"]
    return AnalystView.model_validate_json(await cases.artifact("lumen", case_id, kept.sha256))


async def test_a_packet_without_a_fatal_finding_goes_by_itself_and_its_view_is_kept(house: House) -> None:
    bundle, files = sample("c01-visa-131", "analyst-1")
    async with house.worker():
        await disputed(house, bundle, files)
        await house.until("analyst-1", Stage.SUBMITTED)
    view = await kept_view(house, "analyst-1")
    assert view.findings == ()
    answered = {one.item: one.places for one in view.requirements}
    assert answered["proof_of_delivery"] == ("page 4, Exhibit D, scan-3",)


async def test_a_fatal_finding_stops_the_automatic_answer_and_a_person_may_still_send_it(house: House) -> None:
    case, files, _ = next(one for one in CHARGEBACKS if one[0]["case_id"] == "c01-visa-131")
    renamed, _ = sample("c01-visa-131", "analyst-2")
    fields = renamed.model_dump(mode="json", exclude_none=True)
    # Delivered on 8 September; the cardholder had already disputed on the 5th.
    early = {**case["chargeback"], "dispute_id": "dp_analyst_2", "received_at": "2026-09-05T08:00:00Z"}
    moved = {**case, "case_id": "analyst-2", "merchant": fields["merchant"], "chargeback": early}
    moved["order"] = {**case["order"], "payment": {**case["order"]["payment"], "processor_reference": "ch_analyst_2"}}
    moved["opened_at"] = "2026-10-20T08:00:00Z"
    read = read_sent(json.dumps(moved).encode(), files, now=datetime.now(UTC))
    async with house.worker():
        await disputed(house, read.bundle, dict(read.files))
        view = await house.until("analyst-2", Stage.REVIEW)
        assert "The parcel was delivered on 8 September 2026, after the dispute of 5 September 2026." in view.detail
        assert "Concede, unless the buyer has told the merchant since" in view.detail
        kept = await kept_view(house, "analyst-2")
        assert [finding.kind for finding in kept.fatal] == [AttackKind.DELIVERED_AFTER_DISPUTE]
        await house.desk.review("lumen", "analyst-2", Review(by="Marta", action=ReviewAction.APPROVE))
        await house.until("analyst-2", Stage.SUBMITTED)
