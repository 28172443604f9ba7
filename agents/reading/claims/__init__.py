"""The embedded claim reader."""

from agents.reading.claims.reader import ClaimReader

__all__ = ["ClaimReader"]
