"""The API's door: keys, rates, repeated requests, and refusals that look alike where they must."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from console.api.application import make_api
from console.api.door import LARGEST, REPLAYED
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.workflows.house import House, case


def body(case_id: str, words: str = "lost: nada", merchant: str = "lumen") -> bytes:
    owner = {"id": merchant, "name": "Lumen Lamps", "country": "DE"}
    return case(case_id, words, merchant=owner).model_dump_json(exclude_none=True).encode()


JSON = {"content-type": "application/json"}


async def test_without_a_key_that_opens_nothing_is_said_but_how_to_get_one(asking: Asking) -> None:
    made = await asking.key()
    await asking.keys.revoke("lumen", made.key.key_id, by="test")
    for secret in ("", "nonsense", made.secret):
        http = await asking.http(secret)
        for path in ("/cases", "/cases/none", "/nowhere", "/keys/this", "/webhook-endpoints/line%0Abreak"):
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.headers["content-type"] == "application/problem+json"
    assert (await (await asking.http("")).get("/openapi.json")).json()["openapi"] == "3.1.0"


async def test_twenty_at_once_under_one_key_open_one_case(house: House, asking: Asking) -> None:
    http = await asking.http()
    headers = {**JSON, "idempotency-key": "twenty-at-once"}
    sent = [http.post("/cases", content=body("api-twenty"), headers=headers) for _ in range(20)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} <= {201, 409}
    first = [each for each in answers if each.status_code == 201 and REPLAYED not in each.headers]
    assert len(first) == 1
    assert all(each.headers["retry-after"] == "1" for each in answers if each.status_code == 409)
    again = await http.post("/cases", content=body("api-twenty"), headers=headers)
    assert (again.status_code, again.headers[REPLAYED]) == (201, "true")
    assert again.content == first[0].content
    entries = await house.installation.audit.entries("lumen", case_id="api-twenty")
    assert [each.action for each in entries].count("case.opened") == 1


async def test_a_key_used_for_another_request_is_refused_and_a_refusal_frees_its_key(asking: Asking) -> None:
    http = await asking.http()
    headers = {**JSON, "idempotency-key": "once-and-other"}
    refused = await http.post("/cases", content=b"{}", headers=headers)
    assert refused.status_code == 422
    assert (await http.post("/cases", content=body("api-once"), headers=headers)).status_code == 201
    other = await http.post("/cases", content=body("api-once", "lost: tudo"), headers=headers)
    assert other.status_code == 422
    assert "used for another request" in other.json()["detail"]
    wrong = await http.post("/cases", content=body("api-once"), headers={**JSON, "idempotency-key": "two words"})
    assert wrong.json()["problems"][0]["parameter"] == "Idempotency-Key"


async def test_the_same_multipart_request_is_the_same_whatever_its_boundary(asking: Asking) -> None:
    http = await asking.http()
    answers = [
        await http.post(
            "/cases",
            files={"case": ("case.json", body("api-boundary"), "application/json")},
            headers={"idempotency-key": "boundary"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].headers[REPLAYED] == "true"


async def test_a_key_may_ask_so_often_and_is_told_how_often_and_when_again(house: House, asking: Asking) -> None:
    settings = house.installation.settings.model_copy(update={"api_requests_per_minute": 3})
    strict = replace(asking.house, installation=replace(house.installation, settings=settings))
    transport = httpx.ASGITransport(make_api(strict))
    secrets = [(await asking.key()).secret for _ in range(2)]
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        answers = [await http.get("/keys/this", headers={"authorization": f"Bearer {secrets[0]}"}) for _ in range(5)]
        other = await http.get("/keys/this", headers={"authorization": f"Bearer {secrets[1]}"})
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"key";r=2;t=')
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert other.status_code == 200


async def test_a_body_that_is_too_large_is_refused_before_it_is_held(asking: Asking) -> None:
    http = await asking.http()
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * (8 * 1024 * 1024)
            if sent > 40:
                return

    answer = await http.post("/cases", content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert str(LARGEST) in answer.json()["detail"]


async def test_a_key_without_the_scope_is_told_which_one(asking: Asking) -> None:
    http = await asking.http((await asking.key({Permission.READ_LETTERS})).secret)
    answer = await http.get("/cases")
    assert answer.status_code == 403
    assert "cases.read" in answer.json()["detail"]


async def test_a_method_that_is_none_is_refused_with_every_one_there_is(asking: Asking) -> None:
    http = await asking.http()
    for path, allowed in (("/cases", "GET, POST"), ("/cases/none", "GET"), ("/cases/none/reviews", "POST")):
        answer = await http.delete(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/nowhere", "/cases/", "/"])
async def test_a_path_that_is_none_is_a_problem_too(asking: Asking, path: str) -> None:
    answer = await (await asking.http()).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_use_of_a_key_is_chained_once_however_often_it_asks(house: House, asking: Asking) -> None:
    before, _ = await house.installation.audit.head("lumen")
    made = await asking.key()
    http = await asking.http(made.secret)
    for _ in range(5):
        assert (await http.get("/keys/this")).status_code == 200
    since = await house.installation.audit.entries("lumen", after=before)
    used = [one for one in since if one.action == "key.used"]
    assert [one.actor for one in used].count(f"key:{made.key.key_id}") == 1
