"""Role × page: who may ask for what, over every route of the pages. A new route without a line here fails the test."""

from collections.abc import Iterator
from enum import StrEnum

import pytest
from fastapi.routing import APIRoute

from console.web.application import page_routers
from console.web.house import House as WebHouse
from console.web.security.form_token import HEADER
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Permission, Role, permissions_of
from tests.console.web.visiting import Visiting


class Whoever(StrEnum):
    """Rules that are no permission."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"


RULES: dict[str, Permission | Whoever] = {
    "GET /": Permission.READ_CASES,
    "GET /health": Whoever.ANYBODY,
    "GET /ready": Whoever.ANYBODY,
    "GET /sign-in": Whoever.ANYBODY,
    "POST /sign-in": Whoever.ANYBODY,
    "POST /sign-out": Whoever.SIGNED_IN,
    "POST /merchant": Whoever.SIGNED_IN,
    "POST /theme": Whoever.SIGNED_IN,
}
_REFUSED = 403


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path of the pages."""
    for router in page_routers():
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield method, route.path


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    assert {f"{method} {path}" for method, path in routes()} == set(RULES)


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_opens_to_the_roles_that_may_and_to_no_other(
    web: WebHouse, visiting: Visiting, role: Role
) -> None:
    wrong: list[str] = []
    for method, path in routes():
        rule = RULES[f"{method} {path}"]
        # Absent ids: whether somebody is let in does not depend on what is there.
        asked = path.replace("{", "absent-").replace("}", "")
        nobody = await visiting.nobody().http.request(method, asked)
        if rule is Whoever.ANYBODY:
            if nobody.headers.get("location", "").startswith("/sign-in"):
                wrong.append(f"{method} {path} to nobody: sent to sign in")
            continue
        if (nobody.status_code, nobody.headers.get("location", "").partition("?")[0]) != (303, "/sign-in"):
            wrong.append(f"{method} {path} to nobody: {nobody.status_code}")
        person = await visiting.signed_in(role)
        token = web.form_tokens.of(person.http.cookies[SESSION_COOKIE])
        answer = await person.http.request(method, asked, headers={HEADER: token})
        may = rule is Whoever.SIGNED_IN or rule in permissions_of(role)
        if (answer.status_code == _REFUSED) is may:
            wrong.append(f"{method} {path} to {role}: {answer.status_code}")
    assert wrong == []
