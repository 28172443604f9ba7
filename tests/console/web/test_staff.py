"""Staff: invited by a link, given roles at one merchant, closed and signed out; and one's own account."""

import re

from console.web.house import House as WebHouse
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Permission, Role, permissions_of
from tests.console.web.browsing import Browsing, barriers
from tests.console.web.visiting import PASSWORD, Visiting
from tools.records.api_keys import ApiKeys

FRESH = "another kettle, not on the stove"
_LINK = re.compile(r'value="http://console\.test(/invitation/[^"]+)"')


async def test_an_invited_person_sets_a_password_once_and_signs_in(web: WebHouse, visiting: Visiting) -> None:
    admin = await visiting.signed_in(Role.ADMIN, "inviter")
    fields = {"email": "Bea@shop.example", "name": "Bea", "role": "finance"}
    shown = await admin.post("/staff/invite", fields, on="/staff")
    found = _LINK.search(shown.text)
    assert found is not None
    assert found[1] not in (await admin.get("/staff")).text
    bea = visiting.nobody()
    assert "bea@shop.example" in (await bea.get(found[1])).text
    short = await bea.post(found[1], {"fresh": "short", "again": "short"}, on=found[1])
    assert (short.status_code, "password: must have" in short.text) == (400, True)
    assert "differs" in (await bea.post(found[1], {"fresh": FRESH, "again": PASSWORD}, on=found[1])).text
    taken = await bea.post(found[1], {"fresh": FRESH, "again": FRESH}, on=found[1])
    assert taken.headers["location"] == "/sign-in"
    assert (await bea.get(found[1])).status_code == 404
    entered = await bea.post("/sign-in", {"email": "bea@shop.example", "password": FRESH}, on="/sign-in")
    assert entered.status_code == 303
    member = await web.staff.find("bea@shop.example")
    assert member is not None
    assert member.roles == {"inviter": Role.FINANCE}


async def test_a_new_link_replaces_the_old_one_and_one_without_its_form_changes_nothing(visiting: Visiting) -> None:
    admin = await visiting.signed_in(Role.ADMIN, "relinker")
    other = await visiting.person(relinker=Role.REVIEWER)
    links = [
        found[1]
        for _ in range(2)
        if (found := _LINK.search((await admin.post("/staff/link", {"account": other.account}, on="/staff")).text))
    ]
    nobody = visiting.nobody()
    assert [(await nobody.get(link)).status_code for link in links] == [404, 200]
    assert (await nobody.http.post(links[1], data={"fresh": FRESH, "again": FRESH})).status_code == 403
    assert (await nobody.get(links[1])).status_code == 200


async def test_an_administrator_changes_roles_and_closes_accounts_of_the_merchant(
    web: WebHouse, visiting: Visiting
) -> None:
    admin = await visiting.signed_in(Role.ADMIN, "changer")
    ana = await visiting.signed_in(Role.REVIEWER, "changer")
    await admin.post("/staff/role", {"account": ana.account, "role": "lead"}, on="/staff")
    assert "lead" in (await ana.get("/account")).text
    await admin.post("/staff/end-sessions", {"account": ana.account}, on="/staff")
    assert (await ana.get("/account")).status_code == 303
    await admin.post("/staff/closed", {"account": ana.account, "closed": "true"}, on="/staff")
    assert await web.staff.check_password(ana.email, PASSWORD) is None
    assert "closed" in (await admin.get("/staff")).text
    await admin.post("/staff/closed", {"account": ana.account, "closed": "false"}, on="/staff")
    assert await web.staff.check_password(ana.email, PASSWORD) is not None
    await admin.post("/staff/remove", {"account": ana.account}, on="/staff")
    assert ana.email not in (await admin.get("/staff")).text


