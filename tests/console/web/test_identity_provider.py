"""Sign-in through an identity provider: the good way, and every bad one refused in words."""

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from console.web.application import make_application
from console.web.house import House as WebHouse
from console.web.security.identity_provider import IdentityProvider
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Role
from tests.console.web.browsing import served
from tests.console.web.identity_provider import CLIENT, SECRET, StandIn
from tests.console.web.visiting import Visitor
from tools.settings import GroupRole, OidcSettings

_numbers = itertools.count(1)


@dataclass
class Door:
    """The console and its provider, and a browser that goes between them."""

    web: WebHouse
    provider: StandIn
    browser: Visitor

    async def away(self) -> str:
        """The browser is sent to the provider and comes back with this address."""
        sent = await self.browser.get("/sign-in/provider?next=/account")
        assert sent.status_code == 303, sent.text
        async with httpx.AsyncClient() as outside:
            answered = await outside.get(sent.headers["location"])
        return str(answered.headers["location"])

    async def enter(self, **claims: Any) -> httpx.Response:
        """The whole way, the ID token with these claims."""
        self.provider.claims = claims
        back = urlsplit(await self.away())
        return await self.browser.get(f"{back.path}?{back.query}")


@pytest.fixture
async def door(web: WebHouse) -> AsyncIterator[Door]:
    stand_in = StandIn()
    async with served(stand_in.application()) as address:
        stand_in.address = address
        settings = OidcSettings(
            issuer=address,
            client_id=CLIENT,
            client_secret=SecretStr(SECRET),
            name="Example ID",
            group_claim="groups",
            roles=(GroupRole(group="amends-leads", merchant="lumen", role=Role.LEAD),),
        )
        installation = replace(
            web.installation, settings=web.installation.settings.model_copy(update={"oidc": settings})
        )
        provider = IdentityProvider(settings, installation.master_key)
        house = replace(web, installation=installation, identity_provider=provider)
        browser = Visitor(make_application(house))
        yield Door(house, stand_in, browser)
        await browser.http.aclose()
    assert stand_in.violations == []


@pytest.fixture
async def email(web: WebHouse) -> str:
    """Somebody with an account and no password."""
    address = f"through-{next(_numbers)}@shop.example"
    account = await web.staff.add(address, "Through Provider", by="test")
    await web.staff.grant(account, "lumen", Role.REVIEWER, by="test")
    return address


async def test_a_person_with_an_account_comes_in_and_gets_where_they_wanted(door: Door, email: str) -> None:
    assert "Sign in with Example ID" in (await door.browser.get("/sign-in")).text
    entered = await door.enter(sub=email, email=email.upper(), email_verified=True)
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    assert email in (await door.browser.get("/account")).text


async def test_once_bound_the_person_is_known_by_subject_and_no_longer_by_address(door: Door, email: str) -> None:
    await door.enter(sub=f"sub-{email}", email=email, email_verified=True)
    changed = await door.enter(sub=f"sub-{email}", email="other@elsewhere.example", email_verified=False)
    assert changed.status_code == 303
    other = await door.enter(sub="somebody else", email=email, email_verified=True)
    assert other.status_code == 403
    assert "belongs to another person" in other.text


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "another"}, "not for this sign-in (nonce)"),
        ({"nonce": None}, "not for this sign-in (nonce)"),
        ({"aud": "another-client"}, "not for this sign-in (aud)"),
        ({"aud": [CLIENT, "another-client"]}, "not for this sign-in (azp)"),
        ({"iss": "https://elsewhere.example"}, "not for this sign-in (iss)"),
        ({"exp": int(time.time()) - 3600}, "is too old; begin again"),
        ({"exp": None}, "not for this sign-in (exp)"),
        ({"sub": None}, "not for this sign-in (sub)"),
        ({"email_verified": False}, "has not verified your e-mail address"),
        ({"email_verified": "true"}, "has not verified your e-mail address"),
        ({"email": "stranger@shop.example"}, "no account for stranger@shop.example"),
    ],
)
async def test_an_answer_that_is_not_for_this_sign_in_opens_nothing(
    door: Door, email: str, claims: dict[str, Any], said: str
) -> None:
    refused = await door.enter(**({"sub": f"new-{email}", "email": email, "email_verified": True} | claims))
    assert refused.status_code == 403
    assert said in refused.text
    assert SESSION_COOKIE not in refused.headers.get("set-cookie", "")


