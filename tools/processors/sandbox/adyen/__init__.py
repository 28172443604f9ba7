"""Adyen's side of the sandbox: its Disputes and Checkout APIs, and the webhooks it sends."""
