"""The rows that belong to the installation and to no merchant: its staff, their sessions, its API keys."""

HOUSE = "~house"
"""The name such rows carry as their merchant. No merchant can be called so: ids begin with a letter or a digit."""
