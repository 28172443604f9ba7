"""A typed client of `/v1` for Python."""

from console.client.client import AmendsClient, AmendsRefused

__all__ = ["AmendsClient", "AmendsRefused"]