async def test_an_answer_to_another_browser_or_another_sign_in_opens_nothing(door: Door, email: str) -> None:
    door.provider.claims = {"sub": email, "email": email, "email_verified": True}
    earlier, later = urlsplit(await door.away()), urlsplit(await door.away())
    refused = await door.browser.get(f"{earlier.path}?{earlier.query}")
    assert (refused.status_code, "belongs to another sign-in" in refused.text) == (403, True)
    again = await door.browser.get(f"{later.path}?{later.query}")
    assert "this browser has begun no sign-in" in again.text.lower()
    code = parse_qs(later.query)["code"][0]
    for query in ("", "state=x", f"code={code}", f"code={code}&state="):
        assert (await door.browser.get(f"{later.path}?{query}")).status_code == 403


async def test_a_code_opens_once(door: Door, email: str) -> None:
    door.provider.claims = {"sub": email, "email": email, "email_verified": True}
    back = urlsplit(await door.away())
    flow = door.browser.http.cookies["amends_flow"]
    assert (await door.browser.get(f"{back.path}?{back.query}")).status_code == 303
    door.browser.http.cookies.set("amends_flow", flow, domain="console.test")
    refused = await door.browser.get(f"{back.path}?{back.query}")
    assert (refused.status_code, "did not take its own code back" in refused.text) == (403, True)


async def test_a_signature_of_another_key_opens_nothing_and_a_new_key_of_the_providers_does(
    door: Door, email: str
) -> None:
    door.provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    refused = await door.enter(sub=email, email=email, email_verified=True)
    assert (refused.status_code, "not signed by it" in refused.text) == (403, True)
    door.provider.key = door.provider.signs_with
    assert (await door.enter(sub=email, email=email, email_verified=True)).status_code == 303


async def test_a_group_that_has_a_role_gives_an_account_and_another_does_not(door: Door) -> None:
    given = {"email": "lead@groups.example", "name": "Lia Lead", "email_verified": True, "sub": "lead-1"}
    assert (await door.enter(**given, groups=["others"])).status_code == 403
    assert (await door.enter(**given, groups=["others", "amends-leads"])).status_code == 303
    page = (await door.browser.get("/account")).text
    assert "Lia Lead" in page
    assert "lead at lumen" in page


async def test_a_closed_account_stays_closed(door: Door, web: WebHouse, email: str) -> None:
    await door.enter(sub=email, email=email, email_verified=True)
    member = await web.staff.find(email)
    assert member is not None
    await web.staff.set_disabled(member.account_id, True, by="test")
    refused = await door.enter(sub=email, email=email, email_verified=True)
    assert (refused.status_code, "your account is closed" in refused.text.lower()) == (403, True)


async def test_a_provider_that_refuses_is_silent_or_is_another_is_said(door: Door, web: WebHouse) -> None:
    door.provider.refuses = True
    assert "did not let you in" in (await door.enter()).text
    settings = door.web.installation.settings.oidc
    assert settings is not None
    for issuer, said in (("http://127.0.0.1:9", "does not answer"), (f"{settings.issuer}/", "calls itself")):
        provider = IdentityProvider(settings.model_copy(update={"issuer": issuer}), web.installation.master_key)
        browser = Visitor(make_application(replace(door.web, identity_provider=provider)))
        answer = await browser.get("/sign-in/provider")
        await browser.http.aclose()
        assert (answer.status_code, said in answer.text) == (503, True)
    plain = Visitor(make_application(web))
    assert (await plain.get("/sign-in/provider")).status_code == 404
    assert "Sign in with" not in (await plain.get("/sign-in")).text
    await plain.http.aclose()