async def test_nobody_reaches_another_merchants_people_or_themselves(web: WebHouse, visiting: Visiting) -> None:
    admin = await visiting.signed_in(Role.ADMIN, "bounded")
    stranger = await visiting.person(elsewhere=Role.REVIEWER)
    shared = await visiting.person(bounded=Role.REVIEWER, elsewhere=Role.ADMIN)
    for account in (stranger.account, admin.account, "a_none"):
        for path, more in (("role", {"role": "admin"}), ("remove", {}), ("link", {}), ("closed", {"closed": "true"})):
            answer = await admin.post(f"/staff/{path}", {"account": account, **more}, on="/staff")
            assert answer.status_code == 404, (account, path)
    for path, more in (("link", {}), ("closed", {"closed": "true"}), ("end-sessions", {})):
        assert (await admin.post(f"/staff/{path}", {"account": shared.account, **more}, on="/staff")).status_code == 404
    own = {"email": admin.email, "name": "Me", "role": "auditor"}
    assert (await admin.post("/staff/invite", own, on="/staff")).status_code == 400
    page = (await admin.get("/staff")).text
    assert stranger.email not in page
    assert shared.email in page
    for role in Role:
        person = await visiting.signed_in(role, "bounded")
        expected = 200 if Permission.MANAGE_STAFF in permissions_of(role) else 403
        assert (await person.get("/staff")).status_code == expected
        refused = await person.post("/staff/role", {"account": shared.account, "role": "admin"}, on="/account")
        assert refused.status_code == (303 if expected == 200 else 403)


async def test_a_person_changes_the_password_and_ends_sessions_of_theirs_alone(
    web: WebHouse, visiting: Visiting
) -> None:
    ana = await visiting.signed_in(Role.REVIEWER)
    bea = await visiting.signed_in(Role.REVIEWER)
    (theirs,) = await web.sessions.open_of(bea.account)
    await ana.post("/account/end-session", {"session": theirs.session_id}, on="/account")
    assert (await bea.get("/account")).status_code == 200
    elsewhere = await web.sessions.begin(ana.account, "lumen")
    assert "this browser" in (await ana.get("/account")).text
    wrong = {"current": "wrong", "fresh": FRESH, "again": FRESH}
    assert "is not your password" in (await ana.post("/account/password", wrong, on="/account")).text
    right = wrong | {"current": PASSWORD}
    before = ana.http.cookies[SESSION_COOKIE]
    assert (await ana.post("/account/password", right, on="/account")).status_code == 303
    assert (await ana.get("/account")).status_code == 200
    assert await web.sessions.find(elsewhere) is None
    assert await web.sessions.find(before) is None
    assert await web.staff.check_password(ana.email, FRESH) is not None


async def test_the_pages_have_no_barriers_in_any_light(browsing: Browsing) -> None:
    await browsing.visiting.person(frames=Role.REVIEWER)
    page = await browsing.signed_in(Role.ADMIN, "frames")
    for path in ("/staff", "/account"):
        await page.goto(path)
        assert await barriers(page) == []
    await page.goto("/staff")
    await page.keyboard.press("i")
    await page.keyboard.type("new@frames.example")
    await page.fill("#name", "New")
    await page.keyboard.press("Enter")
    link = await page.input_value("#link")
    assert await barriers(page) == []
    await page.goto(link)
    assert await barriers(page) == []


async def test_a_key_is_made_with_its_secret_shown_once_and_opens_nothing_after_it_was_revoked(
    web: WebHouse, visiting: Visiting
) -> None:
    admin = await visiting.signed_in(Role.ADMIN, "keymaker")
    refused = await admin.post("/keys", {"name": "Shop"}, on="/keys")
    assert (refused.status_code, "scopes: name at least one" in refused.text) == (400, True)
    made = await admin.post("/keys", {"name": "Shop", "scope": "cases.read"}, on="/keys")
    found = re.search(r'id="secret" class="mono" readonly value="([^"]+)"', made.text)
    assert found is not None
    assert found[1] not in (await admin.get("/keys")).text
    keys = ApiKeys(web.installation.records)
    opens = await keys.find(found[1])
    assert opens is not None
    assert (opens.merchant, opens.scopes) == ("keymaker", {Permission.READ_CASES})
    stranger = await visiting.signed_in(Role.ADMIN, "other-keymaker")
    assert (await stranger.post("/keys/revoke", {"key": opens.key_id}, on="/keys")).status_code == 404
    assert await keys.find(found[1]) is not None
    lead = await visiting.signed_in(Role.LEAD, "keymaker")
    assert (await lead.get("/keys")).status_code == 403
    assert (await admin.post("/keys/revoke", {"key": opens.key_id}, on="/keys")).status_code == 303
    assert await keys.find(found[1]) is None
