import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.tools.processors.shop import SPECIFICATION, Shop, eur
from tools.processors.sandbox.control import SandboxControl
from tools.processors.sandbox.launch import start_sandbox
from tools.processors.sandbox.messages import HoldPoint, NewCharge
from tools.processors.sandbox.specification import Specification
from tools.processors.stripe import StripeClient, StripeProcessor
from tools.processors.stripe.capabilities import STRIPE

SECRET = {"Authorization": "Bearer sk_test_shop"}


@pytest.fixture
async def stripe_side(shop: Shop) -> Any:
    async with httpx.AsyncClient(base_url=shop.url, headers=SECRET, trust_env=False) as http:
        yield http
    await shop.world.forget_violations()


@pytest.mark.parametrize(
    ("path", "form", "code", "param"),
    [
        ("/v1/refunds", {"charge": "ch_1", "colour": "red"}, "parameter_unknown", "colour"),
        ("/v1/refunds", {"charge": "ch_1", "amount": "12.50"}, "parameter_invalid_integer", "amount"),
        ("/v1/refunds", {"charge": "ch_1", "reason": "bad_mood"}, "parameter_invalid", "reason"),
        ("/v1/refunds", {"charge[id]": "ch_1"}, "parameter_invalid", "charge"),
        ("/v1/disputes/dp_1", {"evidence[alibi]": "at home"}, "parameter_unknown", "evidence[alibi]"),
        ("/v1/disputes/dp_1", {"evidence[customer_name]": "x" * 5001}, "parameter_invalid", "evidence[customer_name]"),
        ("/v1/disputes/dp_1", {"submit": "maybe"}, "parameter_invalid", "submit"),
        (
            "/v1/disputes/dp_1",
            {"intended_submission_method": "by_owl"},
            "parameter_invalid",
            "intended_submission_method",
        ),
    ],
)
async def test_a_request_that_breaks_the_specification_is_refused_naming_the_field(
    shop: Shop, stripe_side: httpx.AsyncClient, path: str, form: dict[str, str], code: str, param: str
) -> None:
    answer = await stripe_side.post(path, data=form)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"], error["param"]) == (
        400,
        "invalid_request_error",
        code,
        param,
    )
    [violation] = await shop.world.violations()
    assert (violation.method, violation.path, violation.where) == ("POST", path, "request")
    assert param in violation.what


async def test_a_missing_field_an_unknown_address_and_a_bad_query_are_violations(
    shop: Shop, stripe_side: httpx.AsyncClient
) -> None:
    missing = await stripe_side.post("/v1/files", files={"file": ("a.pdf", b"%PDF-")})
    unknown = await stripe_side.post("/v1/payouts", data={"amount": "1"})
    query = await stripe_side.get("/v1/refunds", params={"limit": "1000"})

    assert missing.json()["error"]["code"] == "parameter_missing"
    assert missing.json()["error"]["param"] == "purpose"
    assert unknown.status_code == 404
    assert query.json()["error"]["param"] == "limit"
    assert [violation.path for violation in await shop.world.violations()] == [
        "/v1/files",
        "/v1/payouts",
        "/v1/refunds",
    ]


async def test_nothing_is_answered_without_a_secret_key(shop: Shop) -> None:
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False) as http:
        assert (await http.get("/v1/refunds")).status_code == 401


def test_an_answer_that_breaks_the_specification_is_found() -> None:
    specification = Specification.read(SPECIFICATION)
    fixture: dict[str, Any] = json.loads(SPECIFICATION.read_text("utf-8"))["x-fixtures"]["refund"]

    assert specification.answer_problems("GET", "/v1/refunds/re_1", 200, fixture) == []
    broken = {**fixture, "amount": "12", "colour": "red"}
    found = specification.answer_problems("GET", "/v1/refunds/re_1", 200, broken)
    assert {problem.partition(":")[0] for problem in found} == {"request", "amount"}


def test_the_declared_text_limits_are_the_specifications() -> None:
    schemas = json.loads(SPECIFICATION.read_text("utf-8"))["components"]["schemas"]
    evidence = schemas["DisputeUpdateParams.Evidence"]["properties"]
    assert STRIPE.text_fields == {name: field["maxLength"] for name, field in evidence.items() if "maxLength" in field}
    files = {name for name, field in evidence.items() if "file upload" in field["description"] and field.get("type")}
    assert files == STRIPE.file_fields
    assert schemas["DisputeUpdateParams"]["properties"]["evidence"]["x-combinedMaxLength"] == STRIPE.text_combined


async def test_what_happened_survives_the_sandboxs_own_death(tmp_path: Path) -> None:
    running = await start_sandbox(tmp_path, SPECIFICATION)
    async with SandboxControl(running.url) as world:
        charge = await world.create_charge(NewCharge(amount=5000, currency="eur"))
    client = StripeClient(SecretStr("sk_test_shop"), url=running.url, timeout_seconds=5)
    processor = StripeProcessor(client)
    made = await processor.refund(charge, eur(1700), key="before", case_key="case")

    await running.kill()
    again = await start_sandbox(tmp_path, SPECIFICATION, port=running.port)
    replayed = await processor.refund(charge, eur(1700), key="before", case_key="case")
    async with SandboxControl(again.url) as world:
        ledger = await world.ledger()
    await client.close()
    await again.stop()

    assert replayed == made
    assert [(refund.id, refund.amount) for refund in ledger.charges[charge].refunds] == [(made.reference, 1700)]


async def test_a_request_held_before_it_happens_happens_though_its_sender_is_gone(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.world.plan_hold(HoldPoint.BEFORE, "/v1/refunds")
    sender = asyncio.create_task(shop.processor.refund(charge, eur(1700), key="left behind", case_key="case"))
    await shop.world.until_held()
    sender.cancel()
    assert await shop.refunded(charge) == []

    assert await shop.world.release() == 1

    async with asyncio.timeout(10):
        while await shop.refunded(charge) != [1700]:
            await asyncio.sleep(0.02)


async def test_a_request_held_after_it_happened_has_happened(shop: Shop) -> None:
    charge = await shop.sold(5000)
    await shop.world.plan_hold(HoldPoint.AFTER, "/v1/refunds")
    sender = asyncio.create_task(shop.processor.refund(charge, eur(1700), key="unanswered", case_key="case"))
    [held] = await shop.world.until_held()

    assert (held.point, held.idempotency_key) == (HoldPoint.AFTER, "unanswered")
    assert await shop.refunded(charge) == [1700]
    await shop.world.release(held.ticket)
    assert (await sender).amount == eur(1700)


async def test_without_the_specification_and_with_keys_already_forgotten_it_pays_twice(tmp_path: Path) -> None:
    running = await start_sandbox(tmp_path, key_seconds=-1)
    client = StripeClient(SecretStr("sk_test_shop"), url=running.url, timeout_seconds=5)
    async with SandboxControl(running.url) as world:
        charge = await world.create_charge(NewCharge(id="ch_demo", amount=5000, currency="eur"))
        assert await world.create_charge(NewCharge(id="ch_demo", amount=5000, currency="eur")) == charge
        with pytest.raises(RuntimeError, match="exists already"):
            await world.create_charge(NewCharge(id="ch_demo", amount=6000, currency="eur"))
        for _ in range(2):
            await StripeProcessor(client).refund(charge, eur(100), key="short-lived", case_key="case")
        assert [refund.amount for refund in (await world.ledger()).charges[charge].refunds] == [100, 100]
    await client.close()
    await running.stop()
