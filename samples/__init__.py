"""Sample cases made for Amends, and the code that makes them."""
