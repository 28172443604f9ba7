"""A local processor with Stripe's interface: the outside world of demonstrations and tests, durable and countable."""
