"""Role × page: who may ask for what, over every route of the pages. A new route without a line here fails the test."""

from collections.abc import Iterator
from enum import StrEnum

import pytest
from fastapi.openapi.utils import get_openapi

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.security.form_token import HEADER
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Permission, Role, permissions_of
from tests.console.web.visiting import Visiting


class Whoever(StrEnum):
    """Rules that are no permission."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed in"


_ENDLESS = {"GET /queue/live"}
"""Streams, which answer whoever may have them for minutes: that they open, the browser's tests of the queue show."""
RULES: dict[str, Permission | Whoever] = {
    "GET /": Permission.READ_CASES,
    "GET /queue/live": Permission.READ_CASES,
    "POST /next": Permission.DECIDE,
    "POST /together": Permission.DECIDE_TOGETHER,
    "GET /together/{preview_id}": Permission.DECIDE_TOGETHER,
    "POST /together/{preview_id}": Permission.DECIDE_TOGETHER,
    "POST /together/{preview_id}/undo": Permission.DECIDE_TOGETHER,
    "POST /cases/{case_id}/skip": Permission.DECIDE,
    "POST /cases/{case_id}/decisions": Permission.DECIDE,
    "GET /cases/{case_id}/reviews/{review_id}": Permission.DECIDE,
    "POST /cases/{case_id}/undo": Permission.DECIDE,
    "GET /cases/{case_id}/facts/{name}": Permission.DECIDE,
    "POST /cases/{case_id}/facts/{name}": Permission.DECIDE,
    "POST /cases/{case_id}/return-received": Permission.DECIDE,
    "GET /cases/{case_id}": Permission.READ_CASES,
    "POST /cases/{case_id}/reveal": Permission.REVEAL,
    "GET /cases/{case_id}/evidence/{sha256}": Permission.READ_CASES,
    "POST /cases/{case_id}/lease": Permission.DECIDE,
    "POST /cases/{case_id}/take-over": Permission.TAKE_OVER,
    "GET /cases/{case_id}/live": Permission.READ_CASES,
    "GET /second-looks": Permission.DECIDE,
    "GET /second-looks/{case_id}/{review_id}": Permission.DECIDE,
    "POST /second-looks/{case_id}/{review_id}": Permission.DECIDE,
    "GET /cases/{case_id}/at": Permission.READ_CASES,
    "GET /letters": Permission.READ_LETTERS,
    "GET /cases/{case_id}/letter": Permission.READ_LETTERS,
    "GET /cases/{case_id}/letter/{edition}/packet.pdf": Permission.READ_LETTERS,
    "GET /cases/{case_id}/letter/{edition}/pages/{number}.png": Permission.READ_LETTERS,
    "POST /cases/{case_id}/letter/carry": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/check/{place}": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/composed": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/draft": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/lease": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/prose": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/sign": Permission.SIGN_LETTERS,
    "POST /cases/{case_id}/letter/take-over": Permission.TAKE_OVER,
    "GET /audit": Permission.READ_AUDIT,
    "GET /audit/how-to-verify": Permission.READ_AUDIT,
    "GET /audit/walk": Permission.READ_AUDIT,
    "POST /audit/export": Permission.READ_AUDIT,
    "POST /audit/verify": Permission.READ_AUDIT,
    "GET /keys": Permission.MANAGE_KEYS,
    "POST /keys": Permission.MANAGE_KEYS,
    "POST /keys/revoke": Permission.MANAGE_KEYS,
    "GET /staff": Permission.MANAGE_STAFF,
    "POST /staff/closed": Permission.MANAGE_STAFF,
    "POST /staff/end-sessions": Permission.MANAGE_STAFF,
    "POST /staff/invite": Permission.MANAGE_STAFF,
    "POST /staff/link": Permission.MANAGE_STAFF,
    "POST /staff/remove": Permission.MANAGE_STAFF,
    "POST /staff/role": Permission.MANAGE_STAFF,
    "GET /account": Whoever.SIGNED_IN,
    "POST /account/end-session": Whoever.SIGNED_IN,
    "POST /account/password": Whoever.SIGNED_IN,
    "GET /invitation/{token}": Whoever.ANYBODY,
    "POST /invitation/{token}": Whoever.ANYBODY,
    "GET /sign-in/provider": Whoever.ANYBODY,
    "GET /sign-in/provider/back": Whoever.ANYBODY,
    "GET /b/{token}": Whoever.ANYBODY,
    "POST /b/{token}/{act}": Whoever.ANYBODY,
    "GET /finance": Permission.READ_FINANCE,
    "POST /finance/sales": Permission.CLOSE_MONTH,
    "GET /finance/ledger": Permission.READ_FINANCE,
    "GET /finance/months": Permission.READ_FINANCE,
    "GET /finance/months/{month}": Permission.READ_FINANCE,
    "POST /finance/months/{month}/close": Permission.CLOSE_MONTH,
    "POST /finance/months/{month}/reopen": Permission.CLOSE_MONTH,
    "POST /finance/months/{month}/letters": Permission.EXPORT,
    "POST /finance/months/{month}/export/{kind}": Permission.EXPORT,
    "GET /health": Whoever.ANYBODY,
    "GET /ready": Whoever.ANYBODY,
    "GET /sign-in": Whoever.ANYBODY,
    "POST /sign-in": Whoever.ANYBODY,
    "POST /sign-out": Whoever.SIGNED_IN,
    "POST /merchant": Whoever.SIGNED_IN,
    "POST /theme": Whoever.SIGNED_IN,
}
_REFUSED = 403


def routes(web: WebHouse) -> Iterator[tuple[str, str]]:
    """Every method and path of the pages, as the framework itself describes them."""
    described = get_openapi(title="pages", version="1", routes=make_application(web).routes)
    for path, operations in described["paths"].items():
        for method in operations:
            yield method.upper(), path


def test_every_page_has_a_rule_and_every_rule_a_page(web: WebHouse) -> None:
    assert {f"{method} {path}" for method, path in routes(web)} == set(RULES)


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_opens_to_the_roles_that_may_and_to_no_other(
    web: WebHouse, visiting: Visiting, role: Role
) -> None:
    wrong: list[str] = []
    person = await visiting.signed_in(role)
    for method, path in routes(web):
        rule = RULES[f"{method} {path}"]
        # Absent ids and empty forms: whether somebody is let in does not depend on what is there or sent.
        asked = path.replace("{", "absent-").replace("}", "")
        nobody = await visiting.nobody().http.request(method, asked)
        if rule is Whoever.ANYBODY:
            if nobody.headers.get("location", "").startswith("/sign-in"):
                wrong.append(f"{method} {path} to nobody: sent to sign in")
            continue
        if (nobody.status_code, nobody.headers.get("location", "").partition("?")[0]) != (303, "/sign-in"):
            wrong.append(f"{method} {path} to nobody: {nobody.status_code}")
        if await web.sessions.find(person.http.cookies.get(SESSION_COOKIE) or "", used=False) is None:
            person = await visiting.signed_in(role)  # the page before was one that signs out
        if f"{method} {path}" in _ENDLESS and rule in permissions_of(role):
            continue
        token = web.form_tokens.of(person.http.cookies[SESSION_COOKIE])
        answer = await person.http.request(method, asked, headers={HEADER: token})
        may = rule is Whoever.SIGNED_IN or rule in permissions_of(role)
        if (answer.status_code == _REFUSED) is may:
            wrong.append(f"{method} {path} to {role}: {answer.status_code}")
    assert wrong == []
