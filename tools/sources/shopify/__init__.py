"""Shopify as a shop: its Admin REST interface, read only.

Shopify calls REST a legacy interface since October 2024 and keeps it for a merchant's own app; the version is pinned
in `client.VERSION`. The app needs `read_orders`, `read_all_orders` (without it Shopify shows sixty days, less than a
dispute takes) and `read_customers`.
"""

from tools.sources.shopify.shop import ShopifyShop

__all__ = ["ShopifyShop"]
