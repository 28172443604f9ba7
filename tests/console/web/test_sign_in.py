"""Signing in: who comes in, who does not, and what a page from elsewhere cannot do."""

import pytest

from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Role
from tests.console.web.visiting import PASSWORD, Visiting


async def test_a_person_signs_in_sees_the_queue_and_signs_out(visiting: Visiting) -> None:
    ana = await visiting.person(lumen=Role.REVIEWER)
    refused = await ana.get("/")
    assert (refused.status_code, refused.headers["location"]) == (303, "/sign-in?next=/")
    entered = await ana.post("/sign-in", {"email": ana.email, "password": PASSWORD, "next": "/"}, on="/sign-in")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = await ana.get("/")
    assert page.status_code == 200
    assert "Ana Example" in page.text
    assert (await ana.post("/sign-out", on="/")).headers["location"] == "/sign-in"
    assert (await ana.get("/")).status_code == 303


async def test_a_wrong_password_says_no_more_than_that(visiting: Visiting) -> None:
    ana = await visiting.person(lumen=Role.REVIEWER)
    for email, password in ((ana.email, "wrong"), ("nobody@shop.example", PASSWORD)):
        answer = await ana.post("/sign-in", {"email": email, "password": password}, on="/sign-in")
        assert answer.status_code == 401
        assert "The address or the password is not right." in answer.text
        assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")


async def test_who_has_no_role_is_told_so(visiting: Visiting) -> None:
    ana = await visiting.person()
    answer = await ana.post("/sign-in", {"email": ana.email, "password": PASSWORD}, on="/sign-in")
    assert answer.status_code == 403
    assert "no role at any merchant" in answer.text


async def test_a_form_without_its_token_changes_nothing(visiting: Visiting) -> None:
    ana = await visiting.person(lumen=Role.REVIEWER)
    forged = await ana.http.post("/sign-in", data={"email": ana.email, "password": PASSWORD})
    assert forged.status_code == 403
    assert "This page is old" in forged.text
    bea = await visiting.signed_in(Role.REVIEWER)
    for token in ("", "0" * 64):
        assert (await bea.http.post("/sign-out", data={"form_token": token})).status_code == 403
    assert (await bea.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/cases/c1?x=1", "/cases/c1?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
async def test_sign_in_leads_to_our_own_pages_only(visiting: Visiting, asked: str, led: str) -> None:
    ana = await visiting.person(lumen=Role.REVIEWER)
    fields = {"email": ana.email, "password": PASSWORD, "next": asked}
    assert (await ana.post("/sign-in", fields, on="/sign-in")).headers["location"] == led


async def test_a_person_turns_to_another_merchant_of_theirs_and_to_no_other(visiting: Visiting) -> None:
    ana = await visiting.person(lumen=Role.REVIEWER, other=Role.AUDITOR)
    await ana.post("/sign-in", {"email": ana.email, "password": PASSWORD}, on="/sign-in")
    assert (await ana.post("/merchant", {"merchant": "other"}, on="/")).status_code == 303
    assert "auditor" in (await ana.get("/")).text
    assert (await ana.post("/merchant", {"merchant": "foreign"}, on="/")).status_code == 404


async def test_what_a_role_does_not_allow_is_refused_with_whom_to_ask(visiting: Visiting) -> None:
    clerk = await visiting.signed_in(Role.FINANCE)
    refused = await clerk.get("/")
    assert refused.status_code == 403
    assert "Ask an administrator" in refused.text


async def test_every_answer_forbids_scripts_frames_and_keeping(visiting: Visiting) -> None:
    ana = await visiting.signed_in(Role.REVIEWER)
    for path in ("/", "/sign-in", "/nowhere"):
        headers = (await ana.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_console_says_whether_it_can_work(visiting: Visiting) -> None:
    nobody = visiting.nobody()
    assert (await nobody.get("/health")).json() == {"state": "alive"}
    assert (await nobody.get("/ready")).json() == {"records": "ready", "workflows": "ready"}
