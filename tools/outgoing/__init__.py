"""Outgoing webhooks: what merchants' systems are told, signed, and told again until they have heard it."""
