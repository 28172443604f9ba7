"""Asking the API without a network: keys with scopes, plain requests and typed clients."""

from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import cached_property
from typing import Any, Self

import httpx
from fastapi import FastAPI

from console.api.application import make_api
from console.client import AmendsClient
from console.web.house import House
from knowledge.rules.authority import Permission
from tools.records.api_keys import ApiKeys, NewKey

ADDRESS = "http://api.test"


class Asking:
    """Makes keys, and clients that use them."""

    def __init__(self, house: House, application: FastAPI) -> None:
        self.house = house
        self.application = application
        self.keys = ApiKeys(house.installation.records)
        self._open = AsyncExitStack()

    @cached_property
    def document(self) -> dict[str, Any]:
        """The specification."""
        return make_api(self.house).openapi()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def key(self, scopes: Iterable[Permission] = Permission, merchant: str = "lumen") -> NewKey:
        """A new key; of every scope when none is named."""
        return await self.keys.make(merchant, "of a test", set(scopes), by="test")

    async def client(self, scopes: Iterable[Permission] = Permission, merchant: str = "lumen") -> AmendsClient:
        """The typed client with a new key."""
        made = await self.key(scopes, merchant)
        return await self._open.enter_async_context(AmendsClient(ADDRESS, made.secret, transport=self._transport()))

    async def http(self, secret: str | None = None) -> httpx.AsyncClient:
        """Plain requests with a key, or without any when it is empty."""
        given = (await self.key()).secret if secret is None else secret
        headers = {"authorization": f"Bearer {given}"} if given else {}
        return await self._open.enter_async_context(
            httpx.AsyncClient(transport=self._transport(), base_url=f"{ADDRESS}/v1", headers=headers)
        )

    def _transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(self.application, raise_app_exceptions=False)
