"""Connectors to payment processors: each a thin client, a pure mapping both ways and declared capabilities."""
