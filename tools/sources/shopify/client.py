"""A thin client on Shopify's Admin REST interface, with the paths of shopify.dev/docs/api/admin-rest."""

from datetime import datetime

from pydantic import SecretStr

from tools.sources.http import SourceClient
from tools.sources.ports import SourceName

VERSION = "2026-10"
NAMESPACE = "amends"
PAGE = 250
"""The longest page Shopify gives. No more than one page is read: an hour of a shop, or one buyer's newest orders."""


class ShopifyClient:
    """Raw answers; None for what the shop does not have. Raises SourceError.

    Shopify allows two requests a second to a shop's own app and answers 429 beyond, which may be tried again.
    """

    def __init__(self, url: str, token: SecretStr, *, timeout_seconds: float = 20.0) -> None:
        """`url` is the shop's, for example `https://lumen.myshopify.com`."""
        self._client = SourceClient(
            SourceName.SHOP,
            url,
            headers={"X-Shopify-Access-Token": token.get_secret_value()},
            mend="AMENDS_SHOPS",
            timeout_seconds=timeout_seconds,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def shop(self) -> bytes | None:
        """The shop itself: its name and country."""
        return await self._get("shop.json")

    async def order(self, order: str) -> bytes | None:
        """One order by Shopify's number of it."""
        return await self._get(f"orders/{order}.json")

    async def orders_created(self, since: datetime, until: datetime) -> bytes | None:
        """The orders of a span of time, in every state."""
        span = {"created_at_min": since.isoformat(), "created_at_max": until.isoformat()}
        return await self._get("orders.json", {"status": "any", "limit": str(PAGE), **span})

    async def transactions(self, order: str) -> bytes | None:
        """What was paid and given back for an order."""
        return await self._get(f"orders/{order}/transactions.json")

    async def metafields(self, order: str) -> bytes | None:
        """What was written beside an order under our namespace."""
        return await self._get(f"orders/{order}/metafields.json", {"namespace": NAMESPACE, "limit": str(PAGE)})

    async def orders_of(self, customer: str) -> bytes | None:
        """A customer's orders, in every state."""
        return await self._get(f"customers/{customer}/orders.json", {"status": "any", "limit": str(PAGE)})

    async def _get(self, path: str, query: dict[str, str] | None = None) -> bytes | None:
        return await self._client.get(f"/admin/api/{VERSION}/{path}", query)
