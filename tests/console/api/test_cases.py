"""Cases over the API: pushed in with their files, worked on, read, decided, and answered by the buyer."""

import io
import json
import zipfile

import pytest

from console.api.shapes import MessageSaid, ReviewGiven
from console.client import AmendsRefused
from knowledge.money import Money
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.workflows.house import House, case, lost, scratched
from workflows.messages import BuyerMove, ReviewAction, Stage


async def test_a_case_goes_the_whole_way_over_the_api(house: House, asking: Asking) -> None:
    client = await asking.client()
    bundle, files = scratched("api-whole")
    await client.play_payment(bundle, files)
    async with house.worker():
        opened = await client.submit_case(bundle, files)
        assert opened.created
        assert not (await client.submit_case(bundle, files)).created
        await house.until("api-whole", Stage.OFFERED)
        read = await client.read_case("api-whole")
        assert read.standing is not None
        assert read.standing.stage is Stage.OFFERED
        assert "accept" in read.standing.allowed
        assert {fact.name.value for fact in read.facts} >= {"claim.reason", "order.paid"}
        (listed,) = (await client.list_decisions("api-whole")).items
        decision = await client.read_decision("api-whole", listed.decision_id)
        assert decision.amount == read.standing.amount
        await client.say("api-whole", MessageSaid(move=BuyerMove.ACCEPT))
        await house.until("api-whole", Stage.CLOSED)
    closed = await client.read_case("api-whole")
    assert (closed.stage, closed.outcome, closed.standing) == ("closed", "paid", None)
    outcomes = [each async for each in client.every(lambda at: client.list_outcomes(cursor=at, limit=1))]
    assert ("api-whole", "paid", decision.amount) in [(each.case_id, each.outcome, each.amount) for each in outcomes]
    assert await house.refunded(bundle.order.payment.processor_reference) == [decision.amount.minor]


async def test_a_waiting_case_is_decided_by_key_and_the_key_stands_in_the_audit_chain(
    house: House, asking: Asking
) -> None:
    client = await asking.client()
    bundle, files = case("api-review", "lost: nada chegou"), dict[str, bytes]()
    await client.play_payment(bundle, files)
    async with house.worker():
        await client.submit_case(bundle, files)
        await house.until("api-review", Stage.REVIEW)
        with pytest.raises(AmendsRefused) as refused:
            await client.review("api-review", ReviewGiven(action=ReviewAction.ADJUST))
        assert refused.value.problem.status == 409
        assert "amount: missing" in refused.value.problem.detail
        amount = Money(minor=500, currency="EUR")
        answer = await client.review("api-review", ReviewGiven(action=ReviewAction.ADJUST, amount=amount))
        assert answer.stage is not None
        await house.until("api-review", Stage.CLOSED)
    entries = await house.installation.audit.entries("lumen", case_id="api-review")
    assert any(each.action == "event.decided" and each.actor.startswith("key:") for each in entries)


async def test_a_bundle_comes_as_a_zip_too_and_a_refused_one_says_every_mend(asking: Asking) -> None:
    http = await asking.http()
    bundle, files = scratched("api-zip")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("case.json", bundle.model_dump_json(exclude_none=True))
        for name, content in files.items():
            archive.writestr(name, content)
    answer = await http.post("/cases", content=packed.getvalue(), headers={"content-type": "application/zip"})
    assert answer.status_code == 201, answer.text
    broken = json.loads(bundle.model_dump_json(exclude_none=True)) | {"case_id": "api zip!", "surprise": 1}
    refused = await http.post("/cases", json=broken)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    pointers = {each["pointer"] for each in refused.json()["problems"]}
    assert pointers == {"/case_id", "/surprise"}
    assert all(each["mend"] for each in refused.json()["problems"])


async def test_another_bundle_under_the_same_id_is_refused_with_what_differs(asking: Asking) -> None:
    client = await asking.client()
    await client.submit_case(case("api-conflict", "lost: nada"))
    with pytest.raises(AmendsRefused) as refused:
        await client.submit_case(case("api-conflict", "lost: nada chegou"))
    assert refused.value.problem.status == 409
    assert "/messages/0/text" in {each.pointer for each in refused.value.problem.problems}


async def test_a_case_of_another_merchant_is_not_taken_in(asking: Asking) -> None:
    client = await asking.client(merchant="api-other")
    with pytest.raises(AmendsRefused) as refused:
        await client.submit_case(case("api-foreign", "lost: nada"))
    assert refused.value.problem.problems[0].mend == "write api-other"


async def test_pages_hold_every_case_once(asking: Asking) -> None:
    client = await asking.client(merchant="api-pages")
    merchant = {"id": "api-pages", "name": "Pages", "country": "DE"}
    for number in range(5):
        await client.submit_case(case(f"page-{number}", "lost: nada", merchant=merchant))
    found = [each.case_id async for each in client.every(lambda at: client.list_cases(cursor=at, limit=2))]
    assert found == [f"page-{number}" for number in (4, 3, 2, 1, 0)]
    http = await asking.http()
    for cursor in ("x", "e30", "WzEsMl0"):
        assert (await http.get("/cases", params={"cursor": cursor})).status_code == 422


async def test_facts_about_people_are_masked_unless_the_key_may_reveal_them(house: House, asking: Asking) -> None:
    client = await asking.client()
    bundle, files = lost("api-masked")
    await client.play_payment(bundle, files)
    async with house.worker():
        await client.submit_case(bundle, files)
        await house.until("api-masked", Stage.CLOSED)
        masks = await asking.client({Permission.READ_CASES})
        for reader, masked, city in ((masks, True, None), (client, False, "Porto")):
            facts = {fact.name.value: fact for fact in (await reader.read_case("api-masked")).facts}
            fact = facts["order.destination_city"]
            assert (fact.masked, fact.value) == (masked, city)
    entries = await house.installation.audit.entries("lumen", case_id="api-masked")
    assert [each.action for each in entries if each.actor.startswith("key:")][-2:] == [
        "case.viewed",
        "personal.revealed.case",
    ]
