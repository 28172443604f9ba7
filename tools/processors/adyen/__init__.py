"""The Adyen connector."""

from tools.processors.adyen.capabilities import ADYEN
from tools.processors.adyen.client import AdyenClient, addresses
from tools.processors.adyen.notification import AdyenNotifications, Notification
from tools.processors.adyen.processor import AdyenProcessor
from tools.processors.adyen.requests import AdyenRequest, AdyenRequests

__all__ = [
    "ADYEN",
    "AdyenClient",
    "AdyenNotifications",
    "AdyenProcessor",
    "AdyenRequest",
    "AdyenRequests",
    "Notification",
    "addresses",
]
