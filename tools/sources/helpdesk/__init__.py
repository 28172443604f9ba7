"""A helpdesk: Zendesk's Support interface, read only."""

from tools.sources.helpdesk.desk import Helpdesk

__all__ = ["Helpdesk"]
