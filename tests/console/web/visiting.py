"""Visits to the console without a browser: people with roles, their cookies, and forms with their tokens."""

import itertools
import re
from types import TracebackType
from typing import Self

import httpx
from fastapi import FastAPI

from console.web.house import House
from console.web.security.visitor import SESSION_COOKIE
from knowledge.rules.authority import Role

PASSWORD = "the kettle is on the stove"
_numbers = itertools.count(1)
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Visitor:
    """One person's browser."""

    def __init__(self, application: FastAPI, email: str = "", account: str = "", token: str = "") -> None:
        transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://console.test")
        self.email = email
        self.account = account
        if token:
            self.http.cookies.set(SESSION_COOKIE, token, domain="console.test")

    async def get(self, path: str) -> httpx.Response:
        """A page."""
        return await self.http.get(path)

    async def post(self, path: str, fields: dict[str, str] | None = None, *, on: str) -> httpx.Response:
        """A form sent from the page `on`, with that page's token."""
        page = await self.http.get(on)
        found = _TOKEN.search(page.text)
        token = found[1] if found else ""
        return await self.http.post(path, data={**(fields or {}), "form_token": token})


class Visiting:
    """Makes people and their browsers."""

    def __init__(self, house: House, application: FastAPI) -> None:
        self._house = house
        self._application = application
        self._visitors: list[Visitor] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for visitor in self._visitors:
            await visitor.http.aclose()

    def nobody(self) -> Visitor:
        """A browser in which nobody is signed in."""
        return self._keep(Visitor(self._application))

    async def person(self, **roles: Role) -> Visitor:
        """Somebody with roles by merchant, not signed in."""
        email = f"person-{next(_numbers)}@shop.example"
        account = await self._house.staff.add(email, "Ana Example", password=PASSWORD, by="test")
        for merchant, role in roles.items():
            await self._house.staff.grant(account, merchant, role, by="test")
        return self._keep(Visitor(self._application, email, account))

    async def signed_in(self, role: Role, merchant: str = "lumen") -> Visitor:
        """Somebody signed in at the merchant."""
        person = await self.person(**{merchant: role})
        token = await self._house.sessions.begin(person.account, merchant)
        return self._keep(Visitor(self._application, person.email, person.account, token))

    def _keep(self, visitor: Visitor) -> Visitor:
        self._visitors.append(visitor)
        return visitor
