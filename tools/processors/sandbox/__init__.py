"""A local processor with Stripe's and PayPal's interfaces: the outside world of demonstrations and tests."""
