"""Scope × operation × merchant over every operation: a new route is tested too, or fails for want of a rule."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from console.api.application import routers_of
from console.api.caller import Needs
from console.api.problems import MEDIA_TYPE
from console.client import AmendsClient
from console.client.operations import OPERATIONS
from console.web.house import House as WebHouse
from knowledge.rules.authority import Permission
from tests.console.api.asking import Asking
from tests.console.api.given import Given, give_everything

_VARYING = frozenset({"ratelimit", "ratelimit-policy"})
_ABSENT = {
    "order_id": "order-absent",
    "case_id": "case-absent",
    "decision_id": "d9-00000000000000ff",
    "sha256": "f" * 64,
    "endpoint_id": "we_00000000000000ff",
    "delivery_id": "we_00000000000000ff.7",
}


def routes(web: WebHouse) -> Iterator[APIRoute]:
    found = [route for router in routers_of(web) for route in router.routes]
    for route in found:
        assert isinstance(route, APIRoute)
        yield route


def need_of(route: APIRoute) -> Permission | None:
    """The scope the route asks for; an AssertionError for a route without a rule."""
    needs = [each.call for each in route.dependant.dependencies if isinstance(each.call, Needs)]
    assert len(needs) == 1, f"{route.path} has no rule: give it one of the keys of console.api.caller"
    return needs[0].permission


def example_of(document: Mapping[str, Any], path: str, method: str) -> dict[str, Any] | None:
    """The example of the operation's JSON body; None when it has no body."""
    operation = document["paths"][path][method.lower()]
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]["application/json"]
    found = content.get("example") or next(iter(content["examples"].values()))["value"]
    assert found, f"{method} {path} has no example"
    return found


def filled(path: str, ids: Mapping[str, str]) -> str:
    return path.format(**ids)


async def ask(
    http: httpx.AsyncClient, asking: Asking, route: APIRoute, ids: Mapping[str, str]
) -> tuple[httpx.Response, str]:
    assert route.methods is not None
    (method,) = route.methods
    sent = example_of(asking.document, route.path, method)
    answer = await http.request(method, filled(route.path, ids), json=sent)
    return answer, f"{method} {route.path}"


@pytest.fixture
async def given(asking: Asking) -> Given:
    return await give_everything(asking.house.installation, "lumen")


async def test_every_scope_opens_its_operations_and_no_other(web: WebHouse, asking: Asking, given: Given) -> None:
    wrong: list[str] = []
    http = {scope: await asking.http((await asking.key({scope})).secret) for scope in Permission}
    for route in routes(web):
        need = need_of(route)
        for scope, asks in http.items():
            # Ids that are absent: whether a key is let in does not depend on what is there.
            answer, operation = await ask(asks, asking, route, _ABSENT)
            refused = answer.status_code == 403
            if refused is not (need is not None and scope is not need):
                wrong.append(f"{operation} with {scope}: {answer.status_code}")
    assert wrong == []


async def test_what_is_another_merchants_is_answered_as_what_is_nowhere(
    web: WebHouse, asking: Asking, given: Given
) -> None:
    wrong: list[str] = []
    foreign = await asking.http((await asking.key(merchant="api-stranger")).secret)
    own = await asking.http()
    for route in routes(web):
        for name in route.param_convertors:
            # One id after the other is theirs, with what is above it; what is below stays absent.
            theirs = {**_ABSENT, **given.up_to(name)}
            absent, operation = await ask(foreign, asking, route, _ABSENT)
            there, _ = await ask(foreign, asking, route, theirs)
            if (there.status_code, there.content) != (absent.status_code, absent.content) or _shown(there) != _shown(
                absent
            ):
                wrong.append(f"{operation} {name}: {there.status_code} {there.text} and not {absent.text}")
            if absent.status_code != 404 or absent.headers["content-type"] != MEDIA_TYPE:
                wrong.append(f"{operation}: {absent.status_code} for what is absent")
        if route.param_convertors and route.methods == {"GET"}:
            mine, operation = await ask(own, asking, route, given.ids)
            if mine.status_code != 200:
                wrong.append(f"{operation}: {mine.status_code} to its owner")
    assert wrong == []


def _shown(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in _VARYING}


async def test_lists_hold_the_merchants_own_only(web: WebHouse, asking: Asking, given: Given) -> None:
    foreign = await asking.http((await asking.key(merchant="api-lists")).secret)
    for route in routes(web):
        if route.methods == {"GET"} and not route.param_convertors:
            answer, operation = await ask(foreign, asking, route, {})
            assert answer.status_code == 200, operation
            for known in given.ids.values():
                assert known not in answer.text, operation


async def test_the_client_has_a_method_for_every_operation_and_no_other(web: WebHouse, asking: Asking) -> None:
    told = {
        operation["operationId"]: (method.upper(), path)
        for path, operations in asking.document["paths"].items()
        for method, operation in operations.items()
    }
    assert told == OPERATIONS
    assert {route.operation_id for route in routes(web)} == set(OPERATIONS)
    assert all(callable(getattr(AmendsClient, name)) for name in OPERATIONS)
