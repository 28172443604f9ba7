"""A dispute over the API, from the sandbox's bank to its outcome, with the packet between."""

import pytest

from console.api.shapes import ReviewGiven, SandboxDecision
from console.client import AmendsRefused
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.workflows.house import House, case
from tests.workflows.test_chargeback_case import sample
from workflows.messages import ReviewAction, Stage


async def test_a_dispute_is_played_defended_and_its_outcome_forced(house: House, asking: Asking) -> None:
    client = await asking.client()
    bundle, files = sample("c01-visa-131", "api-disputed")
    assert bundle.chargeback is not None
    played = await client.play_payment(bundle, files)
    assert played.dispute_id == bundle.chargeback.dispute_id
    async with house.worker():
        await client.submit_case(bundle, files)
        await house.until("api-disputed", Stage.SUBMITTED)
        listed = {each.kind: each for each in (await client.list_documents("api-disputed")).items}
        packet = await client.read_document("api-disputed", listed["packet"].sha256)
        assert packet.startswith(b"%PDF-")
        assert len(packet) == listed["packet"].size
        await client.force_outcome("api-disputed", SandboxDecision(outcome="won"))
        await house.until("api-disputed", Stage.CLOSED)
    assert (await client.read_case("api-disputed")).outcome == "won"
    entries = await house.installation.audit.entries("lumen", case_id="api-disputed")
    assert [each.digest for each in entries if each.action == "exported.document"] == [listed["packet"].sha256]


async def test_only_a_dispute_has_an_outcome_to_force(asking: Asking) -> None:
    client = await asking.client()
    refused = case("api-no-dispute", "lost: nada")
    await client.submit_case(refused)
    with pytest.raises(AmendsRefused, match="no chargeback"):
        await client.force_outcome("api-no-dispute", SandboxDecision(outcome="won"))


async def test_a_letter_is_signed_only_by_a_key_that_may_sign(house: House, asking: Asking) -> None:
    bundle, files = sample("c05-mc-4853-place", "api-signed")
    client = await asking.client()
    unsigned = await asking.client({Permission.DECIDE})
    await client.play_payment(bundle, files)
    async with house.worker():
        await client.submit_case(bundle, files)
        await house.until("api-signed", Stage.REVIEW)
        with pytest.raises(AmendsRefused, match=r"lacks the scope letters\.sign"):
            await unsigned.review("api-signed", ReviewGiven(action=ReviewAction.APPROVE))
        await client.review("api-signed", ReviewGiven(action=ReviewAction.APPROVE))
