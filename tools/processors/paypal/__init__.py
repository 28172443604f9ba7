"""The PayPal connector."""

from tools.processors.paypal.capabilities import PAYPAL
from tools.processors.paypal.client import PayPalClient
from tools.processors.paypal.processor import PayPalProcessor

__all__ = ["PAYPAL", "PayPalClient", "PayPalProcessor"]
