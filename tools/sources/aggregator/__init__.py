"""A carrier aggregator: one address that asks carriers for us and passes on what they said."""

from tools.sources.aggregator.client import Aggregator

__all__ = ["Aggregator"]
