"""The Stripe connector."""

from tools.processors.stripe.capabilities import STRIPE
from tools.processors.stripe.client import StripeClient
from tools.processors.stripe.processor import StripeProcessor

__all__ = ["STRIPE", "StripeClient", "StripeProcessor"]
