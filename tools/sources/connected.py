"""The sources an installation is connected to."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from tools.settings import Settings
from tools.sources.aggregator import Aggregator
from tools.sources.helpdesk import Helpdesk
from tools.sources.ports import CarrierReading, HelpdeskReading, ShopReading
from tools.sources.shopify import ShopifyShop


class CanBeChecked(Protocol):
    """A connection whose address and key can be tried."""

    async def check(self) -> str:
        """What answers; SourceError when it cannot be asked."""
        ...


@dataclass(frozen=True)
class ConnectedSources:
    """Shops and helpdesks by merchant: nobody's source is ever asked for another. One aggregator serves all."""

    shops: Mapping[str, ShopReading]
    helpdesks: Mapping[str, HelpdeskReading]
    carriers: CarrierReading | None
    connections: Mapping[str, CanBeChecked]
    """Every connection by its name for people."""


@asynccontextmanager
async def connect_sources(settings: Settings) -> AsyncGenerator[ConnectedSources, None]:
    """The sources of the settings; nothing is asked yet. Their connections are closed at the end."""
    async with AsyncExitStack() as leaving:
        shops = {each.merchant: ShopifyShop(each.merchant, each.url, each.key) for each in settings.shops}
        desks = {each.merchant: Helpdesk(each.url, each.user, each.key) for each in settings.helpdesks}
        carriers = None if settings.carriers_url is None else Aggregator(settings.carriers_url, settings.carriers_key)
        connections = {
            **{f"shop of {merchant}": shop for merchant, shop in shops.items()},
            **{f"helpdesk of {merchant}": desk for merchant, desk in desks.items()},
            **({} if carriers is None else {"carriers": carriers}),
        }
        for source in connections.values():
            leaving.push_async_callback(source.close)
        yield ConnectedSources(shops=shops, helpdesks=desks, carriers=carriers, connections=connections)
